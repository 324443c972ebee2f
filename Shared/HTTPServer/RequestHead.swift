import CMicroHTTPD
import CMicroHTTPDShim

/// Reads what comes before the body, and finds what is wrong with it.
struct RequestHead {
    private let connection: OpaquePointer
    private(set) var request = Request()
    private var bytes = 0
    private var isMalformed = false

    init(connection: OpaquePointer) { self.connection = connection }

    /// Reads the request line and the headers.
    mutating func read(method: String, path: String) {
        request.method = method
        bytes = method.utf8.count + path.utf8.count
        for segment in Router.segments(path) { request.segments.append(decoded(segment)) }
        let headers = values(of: .HEADER_KIND)
        request.headers = headers.map { HeaderField($0.0, $0.1) }
        for (name, value) in values(of: .GET_ARGUMENT_KIND) {
            request.query.append(QueryItem(decoded(name), decoded(value)))
        }
    }

    /// What is wrong, as the answer to give instead of reading the body.
    func problem(_ configuration: HTTPServer.Configuration) -> Problem? {
        if bytes > configuration.headerBytes {
            return Problem(
                431, detail: "The request line and the headers may hold \(configuration.headerBytes) bytes.")
        }
        if isMalformed {
            return Problem(400, detail: "The path or the query is not valid percent-encoded UTF-8.")
        }
        let lengths = request.headers.filter { $0.name.lowercased() == "content-length" }
        let codings = request.headers.filter { $0.name.lowercased() == "transfer-encoding" }
        // Two opinions on where the body ends are how requests are smuggled (RFC 9112, section 6.3).
        if !lengths.isEmpty && !codings.isEmpty || lengths.count > 1 || codings.count > 1 {
            return Problem(400, detail: "The length of the body has to be given once, in one way.")
        }
        if let coding = codings.first, coding.value.lowercased() != "chunked" {
            return Problem(400, detail: "The only transfer coding understood is chunked.")
        }
        if let length = lengths.first {
            guard length.value.utf8.allSatisfy({ (48...57).contains($0) }), let count = UInt64(length.value) else {
                return Problem(400, detail: "Content-Length has to be a whole number.")
            }
            if count > UInt64(max(0, configuration.bodyBytes)) { return Self.tooLarge(configuration) }
        }
        return nil
    }

    static func tooLarge(_ configuration: HTTPServer.Configuration) -> Problem {
        Problem(413, detail: "The body may hold \(configuration.bodyBytes) bytes.")
    }

    private mutating func decoded(_ text: String) -> String {
        if let decoded = PercentEncoding.decode(text) { return decoded }
        isMalformed = true
        return ""
    }

    private mutating func values(of kind: MHD_ValueKind) -> [(String, String)] {
        let found = Found()
        _ = withExtendedLifetime(found) {
            MHD_get_connection_values(connection, kind, Self.collect, Unmanaged.passUnretained(found).toOpaque())
        }
        bytes += found.values.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 }
        return found.values
    }

    private final class Found { var values: [(String, String)] = [] }

    // A static member: see Daemon.
    private static let collect: MHD_KeyValueIterator = { context, _, name, value in
        guard let context, let name else { return .YES }
        let value = value.map { String(cString: $0) } ?? ""
        Unmanaged<Found>.fromOpaque(context).takeUnretainedValue().values.append((String(cString: name), value))
        return .YES
    }
}
