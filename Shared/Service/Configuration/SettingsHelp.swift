/// Writes a table of settings for people.
public enum SettingsHelp {
    /// The "Settings:" part of a help text.
    public static func text(_ settings: [any SettingDeclaration]) -> String {
        let flags = settings.map { setting in
            (setting.short.map { "-\($0), " } ?? "") + "--\(setting.name)"
                + (setting.placeholder.isEmpty ? "" : " \(setting.placeholder)")
        }
        return zip(settings, flags).map { setting, flag in
            var notes = [setting.environment]
            if setting.isSecret { notes.append("or \(setting.environment)_FILE") }
            if let text = setting.defaultText, !text.isEmpty, !setting.placeholder.isEmpty {
                notes.append("default \(setting.isSecret ? "***" : text)")
            } else if setting.defaultText == nil {
                notes.append("required")
            }
            return "  \(flag)\n        \(setting.summary) [\(notes.joined(separator: ", "))]"
        }.joined(separator: "\n")
    }

    /// The table for the README.
    public static func markdown(_ settings: [any SettingDeclaration]) -> String {
        let rows = settings.map { setting in
            let fallback =
                switch setting.defaultText {
                case nil: "required"
                case "": ""
                case let text?: "`\(setting.isSecret ? "***" : text)`"
                }
            let variable = "`\(setting.environment)`" + (setting.isSecret ? " or `\(setting.environment)_FILE`" : "")
            return "| \(variable) | `--\(setting.name)` | \(fallback) | \(setting.summary.escapedForTable) |"
        }
        return (["| environment | flag | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}

extension String {
    fileprivate var escapedForTable: String { String(flatMap { $0 == "|" ? "\\|" : String($0) }) }
}
