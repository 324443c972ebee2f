import JSON

/// The differences from Foundation's parser that were looked at and decided. Each is recognised by what the input
/// holds, and where it can be, proven: without that part both parsers must agree. Shared/JSON/DIFFERENCES.md says why.
enum DecidedDifference: String, CaseIterable {
    /// We accept `\ud800` and mark the document; Foundation refuses.
    case loneSurrogate = "a lone surrogate escape: accepted and marked, Foundation refuses"
    /// We accept `1e400` and keep its text; Foundation refuses.
    case beyondDouble = "a number beyond a double's range: accepted as text, Foundation refuses"
    /// We refuse `[1,]`; Foundation accepts.
    case trailingComma = "a comma before a closing bracket: refused, Foundation accepts"
    /// We refuse UTF-16 and UTF-32; Foundation guesses them from null bytes and byte order marks.
    case otherEncoding = "UTF-16 or UTF-32: refused, Foundation accepts"
    /// We allow 1,024 levels; Foundation 512.
    case depth = "nested 513 to 1,024 deep: accepted, Foundation refuses"
    /// We give the nearest double; Foundation is off by a few units in the last place.
    case rounding = "a double: ours is the nearest, Foundation's is off in the last digits"
    /// We keep U+FEFF inside strings; Foundation loses it beside an escape.
    case innerMark = "U+FEFF in a string with escapes: kept, Foundation loses some"

    /// The difference between a reading that accepts and one that does not, and an input without its cause; nil where
    /// none of the decided ones can be it.
    static func explain(
        _ input: [UInt8], ours document: JSONDocument?
    ) -> (difference: DecidedDifference, repaired: [UInt8]?)? {
        guard let document else {
            if isOtherEncoding(input) { return (.otherEncoding, nil) }
            let repaired = withoutTrailingCommas(input)
            return repaired == input ? nil : (.trailingComma, repaired)
        }
        if !document.isStorable {
            let (bytes, replaced) = sanitisedForPostgres(input[...])
            return replaced > 0 && Array(bytes) != input ? (.loneSurrogate, Array(bytes)) : nil
        }
        let numbers = withoutNumbersBeyondDouble(document)
        if numbers != input { return (.beyondDouble, numbers) }
        return withoutDepth(document).map { (.depth, $0) }
    }

    /// `input` with every U+FEFF but a leading byte order mark replaced; nil where there is none.
    static func withoutInnerMark(_ input: [UInt8]) -> [UInt8]? {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let kept = input.starts(with: mark) ? 3 : 0
        let repaired = Array(input.prefix(kept)) + Array(input.dropFirst(kept)).replacing(mark, with: Array("bom".utf8))
        return repaired == input ? nil : repaired
    }

    /// No JSON in UTF-8 has a null byte, or begins with these.
    private static func isOtherEncoding(_ input: [UInt8]) -> Bool {
        input.prefix(4).contains(0) || input.starts(with: [0xFF, 0xFE]) || input.starts(with: [0xFE, 0xFF])
    }

    private static func withoutTrailingCommas(_ input: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var isInside = false
        var isEscaped = false
        for byte in input {
            if isInside {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInside = false
                }
            } else if byte == UInt8(ascii: "\"") {
                isInside = true
            } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
                let last = out.lastIndex { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
                if let last, out[last] == UInt8(ascii: ",") { out.remove(at: last) }
            }
            out.append(byte)
        }
        return out
    }

    private static func withoutNumbersBeyondDouble(_ document: JSONDocument) -> [UInt8] {
        var out = Array(document.bytes)
        for range in numbersBeyondDouble(document.root).reversed() {
            out.replaceSubrange(range, with: [UInt8(ascii: "0")])
        }
        return out
    }

    private static func numbersBeyondDouble(_ node: JSONNode) -> [Range<Int>] {
        switch node.kind {
        case .number: node.double == nil ? [node.offset..<(node.offset + node.bytes.count)] : []
        case .array: node.elements.flatMap { numbersBeyondDouble($0) }
        case .object: node.members.flatMap { numbersBeyondDouble($0.value) }
        default: []
        }
    }

    /// What stands 512 brackets deep; nil where the outer ones hold more than that.
    private static func withoutDepth(_ document: JSONDocument) -> [UInt8]? {
        var node = document.root
        for _ in 0..<512 {
            guard node.kind == .array, node.elements.count == 1, let inner = node[0] else { return nil }
            node = inner
        }
        return Array(node.bytes)
    }
}
