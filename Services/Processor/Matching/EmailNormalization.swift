/// Brings e-mail addresses to one form, and finds the company in them.
package enum EmailNormalization {
    /// The address in `text`: trimmed, in lower case, out of `Name <address>` and `mailto:`. Nil where there is none.
    package static func address(_ text: String) -> String? {
        var text = ASCIIHost.lowercased(text)
        if text.withUTF8(ASCIIHost.isAddress) { return text }
        var rest = Substring(text)
        if let open = rest.lastIndex(of: "<"), let close = rest.lastIndex(of: ">"), open < close {
            rest = rest[rest.index(after: open)..<close]
        }
        rest = rest.drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        if rest.hasPrefix("mailto:") { rest = rest.dropFirst(7) }
        guard let at = rest.lastIndex(of: "@"), at != rest.startIndex, rest.utf8.count <= 320,
            !rest.contains(where: \.isWhitespace), !rest.utf8.contains(0),
            DomainNormalization.domain(String(rest[rest.index(after: at)...])) != nil
        else { return nil }
        return String(rest)
    }

    /// The domain of the company that a normalised `address` belongs to; nil where everybody can have an address of
    /// that domain.
    package static func companyDomain(of address: String) -> String? {
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")),
            let domain = DomainNormalization.domain(String(address[address.utf8.index(after: at)...])),
            !FreeMailDomains.contains(domain)
        else { return nil }
        return domain
    }
}
