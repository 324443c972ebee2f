/// JSON Lines: a JSON value a line.
enum JSONLines {
    /// The lines as a JSON array; what each holds is checked when that is parsed.
    static func json(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "[")]
        out.reserveCapacity(bytes.count + 2)
        for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            guard line.contains(where: { $0 != 32 && $0 != 9 }) else { continue }
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: line)
        }
        out.append(UInt8(ascii: "]"))
        return out
    }
}
