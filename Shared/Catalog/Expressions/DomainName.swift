/// The host of an e-mail address or a URL.
package struct DomainName: Equatable {
    /// Lower case, without `www.` and a trailing dot.
    package let name: String

    /// Finds the host in `text`; nil where there is none that could be a domain.
    package init?(in text: String) {
        if Self.isPlainHost(text) {
            name = text
            return
        }
        var rest = text.trimmed[...]
        if let scheme = rest.firstRange(ofASCII: "://") { rest = rest[scheme...] }
        if let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if let colon = rest.firstIndex(of: ":") { rest = rest[..<colon] }
        var host = rest.lowercased()
        if host.hasPrefix("www."), host.dropFirst(4).contains(".") { host.removeFirst(4) }
        if host.hasSuffix(".") { host.removeLast() }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, host.utf8.count <= 253,
            labels.allSatisfy({
                !$0.isEmpty && $0.utf8.count <= 63
                    && $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            }),
            labels.last?.allSatisfy(\.isNumber) == false
        else { return nil }
        name = host
    }

    /// What nearly all are: labels of lower-case ASCII with dots between them, and nothing to take off.
    private static func isPlainHost(_ text: String) -> Bool {
        guard text.utf8.count <= 253, !text.hasPrefix("www.") else { return false }
        var labels = 1
        var length = 0
        var isNumber = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "."):
                guard length > 0 else { return false }
                labels += 1
                length = 0
                isNumber = true
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"): break
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"): isNumber = false
            default: return false
            }
            length += 1
            guard length <= 63 else { return false }
        }
        return labels >= 2 && length > 0 && !isNumber
    }
}

extension Substring {
    /// The index behind the first occurrence of `mark`.
    fileprivate func firstRange(ofASCII mark: String) -> Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(mark) { return self.index(index, offsetBy: mark.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
