import JSON
import Models

/// Reads the keys of a map for a component, reporting what is missing, unknown or of the wrong kind.
struct KeyedReader<Key: LanguageKey> {
    let node: DefinitionNode
    let path: String
    let context: DecodingContext
    private let values: [String: DefinitionNode]

    /// Reads `node`, which must be a map of the keys of `Key` and of `others`, which someone else reads.
    init(_ node: DefinitionNode, path: String, context: DecodingContext, others: [String] = []) {
        self.init(reading: node, path: path, context: context)
        let known = Key.allCases.map(\.rawValue) + others
        guard case .map(let entries) = node.content else {
            context.report(
                at: node.origin, path: path, "a map is expected, not \(node.kindName)",
                advice: "write one or more of: \(known.sorted().joined(separator: ", "))")
            return
        }
        guard !context.ignoresUnknownKeys else { return }
        for entry in entries where !known.contains(entry.key) {
            context.report(
                at: entry.keyOrigin, path: path, "unknown key '\(entry.key)'",
                advice: NearestName.advice(for: entry.key, among: known))
        }
    }

    /// Reads the keys of `Key` of a map whose other keys, known and unknown, are someone else's to judge.
    init(partOf node: DefinitionNode, path: String, context: DecodingContext) {
        self.init(reading: node, path: path, context: context)
    }

    private init(reading node: DefinitionNode, path: String, context: DecodingContext) {
        self.node = node
        self.path = path
        self.context = context
        let known = Key.allCases.map(\.rawValue)
        var values: [String: DefinitionNode] = [:]
        for entry in node.entries where known.contains(entry.key) {
            if case .null = entry.value.content { continue }
            values[entry.key] = entry.value
        }
        self.values = values
    }

    /// The path of `key` for messages.
    func path(of key: Key) -> String { path.isEmpty ? key.rawValue : "\(path).\(key.rawValue)" }

    /// The value of `key`.
    subscript(key: Key) -> DefinitionNode? { values[key.rawValue] }

    func has(_ key: Key) -> Bool { values[key.rawValue] != nil }

    /// Where `key` was written, or the map where it was not.
    func origin(of key: Key) -> Origin { self[key]?.origin ?? node.origin }

    func report(_ key: Key, _ message: String, advice: String) {
        context.report(at: origin(of: key), path: path(of: key), message, advice: advice)
    }

    func warn(_ key: Key, _ message: String, advice: String) {
        context.report(.warning, at: origin(of: key), path: path(of: key), message, advice: advice)
    }

    /// Reports that `key` is missing.
    func missing(_ key: Key, advice: String) {
        guard case .map = node.content else { return }  // told already
        context.report(at: node.origin, path: path, "'\(key.rawValue)' is missing", advice: advice)
    }

    /// A scalar as text.
    func text(_ key: Key) -> String? {
        guard let node = self[key] else { return nil }
        switch node.content {
        case .text(let text), .number(let text): return text
        case .bool(let value): return value ? "true" : "false"
        default:
            report(key, "a text is expected, not \(node.kindName)", advice: "write a single value")
            return nil
        }
    }

    func bool(_ key: Key) -> Bool? {
        guard let node = self[key] else { return nil }
        if case .bool(let value) = node.content { return value }
        report(key, "true or false is expected, not \(node.kindName)", advice: "write true or false")
        return nil
    }

    func integer(_ key: Key, in range: ClosedRange<Int>) -> Int? {
        guard let node = self[key] else { return nil }
        if case .number(let text) = node.content, let value = Int(text), range.contains(value) { return value }
        report(
            key, "a whole number from \(range.lowerBound) to \(range.upperBound) is expected",
            advice: "write a number such as \(max(range.lowerBound, min(range.upperBound, 100)))")
        return nil
    }

