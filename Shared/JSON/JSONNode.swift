import CSimdjson

/// What a JSON value is.
public enum JSONKind: String, Sendable, Hashable {
    case null, bool, number, string, array, object
}

/// A value in a document, read in place. Cheap to copy; keeps its document alive.
public struct JSONNode: Sendable {
    let storage: JSONStorage
    let index: UInt32

    @inline(__always)
    var raw: tj_node { storage.nodes[Int(index)] }

    @inline(__always)
    func has(_ kind: Int) -> Bool { Int(raw.kind) == kind }

    /// What the value is.
    public var kind: JSONKind {
        switch Int(raw.kind) {
        case Int(TJ_NULL): .null
        case Int(TJ_FALSE), Int(TJ_TRUE): .bool
        case Int(TJ_NUMBER): .number
        case Int(TJ_ARRAY): .array
        case Int(TJ_OBJECT): .object
        default: .string
        }
    }

    /// The value exactly as it stands in the source, quotes and brackets included; shares the document's storage.
    public var bytes: ArraySlice<UInt8> { storage.slice(raw.start, raw.end) }

    /// Where the value begins, in bytes from the start of the document.
    public var offset: Int { Int(raw.start) }

    /// True for `null`.
    public var isNull: Bool { has(Int(TJ_NULL)) }

    /// The truth value; nil for all but `true` and `false`.
    public var bool: Bool? { has(Int(TJ_TRUE)) ? true : has(Int(TJ_FALSE)) ? false : nil }

    /// The unescaped string; nil for all but strings. A lone surrogate reads as U+FFFD.
    public var string: String? { has(Int(TJ_STRING)) ? storage.text(index) : nil }

    /// The number exactly as written; nil for all but numbers.
    public var numberText: String? { has(Int(TJ_NUMBER)) ? String(decoding: bytes, as: UTF8.self) : nil }

    /// An integer written without fraction and exponent that fits; nil for everything else.
    public var int64: Int64? { integer() }

    /// An integer written without fraction and exponent that fits; nil for everything else.
    public var uint64: UInt64? { integer() }

    /// The nearest double of a number; nil for all but numbers and for those beyond a double's range.
    public var double: Double? {
        guard has(Int(TJ_NUMBER)) else { return nil }
        let value = storage.withBase { tj_double($0 + Int(raw.start), Int(raw.end) - Int(raw.start)) } ?? .infinity
        return value.isFinite ? value : nil
    }

    /// The text of a scalar as an identifier has it: a string unescaped, a number exactly as written, `true` or
    /// `false`; nil for null, arrays and objects.
    public var scalarText: String? {
        switch Int(raw.kind) {
        case Int(TJ_STRING): storage.text(index)
        case Int(TJ_NUMBER), Int(TJ_TRUE), Int(TJ_FALSE): String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }

    /// Appends the UTF-8 of `scalarText` to `bytes` without a string between; returns false, and appends nothing,
    /// where that is nil.
    public func appendScalarText(to out: inout [UInt8]) -> Bool {
        let node = raw
        switch Int(node.kind) {
        case Int(TJ_STRING):
            guard Int32(node.flags) & Int32(TJ_ESCAPED) == 0 else {
                out.append(contentsOf: storage.text(index).utf8)
                return true
            }
            out.append(contentsOf: storage.slice(node.start + 1, node.end - 1))
        case Int(TJ_NUMBER), Int(TJ_TRUE), Int(TJ_FALSE): out.append(contentsOf: bytes)
        default: return false
        }
        return true
    }

    private func integer<Value: FixedWidthInteger>() -> Value? {
        let node = raw
        guard Int(node.kind) == Int(TJ_NUMBER), Int32(node.flags) & Int32(TJ_INTEGER) != 0 else { return nil }
        return storage.withBase { base in
            let text = UnsafeBufferPointer(start: base + Int(node.start), count: Int(node.end) - Int(node.start))
            let negative = text.first == UInt8(ascii: "-")
            var value: Value = 0
            for digit in text.dropFirst(negative ? 1 : 0) {
                let (tens, over) = value.multipliedReportingOverflow(by: 10)
                guard !over, let step = Value(exactly: digit &- UInt8(ascii: "0")) else { return nil }
                let (sum, beyond) =
                    negative ? tens.subtractingReportingOverflow(step) : tens.addingReportingOverflow(step)
                guard !beyond else { return nil }
                value = sum
            }
            return value
        } ?? nil
    }
}
