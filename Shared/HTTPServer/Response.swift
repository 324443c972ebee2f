import FoundationEssentials

/// A response. `Date`, `Content-Length` or `Transfer-Encoding`, and `Connection` are the server's.
public struct Response: Sendable {
    /// What follows the headers.
    public enum Body: Sendable {
        /// All of it.
        case bytes([UInt8])
        /// Written while it is sent: the closure's writes wait until the client has taken what came before. What it
        /// throws breaks the connection off, so that the client sees that something is missing.
        case stream(@Sendable (ResponseWriter) async throws -> Void)
    }

    /// The status code.
    public var status: Int
    /// The headers.
    public var headers: [HeaderField]
    /// The body.
    public var body: Body

    /// A response.
    public init(status: Int = 200, headers: [HeaderField] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Plain text.
    public static func text(_ text: String, status: Int = 200) -> Response {
        Response(
            status: status, headers: [HeaderField("Content-Type", "text/plain; charset=utf-8")],
            body: .bytes(Array(text.utf8)))
    }

    /// A value as JSON, with its keys sorted.
    /// - Throws: `EncodingError`.
    public static func json(_ value: some Encodable, status: Int = 200) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Response(
            status: status, headers: [HeaderField("Content-Type", "application/json")],
            body: .bytes([UInt8](try encoder.encode(value))))
    }

    /// Chunks as they come.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        _ chunks: Chunks, contentType: String
    ) -> Response where Chunks.Element == [UInt8] {
        Response(
            headers: [HeaderField("Content-Type", contentType)],
            body: .stream { writer in for try await chunk in chunks { try await writer.write(chunk) } })
    }
}
