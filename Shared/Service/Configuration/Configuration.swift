/// Everything wrong with a configuration, found in one go. Never holds the value of a secret.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What, where, and what to do, one entry a problem.
    public let problems: [String]

    /// The problems, one a line.
    public var description: String { problems.joined(separator: "\n") }
}

/// The validated values of a table of settings.
public struct Configuration: Sendable {
    /// Where a value came from.
    public enum Source: Sendable, Equatable, CustomStringConvertible {
        case builtIn
        case environment(String)
        case file(String, line: Int)
        case flag(String)

        /// The place, for a person.
        public var description: String {
            switch self {
            case .builtIn: "default"
            case .environment(let name): "environment variable \(name)"
            case .file(let path, let line): "\(path) line \(line)"
            case .flag(let flag): "flag \(flag)"
            }
        }
    }

    /// Arguments that are no flags.
    public let positionals: [String]
    /// What a person should know although it stops nothing, such as a key in the file that nobody reads.
    public let warnings: [String]
    private let values: [String: any Sendable]
    private let texts: [(name: String, text: String, source: Source)]

    init(
        positionals: [String], warnings: [String], values: [String: any Sendable],
        texts: [(name: String, text: String, source: Source)]
    ) {
        self.positionals = positionals
        self.warnings = warnings
        self.values = values
        self.texts = texts
    }

    /// The value of `setting`, which must be in the table that was loaded.
    public subscript<Value>(_ setting: Setting<Value>) -> Value {
        guard let value = values[setting.name] as? Value else {
            preconditionFailure("the setting \(setting.name) is not in the table of this program")
        }
        return value
    }

    /// Where the value of `setting` came from.
    public func source(of setting: some SettingDeclaration) -> Source {
        texts.first { $0.name == setting.name }?.source ?? .builtIn
    }

    /// Each setting with its value and source, a line each; secrets as `***`.
    public var description: String {
        texts.map { "\($0.name) = \($0.text) (\($0.source))" }.joined(separator: "\n")
    }
}

extension Configuration: CustomStringConvertible {}
