import JSON

/// Compiles the text between `{{` and `}}`.
///
/// Binding, loosest first: `a if c else b`, `or`, `and`, `not`, comparison and `in`, `+ -`, `* / %`, unary `-`, and
/// filters, members and indices, which bind to what stands directly before them.
struct ExpressionParser {
    private let tokens: [ExpressionLexer.Token]
    private let names: NameSet
    private var position = 0
    private var depth = 0

    /// Expressions longer than this are refused: they belong into a strategy in Swift.
    static let maximumTokens = 500
    private static let maximumDepth = 40
    private static let keywords: Set<String> = ["if", "else", "or", "and", "not", "in"]

    /// Compiles `text`, in which `names` are available.
    static func parse(_ text: String, names: NameSet) throws(ExpressionProblem) -> Expression {
        let tokens = try ExpressionLexer.tokens(of: text)
        guard tokens.count <= maximumTokens else {
            throw ExpressionProblem(
                offset: 0, message: "the expression is longer than \(maximumTokens) words",
                advice: "split it, or ask for a named strategy")
        }
        var parser = ExpressionParser(tokens: tokens, names: names)
        let expression = try parser.conditional()
        guard parser.current.kind == .end else { throw parser.unexpected("an operator or the end") }
        return expression
    }

    private init(tokens: [ExpressionLexer.Token], names: NameSet) {
        self.tokens = tokens
        self.names = names
    }

    private var current: ExpressionLexer.Token { tokens[min(position, tokens.count - 1)] }

    private func unexpected(_ expected: String) -> ExpressionProblem {
        let found =
            switch current.kind {
            case .end: "the expression ends"
            case .identifier(let name): "'\(name)' stands"
            case .symbol(let symbol): "'\(symbol)' stands"
            case .text: "a text stands"
            case .integer, .number: "a number stands"
            }
        return ExpressionProblem(
            offset: current.offset, message: "\(found) where \(expected) is expected", advice: "write \(expected) here")
    }

    private mutating func take(symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard current.kind == .identifier(word) else { return false }
        position += 1
        return true
    }

