import Cryptography
import JSON
import Models

/// What the names of an expression stand for while it runs.
public struct Scope: Sendable {
    /// The integration's settings.
    public var settings: Value = .map([:])
    /// The integration's secrets.
    public var secrets: [String: Secret] = [:]
    /// The lower bound of the window.
    public var since: Timestamp?
    /// The upper bound of the window.
    public var until: Timestamp?
    /// The time of the request.
    public var now: Timestamp?
    /// The record.
    public var record: (any FieldSource)?
    /// The parent's record.
    public var parent: Value = .null
    /// The records of a batch of parents.
    public var parents: Value = .null
    /// What the provider answered about a report.
    public var job: Value = .null
    /// The position.
    public var page: Value = .null
    /// The response.
    public var response: (any FieldSource)?
    /// The run.
    public var run: Value = .null
    /// The provider's own mark.
    public var cursor: Value = .null
    /// What was kept beside the access token.
    public var token: Value = .null
    /// The finished request.
    public var request: Value = .null

    /// Nothing known.
    public init() {}

    func value(of name: Name, at path: JSONPath) -> Value {
        switch name {
        case .settings: settings.value(at: path)
        case .secret:
            if case .key(let key)? = path.steps.first, path.steps.count == 1, let secret = secrets[key] {
                .secret(secret.reveal())
            } else {
                .null
            }
        case .since: path.steps.isEmpty ? since.map(Value.time) ?? .null : .null
        case .until: path.steps.isEmpty ? until.map(Value.time) ?? .null : .null
        case .now: path.steps.isEmpty ? now.map(Value.time) ?? .null : .null
        case .record: record?.value(at: path) ?? .null
        case .parent: parent.value(at: path)
        case .parents: parents.value(at: path)
        case .job: job.value(at: path)
        case .page: page.value(at: path)
        case .response: response?.value(at: path) ?? .null
        case .run: run.value(at: path)
        case .cursor: cursor.value(at: path)
        case .token: token.value(at: path)
        case .request: request.value(at: path)
        }
    }
}

/// Runs compiled expressions. Work is bounded: expressions have no loops, no text grows beyond a megabyte, and every
/// step is paid for by its size.
struct Evaluator {
    /// What one text's expressions may do: about as many steps, or 64 bytes each of texts that are looked through.
    static let maximumWork = 1_000_000

    /// The longest text that an expression may make, in UTF-8 bytes.
    static let maximumText = 1 << 20

    let scope: Scope
    private var work = 0

    init(scope: Scope) { self.scope = scope }

    private mutating func pay(_ cost: Int) throws(ExpressionFailure) {
        work += cost
        guard work <= Self.maximumWork else { throw ExpressionFailure("the expression is too much work") }
    }

