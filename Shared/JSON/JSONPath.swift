/// A way into a document: `data.items`, `contacts[0].email`, `results[*].id`, `["key.with.dots"]`, `items[-1].id`.
/// A leading `$` may name the root; the empty path and `$` are the root.
///
/// A name of digits alone (`rows.0`) is a key in an object and a position in an array. `*` matches every element of an
/// array and every member's value of an object.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    /// One step of a path.
    public enum Step: Sendable, Hashable {
        /// A member of an object, or a position of an array where it is a number.
        case key(String)
        /// An element of an array; negative: from the end.
        case position(Int)
        /// Every element of an array, every member's value of an object.
        case every
    }

    /// The steps from the root.
    public let steps: [Step]

    /// A path of `steps`.
    public init(steps: [Step]) {
        self.steps = steps
    }

    /// A path of keys that are taken as they are.
    public init(keys: String...) {
        steps = keys.map { .key($0) }
    }

    /// The root.
    public static let root = JSONPath(steps: [])

    /// True where the path can match more than one value.
    public var isPlural: Bool { steps.contains(.every) }

    /// Reads a path from its text.
    /// - Throws: what is wrong, for the person who wrote it.
    public init(_ text: String) throws(JSONPathError) {
        var reader = JSONPathReader(text)
        steps = try reader.steps()
    }

    /// The path as it is written.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key)
            where key.isEmpty || key == "*" || key == "$" || key.contains(where: { ".[]\"'\\".contains($0) }):
                text += "[\"" + key.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"]"
            case .key(let key): text += text.isEmpty ? key : "." + key
            case .position(let position): text += "[\(position)]"
            case .every: text += "[*]"
            }
        }
        return text.isEmpty ? "$" : text
    }
}

/// Why a text is not a path.
public struct JSONPathError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong and where in the path.
    public let description: String
}

/// Reads the text of a path.
struct JSONPathReader {
    private let characters: [Character]
    private var at = 0

    init(_ text: String) {
        characters = Array(text)
    }

    mutating func steps() throws(JSONPathError) -> [JSONPath.Step] {
        var steps: [JSONPath.Step] = []
        if peek == "$" { at += 1 }
        let hasRoot = at > 0
        while let next = peek {
            if next == "[" {
                steps.append(try bracket())
            } else {
                if next == "." {
                    guard hasRoot || !steps.isEmpty else { throw error("begins with a dot") }
                    at += 1
                } else if hasRoot || !steps.isEmpty {
                    throw error("lacks a dot")
                }
                steps.append(try name())
            }
        }
        return steps
    }

    private var peek: Character? { at < characters.count ? characters[at] : nil }

    private mutating func name() throws(JSONPathError) -> JSONPath.Step {
        let start = at
        while let next = peek, next != ".", next != "[" {
            guard next != "]", next != "\"" else { throw error("has a stray \(next)") }
            at += 1
        }
        guard at > start else { throw error("has an empty name") }
        let name = String(characters[start..<at])
        return name == "*" ? .every : .key(name)
    }

    private mutating func bracket() throws(JSONPathError) -> JSONPath.Step {
        at += 1
        let step: JSONPath.Step
        if let quote = peek, quote == "\"" || quote == "'" {
            at += 1
            var key = ""
            while let next = peek, next != quote {
                at += 1
                if next == "\\", let escaped = peek {
                    key.append(escaped)
                    at += 1
                } else {
                    key.append(next)
                }
            }
            guard peek == quote else { throw error("has a quote that is not closed") }
            at += 1
            step = .key(key)
        } else {
            let start = at
            while let next = peek, next != "]" { at += 1 }
            let inside = String(characters[start..<at])
            if inside == "*" {
                step = .every
            } else if let position = Int(inside) {
                step = .position(position)
            } else {
                throw error("has neither a number, nor *, nor a quoted key in its brackets")
            }
        }
        guard peek == "]" else { throw error("has a bracket that is not closed") }
        at += 1
        return step
    }

    private func error(_ what: String) -> JSONPathError {
        JSONPathError(description: "the path '\(String(characters))' \(what) at character \(at + 1)")
    }
}
