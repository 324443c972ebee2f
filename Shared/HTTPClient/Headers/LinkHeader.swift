/// A link of a `Link` header (RFC 8288), such as `<https://api.example.com/items?page=2>; rel="next"`.
public struct WebLink: Hashable, Sendable {
    /// Where it points to, as it stands there: it may be relative.
    public let target: String
    /// The relation types, in lower case.
    public let relations: [String]
    /// All parameters in order, names in lower case, values without quotes.
    public let parameters: [Parameter]

    /// A parameter of a link.
    public struct Parameter: Hashable, Sendable {
        /// The name, in lower case.
        public let name: String
        /// The value, without quotes and escapes; empty if there is none.
        public let value: String
    }

    /// Reads all links of one header value. What cannot be read as a link is left out, and reading goes on behind the
    /// next comma outside of quotes and brackets (RFC 8288, appendix B.2).
    public static func parse(_ header: String) -> [WebLink] {
        var reader = LinkReader(header)
        var links: [WebLink] = []
        while !reader.isAtEnd {
            if let link = reader.link() { links.append(link) } else { reader.skipToNextLink() }
        }
        return links
    }
}

extension HTTPResponse {
    /// The links of all `Link` headers, in order.
    public var links: [WebLink] { headers(named: "Link").flatMap(WebLink.parse) }

    /// The absolute URL of the first link with this relation, such as `next`; nil if there is none, or if it is no
    /// http or https URL. Relative targets are resolved against the URL that answered.
    public func link(_ relation: String) -> String? {
        let relation = relation.lowercased()
        guard let target = links.first(where: { $0.relations.contains(relation) })?.target else { return nil }
        if let base = try? HTTPURL(url), let absolute = try? base.resolving(target) { return absolute.text }
        return (try? HTTPURL(target))?.text
    }
}