    mutating func evaluate(_ expression: Expression) throws(ExpressionFailure) -> Value {
        try pay(1)
        switch expression {
        case .literal(let value): return value
        case .reference(let name, let path): return scope.value(of: name, at: path)
        case .index(let base, let index): return Self.member(of: try evaluate(base), try evaluate(index))
        case .list(let items):
            var values: [Value] = []
            for item in items { values.append(try evaluate(item)) }
            return .list(values)
        case .not(let inner): return .bool(!(try evaluate(inner)).isTrue)
        case .negate(let inner): return try arithmetic(.subtract, .integer(0), try evaluate(inner))
        case .conditional(let condition, let then, let otherwise):
            return try evaluate((try evaluate(condition)).isTrue ? then : otherwise)
        case .filter(let filter, let input, let arguments):
            var values: [Value] = []
            for argument in arguments { values.append(try evaluate(argument)) }
            let value = try evaluate(input)
            try pay(filter.cost(value, values))
            return try filter.apply(to: value, values)
        case .binary(.or, let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .binary(.and, let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .binary(let operation, let leftSide, let rightSide):
            let (left, right) = (try evaluate(leftSide), try evaluate(rightSide))
            let isSearch = operation == .isIn || operation == .isNotIn
            try pay(isSearch ? right.searchCost(left) : left.size + right.size)
            return try binary(operation, left, right)
        }
    }

    private static func member(of base: Value, _ index: Value) -> Value {
        switch index {
        case .integer(let number):
            Int(exactly: number).map { base.value(at: JSONPath(steps: [.position($0)])) } ?? .null
        case .text(let key), .secret(let key): base.value(at: JSONPath(steps: [.key(key)]))
        default: .null
        }
    }

    private func binary(
        _ operation: Expression.BinaryOperator, _ left: Value, _ right: Value
    ) throws(ExpressionFailure) -> Value {
        switch operation {
        case .equal: .bool(Self.areEqual(left, right))
        case .notEqual: .bool(!Self.areEqual(left, right))
        case .less: .bool(Self.compare(left, right).map { $0 < 0 } ?? false)
        case .lessOrEqual: .bool(Self.compare(left, right).map { $0 <= 0 } ?? false)
        case .greater: .bool(Self.compare(left, right).map { $0 > 0 } ?? false)
        case .greaterOrEqual: .bool(Self.compare(left, right).map { $0 >= 0 } ?? false)
        case .isIn: .bool(Self.contains(right, left))
        case .isNotIn: .bool(!Self.contains(right, left))
        case .add, .subtract, .multiply, .divide, .remainder: try arithmetic(operation, left, right)
        case .or, .and: .null  // short-circuited in `evaluate`
        }
    }

    static func areEqual(_ left: Value, _ right: Value) -> Bool {
        if case .null = left { return right.isNull }
        if right.isNull { return false }
        if let order = compare(left, right) { return order == 0 }
        return left == right
    }

    /// Negative, zero or positive; nil where the two cannot be compared.
    private static func compare(_ left: Value, _ right: Value) -> Int? {
        func order<Compared: Comparable>(_ a: Compared, _ b: Compared) -> Int { a < b ? -1 : (a == b ? 0 : 1) }
        switch (left, right) {
        case (.integer(let a), .integer(let b)): return order(a, b)
        case (.time(let a), .time(let b)): return order(a, b)
        case (.time(let a), .text(let b)): return Timestamp(rfc3339: b).map { order(a, $0) }
        case (.text(let a), .time(let b)): return Timestamp(rfc3339: a).map { order($0, b) }
        default: break
        }
        if let a = left.asDouble, let b = right.asDouble { return a.isNaN || b.isNaN ? nil : order(a, b) }
        if let a = left.asText, let b = right.asText { return order(a, b) }
        return nil
    }

    static func contains(_ container: Value, _ item: Value) -> Bool {
        switch container {
        case .list(let items): items.contains { areEqual($0, item) }
        case .map(let members): item.asText.map { members[$0] != nil } ?? false
        case .text(let text), .secret(let text): item.scalarText.map { $0.isEmpty || text.contains($0) } ?? false
        default: false
        }
    }

    private func arithmetic(
        _ operation: Expression.BinaryOperator, _ left: Value, _ right: Value
    ) throws(ExpressionFailure) -> Value {
        if operation == .add, left.asText != nil || right.asText != nil { return try Self.joined(left, right) }
        if left.isNull || right.isNull { return .null }
        switch (left, right) {
        case (.time(let time), _) where operation == .add || operation == .subtract:
            if case .time(let other) = right, operation == .subtract {
                let (micros, overflow) = time.microseconds.subtractingReportingOverflow(other.microseconds)
                return overflow ? .null : .number(Double(micros) / 1_000_000)
            }
            guard let seconds = right.asDouble, abs(seconds) < 1e12 else { break }
            let shift = Int64(seconds * 1_000_000)
            let (micros, overflow) = time.microseconds.addingReportingOverflow(operation == .add ? shift : -shift)
            return overflow ? .null : .time(Timestamp(microseconds: micros))
        case (.integer(let a), .integer(let b)):
            if let result = Self.whole(operation, a, b) { return .integer(result) }
        default: break
        }
        guard let a = left.asDouble, let b = right.asDouble else {
            throw ExpressionFailure(
                "'\(operation.rawValue)' does not work on \(left.kind.names) and \(right.kind.names)")
        }
        let result: Double
        switch operation {
        case .add: result = a + b
        case .subtract: result = a - b
        case .multiply: result = a * b
        case .divide: result = a / b
        default: result = a.truncatingRemainder(dividingBy: b)
        }
        // Division by zero is nothing rather than a failure: one odd record must not stop a page.
        return result.isFinite ? .number(result) : .null
    }

    private static func whole(_ operation: Expression.BinaryOperator, _ a: Int64, _ b: Int64) -> Int64? {
        let result: (partialValue: Int64, overflow: Bool)
        switch operation {
        case .add: result = a.addingReportingOverflow(b)
        case .subtract: result = a.subtractingReportingOverflow(b)
        case .multiply: result = a.multipliedReportingOverflow(by: b)
        case .divide:
            guard b != 0, a.remainderReportingOverflow(dividingBy: b).partialValue == 0 else { return nil }
            result = a.dividedReportingOverflow(by: b)
        default:
            guard b != 0 else { return nil }
            result = a.remainderReportingOverflow(dividingBy: b)
        }
        return result.overflow ? nil : result.partialValue
    }

    private static func joined(_ left: Value, _ right: Value) throws(ExpressionFailure) -> Value {
        guard let a = left.isNull ? "" : left.scalarText, let b = right.isNull ? "" : right.scalarText else {
            throw ExpressionFailure("'+' does not join \(left.kind.names) and \(right.kind.names)")
        }
        guard a.utf8.count + b.utf8.count <= maximumText else { throw .tooLong }
        return left.isSecret || right.isSecret ? .secret(a + b) : .text(a + b)
    }
}

extension Value {
    /// How much there is of it, in the units of an evaluator's work.
    var size: Int {
        switch self {
        case .text(let text), .secret(let text): 1 + text.utf8.count >> 6
        case .list(let items): 1 + items.count
        case .map(let members): 1 + members.count
        default: 1
        }
    }

    /// What it costs to look for `wanted` in it, at worst.
    func searchCost(_ wanted: Value) -> Int {
        guard asText != nil else { return size }
        let length = wanted.asText?.utf8.count ?? 1
        return size.multipliedReportingOverflow(by: length + 1).partialValue
    }
}

extension Filter {
    /// What it costs, at worst.
    func cost(_ input: Value, _ arguments: [Value]) -> Int {
        switch self {
        case .split, .replace, .contains: input.searchCost(arguments.first ?? .null)
        default: input.size
        }
    }
}

extension ExpressionFailure {
    static let tooLong = ExpressionFailure("the text grew beyond \(Evaluator.maximumText) bytes")
}
