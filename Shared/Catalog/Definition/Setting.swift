import JSON

/// A setting that an integration gives: a subdomain, an address, a choice.
public struct Setting: Sendable, Hashable {
    /// What kind of value it takes.
    public enum Kind: String, Sendable, CaseIterable {
        case text, number, boolean, list
    }

    enum Key: String, LanguageKey {
        case title, help, type, pattern, example, choices, `default`, optional
    }

    /// The name in `settings.<name>`.
    public var name: String
    /// What a person sees.
    public var title: String
    /// A sentence of explanation.
    public var help: String?
    /// What kind of value it takes.
    public var kind: Kind
    /// What a text must match as a whole (see ``SettingPattern``).
    public var pattern: SettingPattern?
    /// A value to show as an example.
    public var example: String?
    /// The values that are possible; empty means any.
    public var choices: [String]
    /// The value where the integration gives none.
    public var defaultValue: JSONValue?
    /// Whether an integration may leave it out although there is no default.
    public var isOptional: Bool

    init(_ entry: DefinitionNode.Entry, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(entry.value, path: path, context: context)
        name = entry.key
        title = reader.text(.title) ?? entry.key
        help = reader.text(.help)
        kind = reader.choice(.type, Kind.self) ?? .text
        example = reader.text(.example)
        choices = reader.items(.choices).compactMap { node in
            if case .text(let text) = node.content { text } else { nil }
        }
        isOptional = reader.bool(.optional) ?? false
        defaultValue = reader[.default].map(\.json)
        if let text = reader.text(.pattern) {
            do {
                pattern = try SettingPattern(text)
            } catch {
                reader.report(.pattern, error.description, advice: "write a regular expression such as [a-z0-9-]+")
            }
        }
        if let defaultValue, let problem = problem(with: defaultValue) {
            reader.report(.default, problem, advice: "give a default that an integration could give as well")
        }
        if let example, let pattern, !pattern.matches(example) {
            reader.report(
                .example, "the example does not match the pattern", advice: "correct the example or the pattern")
        }
    }

    /// What is wrong with `value`, nil where it fits. Does not repeat the value.
    public func problem(with value: JSONValue) -> String? {
        switch (kind, value) {
        case (_, .null): return isOptional ? nil : "'\(name)' must not be null"
        case (.text, .string(let text)):
            if !choices.isEmpty, !choices.contains(text) {
                return "'\(name)' must be one of: \(choices.joined(separator: ", "))"
            }
            if let pattern, !pattern.matches(text) {
                return "'\(name)' does not match \(pattern.text)" + (example.map { "; an example is \($0)" } ?? "")
            }
            return nil
        case (.number, .integer), (.number, .number), (.boolean, .bool), (.list, .array): return nil
        default:
            return
                "'\(name)' must be \(kind == .text ? "a text" : kind == .number ? "a number" : kind == .boolean ? "true or false" : "a list")"
        }
    }
}

extension [Setting] {
    /// The values that expressions see: what the integration gave, and the defaults for the rest.
    public func values(given: JSONValue) -> Value {
        var values: [String: Value] = [:]
        for setting in self { values[setting.name] = setting.defaultValue.map { Value($0) } ?? .null }
        if case .map(let members) = Value(given) {
            for (name, value) in members where contains(where: { $0.name == name }) && !value.isNull {
                values[name] = value
            }
        }
        return .map(values)
    }

    /// What is wrong with the settings that an integration gives: unknown, missing and unfitting ones.
    public func problems(with given: JSONValue, origin: Origin) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for (name, value) in given.object ?? JSONObject() {
            guard let setting = first(where: { $0.name == name }) else {
                problems.append(
                    Diagnostic(
                        at: origin, path: "settings.\(name)", "there is no setting '\(name)'",
                        advice: NearestName.advice(for: name, among: map(\.name))))
                continue
            }
            if let problem = setting.problem(with: value) {
                problems.append(
                    Diagnostic(
                        at: origin, path: "settings.\(name)", problem, advice: setting.help ?? "correct the value"))
            }
        }
        for setting in self where setting.defaultValue == nil && !setting.isOptional && given[setting.name] == nil {
            problems.append(
                Diagnostic(
                    at: origin, path: "settings", "the setting '\(setting.name)' is missing",
                    advice: "give \(setting.title)" + (setting.example.map { ", such as \($0)" } ?? "")))
        }
        return problems
    }
}
