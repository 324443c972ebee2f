import CCurl

/// An absolute http or https URL, read by the parser that also opens the connection (libcurl's), so that no two
/// parsers can disagree about its host.
public struct HTTPURL: Hashable, Sendable {
    /// The whole URL without fragment; spaces and other bytes that may not stand in a URL are percent-encoded.
    public let text: String
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case; an IPv6 address stands in brackets.
    public let host: String
    /// The port, 80 or 443 where none is given.
    public let port: UInt16
    /// The path and the query as they are sent; the path is at least `/`.
    public let pathAndQuery: String

    /// Parses an absolute URL.
    /// - Throws: `HTTPError` of kind `invalidRequest` if it is none, if its scheme is another one, or if it carries a
    ///   user name or password, which belong into a header.
    public init(_ text: String) throws(HTTPError) {
        guard let parser = CurlURL() else { throw HTTPError(.other, "out of memory while reading a URL") }
        let code = parser.set(CURLUPART_URL, text, flags: UInt32(CURLU_URLENCODE) | UInt32(CURLU_DISALLOW_USER))
        if code == CURLUE_USER_NOT_ALLOWED {
            throw HTTPError(.invalidRequest, "the URL carries a user name; send credentials in a header instead")
        }
        guard code == CURLUE_OK else {
            throw HTTPError(.invalidRequest, "this is no absolute http or https URL: \(Self.problem(code))")
        }
        try self.init(parser)
    }

    /// The URL that `reference`, relative or absolute, means on a page with this URL (RFC 3986, 5).
    /// A user name in it is dropped.
    /// - Throws: `HTTPError` of kind `invalidRequest` if the result is no http or https URL.
    public func resolving(_ reference: String) throws(HTTPError) -> HTTPURL {
        // libcurl's parser would cut the last segment and the query.
        if reference.isEmpty || reference.utf8.first == UInt8(ascii: "#") { return self }
        guard let parser = CurlURL(), parser.set(CURLUPART_URL, text, flags: 0) == CURLUE_OK else {
            throw HTTPError(.other, "\(host): out of memory while reading a URL")
        }
        let code = parser.set(CURLUPART_URL, reference, flags: UInt32(CURLU_URLENCODE))
        guard code == CURLUE_OK else {
            throw HTTPError(.invalidRequest, "\(host): a link that is no http or https URL: \(Self.problem(code))")
        }
        _ = parser.set(CURLUPART_USER, nil, flags: 0)
        _ = parser.set(CURLUPART_PASSWORD, nil, flags: 0)
        return try HTTPURL(parser)
    }

    private init(_ parser: borrowing CurlURL) throws(HTTPError) {
        _ = parser.set(CURLUPART_FRAGMENT, nil, flags: 0)
        guard let scheme = parser.get(CURLUPART_SCHEME), scheme == "http" || scheme == "https" else {
            throw HTTPError(.invalidRequest, "the scheme of a URL must be http or https")
        }
        guard let host = parser.get(CURLUPART_HOST), !host.isEmpty,
            let port = parser.get(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap(UInt16.init),
            let text = parser.get(CURLUPART_URL), let path = parser.get(CURLUPART_PATH)
        else { throw HTTPError(.invalidRequest, "this is no absolute http or https URL") }
        self.text = text
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
        pathAndQuery = parser.get(CURLUPART_QUERY).map { "\(path)?\($0)" } ?? path
    }

    // libcurl's own words for a code; they never quote the URL.
    private static func problem(_ code: CURLUcode) -> String { String(cString: curl_url_strerror(code)) }
}

/// Owns a handle of libcurl's URL parser.
private struct CurlURL: ~Copyable {
    private let handle: OpaquePointer

    init?() {
        guard let handle = curl_url() else { return nil }
        self.handle = handle
    }

    deinit { curl_url_cleanup(handle) }

    func set(_ part: CURLUPart, _ value: String?, flags: UInt32) -> CURLUcode {
        // A string with a zero byte inside would be cut there.
        if let value, value.utf8.contains(0) { return CURLUE_MALFORMED_INPUT }
        return curl_url_set(handle, part, value, flags)
    }

    func get(_ part: CURLUPart, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
