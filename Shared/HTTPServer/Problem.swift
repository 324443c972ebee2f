import FoundationEssentials

/// What went wrong with a request, as RFC 9457 has it. Thrown by a handler it becomes the response.
public struct Problem: Error, Sendable, Equatable {
    /// The status code.
    public var status: Int
    /// What kind of problem it is, the same for all of the kind.
    public var title: String
    /// What went wrong this time and what to do about it; never a secret.
    public var detail: String?
    /// A name for programs to act on, from which the `type` is made: `urn:tributary:problem:<code>`.
    public var code: String?
    /// More headers, such as `Allow` or `Retry-After`.
    public var headers: [HeaderField]

    /// A problem; the title is that of the status unless given.
    public init(
        _ status: Int, title: String? = nil, detail: String? = nil, code: String? = nil, headers: [HeaderField] = []
    ) {
        self.status = status
        self.title = title ?? Self.title(of: status)
        self.detail = detail
        self.code = code
        self.headers = headers
    }

    /// The response that says so, `application/problem+json`.
    public var response: Response {
        let members = Members(
            type: code.map { "urn:tributary:problem:\($0)" } ?? "about:blank", title: title, status: status,
            detail: detail)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Three texts and a number cannot fail to encode; without a body the status still says it.
        let body = (try? encoder.encode(members)).map { [UInt8]($0) } ?? []
        return Response(
            status: status, headers: [HeaderField("Content-Type", "application/problem+json")] + headers,
            body: .bytes(body))
    }

    private struct Members: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String?
    }

    private static func title(of status: Int) -> String {
        switch status {
        case 400: "Bad request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not found"
        case 405: "Method not allowed"
        case 408: "Request timeout"
        case 409: "Conflict"
        case 413: "Content too large"
        case 415: "Unsupported media type"
        case 422: "Unprocessable content"
        case 429: "Too many requests"
        case 431: "Request header fields too large"
        case 500: "Internal server error"
        case 503: "Service unavailable"
        default: status < 500 ? "Request failed" : "Server failed"
        }
    }
}
