import Cryptography
import JSON

/// What a signed assertion (RFC 7523) in the body of a request says: exchange files write that, since its signature and
/// its number are others each time.
enum SignedAssertion {
    private static let fields = ["assertion", "client_assertion"]

    /// `body` with its assertions opened.
    static func opened(in body: JSONValue) -> JSONValue {
        guard var object = body.object else { return body }
        for field in fields { if let opened = object[field]?.string.flatMap(contents) { object[field] = opened } }
        return .object(object)
    }

    private static func contents(_ text: String) -> JSONValue? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, !parts[2].isEmpty, let header = json(parts[0]), var claims = json(parts[1])?.object
        else { return nil }
        if claims["jti"]?.string?.isEmpty == false { claims["jti"] = "any" }
        return .object(JSONObject([("header", header), ("claims", .object(claims))]))
    }

    private static func json(_ part: String) -> JSONValue? {
        Base64.url.decode(part).flatMap { try? JSONValue(parsing: $0) }
    }
}