    /// A duration such as `250ms`, `60s`, `15m`, `4h` or `7d`, longer than nothing unless `allowsZero`.
    func duration(_ key: Key, allowsZero: Bool = false) -> Duration? {
        guard let node = self[key] else { return nil }
        if let text = text(key) {
            if let duration = Duration(definition: text), allowsZero || duration > .zero { return duration }
            context.report(
                at: node.origin, path: path(of: key), "'\(text)' is not a duration",
                advice: "write a number and a unit: ms, s, m, h or d, such as 60s or 7d")
        }
        return nil
    }

    /// One of the cases of `Choice`.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: Key, _ type: Choice.Type) -> Choice? {
        guard self[key] != nil, let text = text(key) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        report(
            key, "'\(text)' is not possible here",
            advice: NearestName.advice(for: text, among: Choice.allCases.map(\.rawValue)))
        return nil
    }

    /// The format of a time: a name or a pattern.
    func timestampFormat(_ key: Key) -> TimestampFormat? {
        guard self[key] != nil, let text = text(key) else { return nil }
        if let format = TimestampFormat(text) { return format }
        guard text.contains("%") else {
            report(
                key, "'\(text)' is not possible here",
                advice: NearestName.advice(for: text, among: TimestampFormat.named.map(\.name))
                    + "; or write a pattern such as \"%d/%m/%Y %H:%M\"")
            return nil
        }
        do {
            _ = try TimePattern(text)
        } catch {
            report(key, error.message, advice: error.advice)
        }
        return nil
    }

    /// A path into a record or response.
    func fieldPath(_ key: Key) -> JSONPath? {
        guard let text = text(key) else { return nil }
        return context.fieldPath(text, at: origin(of: key), path: path(of: key))
    }

    /// A text with expressions.
    func template(_ key: Key, names: NameSet) -> Template? {
        guard let text = text(key) else { return nil }
        return context.template(text, at: origin(of: key), path: path(of: key), names: names)
    }

    /// A condition: a text that is one expression.
    func condition(_ key: Key, names: NameSet) -> Template? {
        guard let template = template(key, names: names) else { return nil }
        if template.parts.count == 1, template.literal == nil { return template }
        if let literal = template.literal, literal == "true" || literal == "false" {
            return context.template("{{ \(literal) }}", at: origin(of: key), path: path(of: key), names: names)
        }
        report(key, "a condition is one expression", advice: "write it as \"{{ … }}\"")
        return nil
    }

    /// The entries of a map of freely chosen keys.
    func entries(_ key: Key) -> [DefinitionNode.Entry] {
        guard let node = self[key] else { return [] }
        if case .map(let entries) = node.content { return entries }
        report(key, "a map is expected, not \(node.kindName)", advice: "write names with their values, one a line")
        return []
    }

    /// The items of a list; a single value counts as a list of one.
    func items(_ key: Key) -> [DefinitionNode] {
        guard let node = self[key] else { return [] }
        if case .list(let items) = node.content { return items }
        return [node]
    }

    /// The reader of the map under `key`.
    func reader<Inner: LanguageKey>(_ key: Key, as type: Inner.Type) -> KeyedReader<Inner>? {
        self[key].map { KeyedReader<Inner>($0, path: path(of: key), context: context) }
    }
}

extension DecodingContext {
    /// Compiles a path, reporting what is wrong with it.
    func fieldPath(_ text: String, at origin: Origin, path: String) -> JSONPath? {
        if Template.isTemplate(text) {
            report(
                at: origin, path: path, "a path is expected, not an expression",
                advice: "write only the path, such as data.items")
            return nil
        }
        do {
            return try JSONPath(text)
        } catch {
            report(
                at: origin, path: path, error.description, advice: "write keys joined by dots, such as data.items[0].id"
            )
            return nil
        }
    }
}

extension Duration {
    /// Parses the durations of definitions: a whole number and `ms`, `s`, `m`, `h` or `d`; at most ten years.
    init?(definition text: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let count = Int64(digits), let scale = units.first(where: { $0.0 == unit })?.1 else { return nil }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: scale)
        guard !overflow, milliseconds <= 3650 * 86_400_000 else { return nil }
        self = .milliseconds(milliseconds)
    }
}
