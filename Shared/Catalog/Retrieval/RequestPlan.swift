/// A request, computed from a definition and a position, ready to be sent.
public struct RequestPlan: Sendable, Hashable, CustomStringConvertible {
    /// A header.
    public struct Header: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String
        /// Whether the value must not be shown.
        public var isSecret: Bool
    }

    /// The method, in capitals.
    public var method: String
    /// The absolute address, secrets included.
    public var url: String
    /// The address with secrets as `***`, for messages.
    public var shownURL: String
    /// The headers, in order.
    public var headers: [Header]
    /// The body.
    public var body: [UInt8]?
    /// The longest whole exchange.
    public var timeout: Duration
    /// The largest response body, in bytes.
    public var maximumBody: Int
    /// Which of the classes of `limits` it counts against; nil where they make no difference.
    public var limitClass: String?

    /// The method and the address without secrets.
    public var description: String { "\(method) \(shownURL)" }
}
