/// Adds members to an object without reading or re-encoding the rest.
public enum JSONSplice {
    /// `object` (the bytes of a valid JSON object) with `members` behind its own; each value is valid JSON already.
    /// Where a key is there already the new one wins, for it comes last.
    /// - Throws: `.wrongType` where `object` does not begin and end with braces.
    public static func appending(
        _ members: [(key: String, value: ArraySlice<UInt8>)], to object: ArraySlice<UInt8>
    ) throws(JSONError) -> [UInt8] {
        guard !members.isEmpty else { return Array(object) }
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        guard let open = object.firstIndex(where: { !isSpace($0) }), object[open] == UInt8(ascii: "{"),
            let close = object.lastIndex(where: { !isSpace($0) }), close > open, object[close] == UInt8(ascii: "}")
        else { throw JSONError(.wrongType, detail: "members can only be added to an object") }
        let isEmpty = object[(open + 1)..<close].allSatisfy(isSpace)
        var out: [UInt8] = []
        out.reserveCapacity(
            object.count + 64 + members.reduce(0) { $0 + $1.key.utf8.count + $1.value.count + 8 })
        out.append(contentsOf: object[..<close])
        var needsComma = !isEmpty
        for (key, value) in members {
            if needsComma { out.append(UInt8(ascii: ",")) }
            JSONWriter.append(string: key, to: &out)
            out.append(UInt8(ascii: ":"))
            out.append(contentsOf: value)
            needsComma = true
        }
        out.append(contentsOf: object[close...])
        return out
    }
}