    private mutating func conditional() throws(ExpressionProblem) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ExpressionProblem(
                offset: current.offset, message: "the expression is nested too deeply", advice: "simplify it")
        }
        let value = try or()
        guard take(word: "if") else { return value }
        let condition = try or()
        guard take(word: "else") else { throw unexpected("'else'") }
        return .conditional(condition: condition, then: value, otherwise: try conditional())
    }

    private mutating func or() throws(ExpressionProblem) -> Expression {
        var left = try and()
        while take(word: "or") { left = .binary(.or, left, try and()) }
        return left
    }

    private mutating func and() throws(ExpressionProblem) -> Expression {
        var left = try not()
        while take(word: "and") { left = .binary(.and, left, try not()) }
        return left
    }

    private mutating func not() throws(ExpressionProblem) -> Expression {
        var negations = 0
        while take(word: "not") { negations += 1 }
        let inner = try comparison()
        return negations == 0 ? inner : (negations % 2 == 1 ? .not(inner) : .not(.not(inner)))
    }

    private mutating func comparison() throws(ExpressionProblem) -> Expression {
        let left = try sum()
        for operation in [
            Expression.BinaryOperator.equal, .notEqual, .lessOrEqual, .greaterOrEqual, .less, .greater,
        ] where take(symbol: operation.rawValue) {
            return .binary(operation, left, try sum())
        }
        if take(word: "in") { return .binary(.isIn, left, try sum()) }
        if current.kind == .identifier("not"), tokens[min(position + 1, tokens.count - 1)].kind == .identifier("in") {
            position += 2
            return .binary(.isNotIn, left, try sum())
        }
        return left
    }

    private mutating func sum() throws(ExpressionProblem) -> Expression {
        var left = try product()
        while true {
            if take(symbol: "+") {
                left = .binary(.add, left, try product())
            } else if take(symbol: "-") {
                left = .binary(.subtract, left, try product())
            } else {
                return left
            }
        }
    }

    private mutating func product() throws(ExpressionProblem) -> Expression {
        var left = try unary()
        while true {
            if take(symbol: "*") {
                left = .binary(.multiply, left, try unary())
            } else if take(symbol: "/") {
                left = .binary(.divide, left, try unary())
            } else if take(symbol: "%") {
                left = .binary(.remainder, left, try unary())
            } else {
                return left
            }
        }
    }

    private mutating func unary() throws(ExpressionProblem) -> Expression {
        var negations = 0
        while !isAtNegativeNumber, take(symbol: "-") { negations += 1 }
        let inner = try postfix()
        return negations % 2 == 1 ? .negate(inner) : inner
    }

    private mutating func postfix() throws(ExpressionProblem) -> Expression {
        var value = try primary()
        while true {
            let offset = current.offset
            if take(symbol: ".") {
                guard case .identifier(let key) = current.kind else { throw unexpected("a field name") }
                position += 1
                value = member(of: value, .key(key))
            } else if case .reference(let name, let path) = value, isAtEveryItem {
                position += 3
                value = .reference(name, JSONPath(steps: path.steps + [.every]))
            } else if take(symbol: "[") {
                let index = try conditional()
                guard take(symbol: "]") else { throw unexpected("']'") }
                switch index {
                case .literal(.integer(let number)) where Int(exactly: number) != nil:
                    value = member(of: value, .position(Int(number)))
                case .negate(.literal(.integer(let number))) where Int(exactly: number) != nil:
                    value = member(of: value, .position(-Int(number)))
                case .literal(.text(let key)): value = member(of: value, .key(key))
                default: value = .index(value, index)
                }
            } else if take(symbol: "|") {
                value = try filter(over: value, offset: offset)
            } else {
                return value
            }
        }
    }

    /// `[*]`, which stands for every item of a list.
    private var isAtEveryItem: Bool {
        guard position + 2 < tokens.count else { return false }
        return tokens[position].kind == .symbol("[") && tokens[position + 1].kind == .symbol("*")
            && tokens[position + 2].kind == .symbol("]")
    }

    private func member(of value: Expression, _ step: JSONPath.Step) -> Expression {
        if case .reference(let name, let path) = value { return .reference(name, JSONPath(steps: path.steps + [step])) }
        switch step {
        case .key(let key): return .index(value, .literal(.text(key)))
        case .position(let index): return .index(value, .literal(.integer(Int64(index))))
        case .every: return value
        }
    }

    private mutating func filter(over input: Expression, offset: Int) throws(ExpressionProblem) -> Expression {
        guard case .identifier(let name) = current.kind else { throw unexpected("a filter") }
        let nameOffset = current.offset
        position += 1
        guard let filter = Filter(rawValue: name) else {
            throw ExpressionProblem(
                offset: nameOffset, message: "there is no filter '\(name)'",
                advice: NearestName.advice(for: name, among: Filter.allCases.map(\.rawValue)))
        }
        var arguments: [Expression] = []
        if take(symbol: "(") {
            while !take(symbol: ")") {
                if !arguments.isEmpty, !take(symbol: ",") { throw unexpected("',' or ')'") }
                arguments.append(try conditional())
            }
        }
        guard filter.arguments.contains(arguments.count) else {
            throw ExpressionProblem(
                offset: nameOffset,
                message: "the filter '\(name)' takes \(filter.argumentsText), not \(arguments.count)",
                advice: "write \(filter.usage)")
        }
        guard input.kinds == .null || !input.kinds.subtracting(.null).intersection(filter.input).isEmpty else {
            throw ExpressionProblem(
                offset: nameOffset, message: "the filter '\(name)' does not take \(input.kinds.names)",
                advice: "give it \(filter.input.names)")
        }
        if filter == .time || filter == .format, case .literal(.text(let name))? = arguments.first,
            TimestampFormat(name) == nil
        {
            throw ExpressionProblem(
                offset: nameOffset, message: "there is no format of times '\(name)'",
                advice: NearestName.advice(for: name, among: TimestampFormat.named.map(\.name))
                    + "; or write a pattern such as '%d/%m/%Y'")
        }
        return .filter(filter, input, arguments)
    }

    /// `-1` is a number, so that a filter behind it works on the negative one.
    private var isAtNegativeNumber: Bool {
        guard current.kind == .symbol("-"), position + 1 < tokens.count else { return false }
        switch tokens[position + 1].kind {
        case .integer, .number: return true
        default: return false
        }
    }

    private mutating func primary() throws(ExpressionProblem) -> Expression {
        if isAtNegativeNumber {
            position += 1
            switch try primary() {
            case .literal(.integer(let value)): return .literal(.integer(-value))
            case .literal(.number(let value)): return .literal(.number(-value))
            case let other: return other
            }
        }
        let token = current
        switch token.kind {
        case .text(let text):
            position += 1
            return .literal(.text(text))
        case .integer(let value):
            position += 1
            return .literal(.integer(value))
        case .number(let value):
            position += 1
            return .literal(.number(value))
        case .symbol("("):
            position += 1
            let inner = try conditional()
            guard take(symbol: ")") else { throw unexpected("')'") }
            return inner
        case .symbol("["):
            position += 1
            var items: [Expression] = []
            while !take(symbol: "]") {
                if !items.isEmpty, !take(symbol: ",") { throw unexpected("',' or ']'") }
                items.append(try conditional())
            }
            return .list(items)
        case .identifier(let word):
            return try identifier(word, at: token.offset)
        default:
            throw unexpected("a value")
        }
    }

    private mutating func identifier(_ word: String, at offset: Int) throws(ExpressionProblem) -> Expression {
        switch word {
        case "true": position += 1; return .literal(.bool(true))
        case "false": position += 1; return .literal(.bool(false))
        case "null": position += 1; return .literal(.null)
        default: break
        }
        guard !Self.keywords.contains(word) else { throw unexpected("a value") }
        guard let name = Name(rawValue: word) else {
            throw ExpressionProblem(
                offset: offset, message: "there is no name '\(word)' in expressions",
                advice: NearestName.advice(for: word, among: names.names.map(\.rawValue)))
        }
        guard names.contains(name) else {
            throw ExpressionProblem(
                offset: offset, message: "'\(word)' is not available here",
                advice: "use one of: \(names.names.map(\.rawValue).sorted().joined(separator: ", "))")
        }
        position += 1
        return .reference(name, .root)
    }
}
