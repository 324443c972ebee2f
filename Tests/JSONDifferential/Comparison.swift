/// How two values compare.
enum Comparison: Int, Comparable {
    case same
    /// The same but for the last digits of doubles.
    case rounded
    case different

    static func < (left: Comparison, right: Comparison) -> Bool { left.rawValue < right.rawValue }

    static func of(ours: ReadValue, theirs: ReadValue) -> Comparison {
        switch (ours, theirs) {
        case (.null, .null): return .same
        case (.bool(let left), .bool(let right)): return left == right ? .same : .different
        case (.string(let left), .string(let right)): return left == right ? .same : .different
        case (.number(let exactly, let nearest), .number(let theirExactly, let theirNearest)):
            // An integer of 64 bits is exact in both or it is a difference; all else is a double.
            if let exactly, exactly == theirExactly { return .same }
            if exactly != nil, exactly != "0" { return .different }
            if nearest == theirNearest { return .same }
            return abs(nearest - theirNearest) <= max(abs(nearest) * 1e-14, Double.leastNonzeroMagnitude * 16)
                ? .rounded : .different
        case (.array(let left), .array(let right)):
            guard left.count == right.count else { return .different }
            return zip(left, right).map { of(ours: $0, theirs: $1) }.max() ?? .same
        case (.object(let left), .object(let right)):
            guard left.count == right.count else { return .different }
            return left.map { member in
                right[member.key].map { of(ours: member.value, theirs: $0) } ?? .different
            }.max() ?? .same
        default: return .different
        }
    }
}
