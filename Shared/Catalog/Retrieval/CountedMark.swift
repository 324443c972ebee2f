import JSON

/// The highest mark of a counting cursor.
struct CountedMark {
    private let source: ValueSource?
    private(set) var top: JSONValue?

    /// Goes on from the highest mark before; counts nothing where `cursor` is of another kind.
    init(_ cursor: CursorSource?, since top: JSONValue) {
        guard case .highest(let source)? = cursor else {
            self.source = nil
            return
        }
        self.source = source
        self.top = top.isNull ? nil : top
    }

    mutating func note(_ entry: JSONNode, _ scope: Scope) throws(ExpressionFailure) {
        guard let source else { return }
        let value: Value
        switch source {
        case .path(let path): value = entry.value(at: path)
        case .template(let template):
            var scope = scope
            scope.record = entry
            value = try template.value(in: scope, gap: .isEmpty)
        }
        guard value.scalarText != nil, top.map({ Self.isHigher(value, than: Value($0)) }) ?? true else { return }
        top = value.json
    }

    /// Numbers count by their size, also where they are written as texts; other texts by their letters.
    private static func isHigher(_ value: Value, than top: Value) -> Bool {
        if let a = number(value), let b = number(top) { return a > b }
        guard let a = value.scalarText, let b = top.scalarText else { return false }
        return a > b
    }

    private static func number(_ value: Value) -> Int64? {
        if case .integer(let number) = value { return number }
        return value.asText.flatMap { Int64($0) }
    }
}
