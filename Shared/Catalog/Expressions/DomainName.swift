/// The host of an e-mail address or a URL.
package struct DomainName: Equatable {
    /// Lower case, without `www.` and a trailing dot.
    package let name: String

    /// Finds the host in `text`; nil where there is none that could be a domain.
    package init?(in text: String) {
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
