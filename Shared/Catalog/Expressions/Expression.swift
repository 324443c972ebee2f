import JSON

/// A compiled expression.
indirect enum Expression: Sendable, Hashable {
    case literal(Value)
    case reference(Name, JSONPath)
    case index(Expression, Expression)
    case list([Expression])
    case not(Expression)
    case negate(Expression)
    case binary(BinaryOperator, Expression, Expression)
    case conditional(condition: Expression, then: Expression, otherwise: Expression)
    case filter(Filter, Expression, [Expression])

    /// The operators between two values.
    enum BinaryOperator: String, Sendable {
        case or, and
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
        case isIn = "in", isNotIn = "not in"
        case add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%"
    }

    /// Calls `visit` with every name and path that the expression reads.
    func forEachReference(_ visit: (Name, JSONPath) -> Void) {
        switch self {
        case .literal: break
        case .reference(let name, let path): visit(name, path)
        case .index(let base, let index):
            base.forEachReference(visit)
            index.forEachReference(visit)
        case .list(let items): for item in items { item.forEachReference(visit) }
        case .not(let inner), .negate(let inner): inner.forEachReference(visit)
        case .binary(_, let left, let right):
            left.forEachReference(visit)
            right.forEachReference(visit)
        case .conditional(let condition, let then, let otherwise):
            condition.forEachReference(visit)
            then.forEachReference(visit)
            otherwise.forEachReference(visit)
        case .filter(_, let input, let arguments):
            input.forEachReference(visit)
            for argument in arguments { argument.forEachReference(visit) }
        }
    }

    /// What kinds of values it can yield, as far as that is known without running it.
    var kinds: ValueKinds {
        switch self {
        case .literal(let value): value.kind
        case .reference(let name, let path):
            path.steps.isEmpty ? name.kinds : (name == .secret ? [.text, .null] : .any)
        case .index: .any
        case .list: .list
        case .not: .bool
        case .negate: [.number, .null]
        case .binary(let operation, let left, let right):
            switch operation {
            case .or, .and: left.kinds.union(right.kinds)
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn, .isNotIn: .bool
            case .add: [.number, .text, .time, .null]
            case .subtract: [.number, .time, .null]
            case .multiply, .divide, .remainder: [.number, .null]
            }
        case .conditional(_, let then, let otherwise): then.kinds.union(otherwise.kinds)
        case .filter(let filter, _, _): filter.output
        }
    }
}

/// Why an expression could not be compiled.
package struct ExpressionProblem: Error, Equatable {
    /// The place in the text of the expression, in characters from its start.
    package var offset: Int
    /// What is wrong.
    package var message: String
    /// What to do.
    package var advice: String
}

/// Why an expression gave no value, without the data that it worked on.
public struct ExpressionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// What happened.
    public let description: String

    init(_ description: String) { self.description = description }
}
