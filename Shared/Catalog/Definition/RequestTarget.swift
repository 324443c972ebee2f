import JSON

/// The place of a request that a computed value goes to.
public enum RequestTarget: Sendable, Hashable {
    case header(String)
    case query(String)
    case body(JSONPath)
}

extension KeyedReader {
    /// Exactly one of a header, a query item and a place in the body.
    func target(header: Key, query: Key, body: Key?) -> RequestTarget? {
        let written = [header, query].filter { has($0) } + (body.map { has($0) ? [$0] : [] } ?? [])
        guard written.count == 1 else {
            let names = [header.rawValue, query.rawValue] + (body.map { [$0.rawValue] } ?? [])
            context.report(
                at: node.origin, path: path,
                written.isEmpty ? "the place in the request is missing" : "several places in the request",
                advice: "write exactly one of: \(names.joined(separator: ", "))")
            return nil
        }
        if let name = text(header) {
            guard HeaderName.isValid(name) else {
                report(
                    header, "'\(name)' cannot be the name of a header",
                    advice: "use letters, digits and hyphens, such as X-API-Key")
                return nil
            }
            return .header(name)
        }
        if let name = text(query) { return .query(name) }
        guard let body, let field = fieldPath(body) else { return nil }
        guard !field.steps.isEmpty, field.steps.allSatisfy({ if case .key = $0 { true } else { false } }) else {
            report(
                body, "a place in a request body has names only",
                advice: "write names joined by dots, such as page.cursor")
            return nil
        }
        return .body(field)
    }
}

/// Header names (RFC 9110, 5.1).
enum HeaderName {
    static func isValid(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
