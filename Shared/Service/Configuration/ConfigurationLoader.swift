import Models

extension Configuration {
    /// Reads the settings of a table from the environment, then from the file named by `--config` or
    /// `TRIBUTARY_CONFIG`, then from flags; what comes later wins. Secrets may come from files (`NAME_FILE`,
    /// `--name-file`).
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - readFile: gives the text of a file, or nil if it cannot be read.
    /// - Throws: `ConfigurationError` with every problem.
    public static func load(
        _ settings: [any SettingDeclaration], arguments: [String], environment: [String: String],
        readFile: @escaping @Sendable (String) -> String? = TextFile.read
    ) throws(ConfigurationError) -> Configuration {
        var loader = ConfigurationLoader(readFile: readFile)
        let parsed = ParsedArguments(arguments, settings: settings)
        loader.problems = parsed.problems
        let path = parsed.configurationFile ?? environment["TRIBUTARY_CONFIG"] ?? ""
        let file = path.isEmpty ? nil : loader.configurationFile(path, settings)
        for setting in settings {
            let fileSource: (Int) -> Source = { .file(path, line: $0) }
            loader.offer(setting, environment[setting.environment], .environment(setting.environment))
            loader.offerSecret(
                setting, environment[setting.environment + "_FILE"], .environment(setting.environment + "_FILE"))
            if let entry = file?.values[setting.environment] {
                loader.offer(setting, entry.text, fileSource(entry.line))
            }
            if let entry = file?.values[setting.environment + "_FILE"] {
                loader.offerSecret(setting, entry.text, fileSource(entry.line))
            }
            loader.offer(setting, parsed.flags[setting.name], .flag("--\(setting.name)"))
            loader.offerSecret(setting, parsed.secretFiles[setting.name], .flag("--\(setting.name)-file"))
            loader.settle(setting)
        }
        guard loader.problems.isEmpty else { throw ConfigurationError(problems: loader.problems) }
        return Configuration(
            positionals: parsed.positionals, warnings: loader.warnings, values: loader.values, texts: loader.texts)
    }
}

/// Collects the candidates of one setting after the other and keeps the last.
private struct ConfigurationLoader {
    let readFile: @Sendable (String) -> String?
    var problems: [String] = []
    var warnings: [String] = []
    var values: [String: any Sendable] = [:]
    var texts: [(name: String, text: String, source: Configuration.Source)] = []
    private var candidate: (text: String, source: Configuration.Source)?

    init(readFile: @escaping @Sendable (String) -> String?) { self.readFile = readFile }

    mutating func configurationFile(_ path: String, _ settings: [any SettingDeclaration]) -> EnvironmentFile? {
        guard let text = readFile(path) else {
            problems.append("the configuration file \(path) cannot be read: check its name and permissions")
            return nil
        }
        let file = EnvironmentFile(text)
        problems += file.problems.map { "\(path) \($0)" }
        let known = settings.map(\.environment) + settings.filter(\.isSecret).map { $0.environment + "_FILE" }
        for (key, entry) in file.values.sorted(by: { $0.value.line < $1.value.line }) where !known.contains(key) {
            let suggestion = NearestName.suggestion(key, among: known)
            warnings.append("\(path) line \(entry.line): \(key) is not a setting of this program\(suggestion)")
        }
        return file
    }

    mutating func offer(_ setting: any SettingDeclaration, _ text: String?, _ source: Configuration.Source) {
        if let text { candidate = (text, source) }
    }

    mutating func offerSecret(_ setting: any SettingDeclaration, _ path: String?, _ source: Configuration.Source) {
        guard setting.isSecret, let path, !path.isEmpty else { return }
        guard let text = readFile(path) else {
            problems.append("\(path), named by the \(source), cannot be read: check its name and permissions")
            return
        }
        candidate = (String(text.reversed().drop { $0.isNewline }.reversed()), source)
    }

    mutating func settle(_ setting: any SettingDeclaration) {
        defer { candidate = nil }
        guard let (text, source) = candidate ?? setting.defaultText.map({ ($0, .builtIn) }) else {
            problems.append(
                "\(setting.name) is missing (\(setting.summary)): set \(setting.environment) or give --\(setting.name)")
            return
        }
        do throws(InvalidValue) {
            values[setting.name] = try setting.parseAny(text)
            texts.append((setting.name, setting.isSecret && !text.isEmpty ? "***" : text, source))
        } catch {
            let shown = setting.isSecret ? "" : " is \"\(text)\" but"
            problems.append("\(setting.name) (\(source))\(shown) \(error.demand)")
        }
    }
}
