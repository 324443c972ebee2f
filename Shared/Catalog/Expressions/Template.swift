import JSON

/// A text of a definition that may hold `{{ … }}`.
///
/// A text that is one expression yields that expression's value with its kind; any other text yields a text.
public struct Template: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case literal(String)
        case expression(Expression)
    }

    /// What an expression that gives nothing means in the middle of a text.
    package enum Gap: Sendable {
        /// A failure: half an address or a header must not be sent.
        case isFailure
        /// The empty text.
        case isEmpty
    }

    let parts: [Part]
    /// The text as it was written.
    public let source: String

    /// A text without expressions.
    init(literal: String) {
        parts = [.literal(literal)]
        source = literal
    }

    /// Compiles `text`, in whose expressions `names` are available.
    package init(_ text: String, names: NameSet) throws(ExpressionProblem) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = Self.range(of: "{{", in: rest) {
            if open.lowerBound > rest.startIndex { parts.append(.literal(String(rest[..<open.lowerBound]))) }
            let offset = text.distance(from: text.startIndex, to: open.upperBound)
            let inside = rest[open.upperBound...]
            guard let close = Self.end(of: inside) else {
                throw ExpressionProblem(
                    offset: max(0, offset - 2), message: "'{{' is not closed", advice: "add '}}' behind the expression")
            }
            do {
                parts.append(.expression(try ExpressionParser.parse(String(inside[..<close]), names: names)))
            } catch {
                throw ExpressionProblem(offset: offset + error.offset, message: error.message, advice: error.advice)
            }
            rest = inside[inside.index(close, offsetBy: 2)...]
        }
        if !rest.isEmpty || parts.isEmpty { parts.append(.literal(String(rest))) }
        self.parts = parts
        source = text
    }

    /// Whether `text` holds an expression.
    static func isTemplate(_ text: String) -> Bool { range(of: "{{", in: text[...]) != nil }

    /// The text, where it holds no expression.
    var literal: String? {
        if parts.count == 1, case .literal(let text) = parts[0] { text } else { nil }
    }

    /// The expressions in it.
    var expressions: [Expression] {
        parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
    }

    /// The path, where the template is nothing but one into the record: it can then be read without an evaluator.
    var recordPath: JSONPath? {
        if parts.count == 1, case .expression(.reference(.record, let path)) = parts[0] { path } else { nil }
    }

    /// Whether it reads `name`.
    func reads(_ name: Name) -> Bool {
        var found = false
        for expression in expressions { expression.forEachReference { read, _ in found = found || read == name } }
        return found
    }

    /// The value in `scope`.
    package func value(in scope: Scope, gap: Gap = .isFailure) throws(ExpressionFailure) -> Value {
        var evaluator = Evaluator(scope: scope)
        if parts.count == 1 {
            switch parts[0] {
            case .literal(let text): return .text(text)
            case .expression(let expression): return try evaluator.evaluate(expression)
            }
        }
        var text = ""
        var isSecret = false
        var isAllGaps = true
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .expression(let expression):
                let value = try evaluator.evaluate(expression)
                isSecret = isSecret || value.isSecret
                if let piece = value.scalarText {
                    text += piece
                    isAllGaps = isAllGaps && piece.isEmpty
                } else if !value.isNull {
                    throw ExpressionFailure(
                        "\(value.kind.names) cannot stand in the middle of a text; use a filter such as 'join' or 'json'"
                    )
                } else if gap == .isFailure {
                    throw ExpressionFailure("an expression in the middle of a text gave nothing")
                }
            }
            guard text.utf8.count <= Evaluator.maximumText else { throw .tooLong }
        }
        if gap == .isEmpty, isAllGaps { return .null }
        return isSecret ? .secret(text) : .text(text)
    }

    private static func range(of mark: String, in text: Substring) -> Range<String.Index>? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == mark.first, text[index...].hasPrefix(mark) {
                return index..<text.index(index, offsetBy: mark.count)
            }
            index = text.index(after: index)
        }
        return nil
    }

    /// The index of the `}}` that ends an expression, which quoted texts may contain as well.
    private static func end(of text: Substring) -> String.Index? {
        var quote: Character?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if let open = quote {
                if character == "\\" {
                    index = text.index(after: index)
                    if index == text.endIndex { return nil }
                } else if character == open {
                    quote = nil
                }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "}", text[index...].hasPrefix("}}") {
                return index
            }
            index = text.index(after: index)
        }
        return nil
    }
}
