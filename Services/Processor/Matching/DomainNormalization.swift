/// Brings the ways in which systems write a company's domain to one form.
package enum DomainNormalization {
    /// The host in `text`, which may be a host, a URL or an e-mail address's right side: in lower case, without scheme,
    /// user, port, path, `www.` and final dot. Nil where that is not a host name with at least two labels.
    package static func domain(_ text: String) -> String? {
        let text = ASCIIHost.lowercased(text)
        if ASCIIHost.isHost(text.utf8), !text.hasPrefix("www.") { return text }
        var rest = Substring(text)
        rest = rest.drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if let user = rest.lastIndex(of: "@") { rest = rest[rest.index(after: user)...] }
        rest = rest.prefix { $0 != ":" }
        while rest.hasSuffix(".") { rest.removeLast() }
        if rest.hasPrefix("www."), rest.dropFirst(4).contains(".") { rest = rest.dropFirst(4) }
        let labels = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, rest.utf8.count <= 253, labels.allSatisfy(isLabel),
            let top = labels.last, !top.allSatisfy(\.isNumber)  // an IP address is nobody's domain
        else { return nil }
        return String(rest)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.utf8.count <= 63
            && label.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-" || $0 == "_"
            }
    }
}
