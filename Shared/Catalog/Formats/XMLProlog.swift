/// What stands before the root element of an XML document.
struct XMLProlog {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Whether the document type has declarations in it. Entities of a document's own can grow a line to gigabytes, and
    /// name files and addresses. FoundationXML does not tell of them, so they are looked for before.
    var declaresMarkup: Bool {
        var rest = bytes
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[start...]
            if rest.starts(with: "<?".utf8) {
                rest = after("?>", in: rest)
            } else if rest.starts(with: "<!--".utf8) {
                rest = after("-->", in: rest.dropFirst(4))
            } else if rest.starts(with: "<!".utf8) {
                return rest.first { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ">") } == UInt8(ascii: "[")
            } else {
                return false
            }
        }
        return false
    }

    private func after(_ mark: String, in rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = rest
        while !rest.isEmpty, !rest.starts(with: mark.utf8) { rest = rest.dropFirst() }
        return rest.dropFirst(mark.utf8.count)
    }
}
