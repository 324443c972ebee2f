/// One link of a `Link` header (RFC 8288).
package struct LinkHeader: Equatable {
    /// The address, as written.
    package var target: String
    /// The relation types, lower case.
    package var relations: [String]

    /// The links of a header's value; parts that cannot be read are left out.
    package static func parse(_ value: String) -> [LinkHeader] {
        var links: [LinkHeader] = []
        var rest = value[...]
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let target = String(rest[rest.index(after: open)..<close])
            rest = rest[rest.index(after: close)...]
            let end = endOfParameters(in: rest)
            var relations: [String] = []
            for parameter in rest[..<end].split(separator: ";") {
                let parts = parameter.split(separator: "=", maxSplits: 1).map(\.trimmed)
                guard parts.count == 2, parts[0].lowercased() == "rel" else { continue }
                let text = parts[1].filter { $0 != "\"" }
                relations += text.split(separator: " ").map { $0.lowercased() }
            }
            links.append(LinkHeader(target: target.trimmed, relations: relations))
            rest = rest[end...]
        }
        return links
    }

    /// The comma before the next link; commas in quoted parameters do not count.
    private static func endOfParameters(in text: Substring) -> Substring.Index {
        var isQuoted = false
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == ",", !isQuoted { return index }
        }
        return text.endIndex
    }
}

/// The little of RFC 3986 that following links needs.
package enum WebAddress {
    /// `scheme://authority` in lower case, nil where `url` is not an absolute http or https address.
    package static func origin(of url: String) -> String? {
        guard let mark = url.pieces(separatedBy: "://").first, mark.count < url.count else { return nil }
        let scheme = mark.lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let authority = url.dropFirst(mark.count + 3).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@"), !authority.contains("\\") else { return nil }
        var host = authority.lowercased()
        if scheme == "https", host.hasSuffix(":443") { host.removeLast(4) }
        if scheme == "http", host.hasSuffix(":80") { host.removeLast(3) }
        return "\(scheme)://\(host)"
    }

    /// `reference` as an absolute address, seen from `base`.
    package static func resolve(_ reference: String, against base: String) -> String {
        // Whatever has a scheme stands for itself; it is not made a path of the host by mistake.
        let head = reference.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if head.contains(":") { return reference }
        let parts = base.pieces(separatedBy: "://")
        guard parts.count >= 2 else { return reference }
        let rest = base.dropFirst(parts[0].count + 3)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let root = "\(parts[0])://\(authority)"
        if reference.hasPrefix("//") { return "\(parts[0]):\(reference)" }
        if reference.hasPrefix("/") { return root + reference }
        let path = rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" }
        if reference.hasPrefix("?") { return root + path + reference }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return root + folder + reference
    }
}
