/// Bounds on a YAML text.
public struct YAMLLimits: Sendable, Hashable {
    /// The longest text, in bytes.
    public var bytes: Int
    /// The deepest nesting of lists and mappings.
    public var depth: Int
    /// The most values, each alias counted as all it stands for.
    public var nodes: Int

    /// The defaults suit definitions and settings written by people.
    public init(bytes: Int = 1 << 20, depth: Int = 64, nodes: Int = 100_000) {
        self.bytes = max(bytes, 0)
        self.depth = min(max(depth, 1), 512)
        self.nodes = max(nodes, 1)
    }
}

/// Reads YAML 1.2 texts into trees whose values know their places.
///
/// Refused, each with its place and advice: a key that is there twice, keys that are not scalars, merge keys (`<<`),
/// tags other than those of the core schema, aliases that stand for themselves or for more than the limit.
public enum YAMLParser {
    /// The documents of a text, separated by `---`. A document without content is left out.
    /// - Throws: every problem that can be told at once: a text that libyaml cannot read ends at its first problem.
    public static func documents(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> [YAMLNode] {
        guard bytes.count <= limits.bytes else {
            throw YAMLError([
                YAMLError.Problem(
                    YAMLMark(line: 1, column: 1), "the text has \(bytes.count) bytes, more than \(limits.bytes)")
            ])
        }
        var composer = YAMLComposer(limits: limits)
        if let problem = YAMLEvents.forEach(bytes, { composer.take($0) }) {
            composer.problems.append(problem)
        }
        guard composer.problems.isEmpty else { throw YAMLError(composer.problems) }
        return composer.documents
    }

    /// The documents of a text, separated by `---`. A document without content is left out.
    /// - Throws: every problem that can be told at once.
    public static func documents(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> [YAMLNode] {
        try documents(Array(text.utf8), limits: limits)
    }

    /// The one document of a text.
    /// - Throws: every problem that can be told at once; no document or more than one is a problem.
    public static func document(_ text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
        let documents = try documents(text, limits: limits)
        if documents.count > 1 {
            throw YAMLError([
                YAMLError.Problem(
                    documents[1].mark, "a second document begins here; one is expected",
                    advice: "remove the line ---")
            ])
        }
        guard let document = documents.first else {
            throw YAMLError([YAMLError.Problem(YAMLMark(line: 1, column: 1), "the text holds no value")])
        }
        return document
    }
}
