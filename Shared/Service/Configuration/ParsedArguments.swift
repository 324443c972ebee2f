import Models

/// Command-line arguments taken apart by a table of settings, not validated yet.
struct ParsedArguments {
    /// What flags gave, by the setting's name.
    var flags: [String: String] = [:]
    /// What flags gave as the name of a file with a secret (`--NAME-file`), by the setting's name.
    var secretFiles: [String: String] = [:]
    /// The configuration file (`--config`).
    var configurationFile: String?
    /// What is no flag, in order.
    var positionals: [String] = []
    /// What is wrong, for a person.
    var problems: [String] = []

    /// Takes `arguments` (without the program's name) apart. `--` ends the flags.
    init(_ arguments: [String], settings: [any SettingDeclaration]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                positionals += rest
                break
            } else if argument.hasPrefix("--") {
                let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                take(String(parts[0]), parts.count > 1 ? String(parts[1]) : nil, &rest, settings)
            } else if argument.hasPrefix("-"), argument.count > 1, Int(argument) == nil {
                takeShort(argument, &rest, settings)
            } else {
                positionals.append(argument)
            }
        }
    }

    private mutating func take(
        _ name: String, _ attached: String?, _ rest: inout ArraySlice<String>, _ settings: [any SettingDeclaration]
    ) {
        if name == "config" {
            configurationFile = value("--config", attached, &rest)
        } else if let setting = settings.first(where: { $0.name == name }) {
            let given = setting.placeholder.isEmpty ? attached ?? "true" : value("--\(name)", attached, &rest)
            if setting.isRepeatable, let earlier = flags[name], let given {
                flags[name] = "\(earlier)\n\(given)"
            } else {
                flags[name] = given
            }
        } else if let setting = settings.first(where: { $0.isSecret && $0.name + "-file" == name }) {
            secretFiles[setting.name] = value("--\(name)", attached, &rest)
        } else {
            let known = settings.map(\.name) + ["config", "help"]
            problems.append(
                "unknown flag --\(name)"
                    + (NearestName.of(name, among: known).map { "; did you mean --\($0)?" }
                        ?? "; --help lists the flags"))
        }
    }

    private mutating func takeShort(
        _ argument: String, _ rest: inout ArraySlice<String>, _ settings: [any SettingDeclaration]
    ) {
        let letter = argument.dropFirst().first
        guard let setting = settings.first(where: { $0.short != nil && $0.short == letter }) else {
            problems.append("unknown flag \(argument); --help lists the flags")
            return
        }
        let attached = argument.count > 2 ? String(argument.dropFirst(2)) : nil
        if setting.placeholder.isEmpty, attached == nil {
            flags[setting.name] = "true"
        } else {
            flags[setting.name] = value("-\(letter.map(String.init) ?? "")", attached, &rest)
        }
    }

    /// The value of a flag: attached to it, or the next argument unless that is a flag.
    private mutating func value(_ flag: String, _ attached: String?, _ rest: inout ArraySlice<String>) -> String? {
        if let attached { return attached }
        guard let next = rest.first, !next.hasPrefix("--") else {
            problems.append("\(flag) needs a value: give it as \(flag) VALUE")
            return nil
        }
        rest.removeFirst()
        return next
    }
}
