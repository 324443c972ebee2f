import Models

/// What every setting can say about itself, whatever the type of its value: a row of a service's configuration table,
/// from which the help text, the README's table and the validation are made.
public protocol SettingDeclaration: Sendable {
    /// The name, which is also the flag: `log-level` is given as `--log-level`.
    var name: String { get }
    /// The one-letter flag, if there is one: `f` is given as `-f`.
    var short: Character? { get }
    /// The environment variable, and the key in the configuration file.
    var environment: String { get }
    /// The value used when none is given, as text; nil if one has to be given.
    var defaultText: String? { get }
    /// What it means, in one sentence without a full stop.
    var summary: String { get }
    /// Whether its value must never be shown. A secret can also be given as the name of a file that holds it, in the
    /// environment variable with `_FILE` behind its name.
    var isSecret: Bool { get }
    /// What stands for the value in the help text, such as `PORT`; empty for a switch that needs no value.
    var placeholder: String { get }
    /// Whether its flag may be given several times; the values are then joined by line ends.
    var isRepeatable: Bool { get }
    /// Parses and validates.
    /// - Throws: `InvalidValue`.
    func parseAny(_ text: String) throws(InvalidValue) -> any Sendable
}

/// Says what a value has to be like, and never what it was.
public struct InvalidValue: Error, Equatable, Sendable {
    /// The demand, as in "must be a whole number from 1 to 65535".
    public let demand: String

    /// An error with the demand that was not met.
    public init(_ demand: String) { self.demand = demand }
}

/// One setting with a typed value.
public struct Setting<Value: Sendable>: SettingDeclaration {
    /// What it is called.
    public let name: String
    /// The one-letter flag, if there is one.
    public let short: Character?
    /// The environment variable and key of the file.
    public let environment: String
    /// The default as text; nil if a value has to be given.
    public let defaultText: String?
    /// What it means.
    public let summary: String
    /// Whether its value must never be shown.
    public let isSecret: Bool
    /// What stands for the value in the help text.
    public let placeholder: String
    /// Whether its flag may be given several times.
    public let isRepeatable: Bool
    private let parse: @Sendable (String) throws(InvalidValue) -> Value

    /// A setting whose text is understood by `parse`.
    /// - Parameters:
    ///   - environment: by default the name in capitals with underscores.
    ///   - isRepeatable: `parse` gets the values of all its flags, a line each.
    ///   - defaultText: goes through `parse` like any other value; nil makes the setting required.
    public init(
        _ name: String, environment: String? = nil, short: Character? = nil, default defaultText: String?,
        summary: String, isSecret: Bool = false, placeholder: String,
        isRepeatable: Bool = false, parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) {
        self.name = name
        self.short = short
        self.environment = environment ?? String(name.map { $0 == "-" ? "_" : $0 }).uppercased()
        self.defaultText = defaultText
        self.summary = summary
        self.isSecret = isSecret
        self.placeholder = placeholder
        self.isRepeatable = isRepeatable
        self.parse = parse
    }

    /// Parses and validates.
    /// - Throws: `InvalidValue`.
    public func parseAny(_ text: String) throws(InvalidValue) -> any Sendable { try parse(text) }

    /// The same setting with another default, for a service that needs one of its own.
    public func withDefault(_ text: String?) -> Setting {
        Setting(
            name, environment: environment, short: short, default: text, summary: summary, isSecret: isSecret,
            placeholder: placeholder, isRepeatable: isRepeatable, parse: parse)
    }

    /// The same setting where nothing given (or empty text) means nil.
    public var optional: Setting<Value?> {
        let parse = self.parse
        return Setting<Value?>(
            name, environment: environment, short: short, default: "", summary: summary, isSecret: isSecret,
            placeholder: placeholder, isRepeatable: isRepeatable
        ) { text throws(InvalidValue) in
            text.isEmpty ? nil : try parse(text)
        }
    }
}
