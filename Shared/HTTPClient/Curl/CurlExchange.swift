import CCurl

/// One request and its answer while it is under way. Touched only by the loop's thread once it is submitted.
final class CurlExchange: @unchecked Sendable {
    /// How far it came; tells which of the time limits a time-out broke.
    enum Phase { case waiting, connecting, requestSent, answering, finished }

    let request: HTTPRequest
    let url: HTTPURL
    let route: CurlRoute
    let addresses: AddressPolicy
    /// The key of the connection pool and of the admission gate.
    let hostKey: String

    var phase = Phase.waiting
    var continuation: UnsafeContinuation<Result<HTTPResponse, HTTPError>, Never>?
    var isCancelled = false
    var holdsAdmission = false
    /// Position in the loop's list, for removal in constant time.
    var position = 0
    /// Monotonic nanoseconds.
    var totalDeadline = Int64.max
    var firstByteDeadline = Int64.max

    var handle: UnsafeMutableRawPointer?
    var lists: [UnsafeMutablePointer<curl_slist>] = []
    /// Where libcurl writes its own words about a failure. They may quote the request: never shown to anyone.
    let details: UnsafeMutablePointer<CChar>

    var headers: [HTTPHeader] = []
    var body: [UInt8] = []
    /// What a callback refused, which libcurl only reports as a failed write.
    var verdict: HTTPError.Kind?
    private var headerBytes = 0
    private(set) var isHeaderComplete = false
    private var openedSocket = false
    private var refusedAddress = false

    init(_ request: HTTPRequest, url: HTTPURL, route: CurlRoute, addresses: AddressPolicy) {
        self.request = request
        self.url = url
        self.route = route
        self.addresses = addresses
        hostKey = "\(url.host):\(url.port)"
        details = .allocate(capacity: Int(CURL_ERROR_SIZE))
        details.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit { details.deallocate() }

    /// Whether every address of the host was refused.
    var onlyForbiddenAddresses: Bool { refusedAddress && !openedSocket }

    /// The connection stands and the request goes out. Called again if libcurl repeats it on a fresh connection.
    func requestStarts(now: Int64) {
        phase = .requestSent
        firstByteDeadline = MonotonicTime.after(request.limits.firstByte, from: now)
    }

    /// Whether a socket to `address` may be opened; nil stands for a family that is neither IPv4 nor IPv6.
    func permits(_ address: IPAddress?) -> Bool {
        // Behind a proxy the address is the proxy's; the target was checked when the route was chosen.
        let isPermitted = if case .proxy = route { true } else { address.map(addresses.permits) ?? false }
        if isPermitted { openedSocket = true } else { refusedAddress = true }
        return isPermitted
    }

    /// Takes one header line with its line end. False ends the exchange.
    func takeHeader(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        phase = .answering
        firstByteDeadline = .max
        headerBytes += line.count
        guard headerBytes <= request.limits.headerBytes, headers.count < Self.maximumHeaders else {
            verdict = .headersTooLarge
            return false
        }
        if HeaderLine.isStatus(line) {
            // A final response follows an interim one (1xx): its headers replace the earlier ones.
            headers.removeAll(keepingCapacity: true)
            isHeaderComplete = false
        } else if HeaderLine.isBlank(line) {
            isHeaderComplete = true
        } else if !isHeaderComplete {  // trailers come after the body and are left out
            HeaderLine.append(line, to: &headers)
        }
        return true
    }

    /// Takes decompressed bytes of the body. False ends the exchange: a small compressed body can unpack to any size.
    func takeBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= request.limits.bodyBytes - body.count else {
            verdict = .bodyTooLarge
            return false
        }
        if body.isEmpty { body.reserveCapacity(expectedBytes(atLeast: bytes.count) + HTTPResponse.bodyPadding) }
        body.append(contentsOf: bytes)
        return true
    }

    // A hint only: the header may lie, and it counts compressed bytes where there is a Content-Encoding.
    private func expectedBytes(atLeast minimum: Int) -> Int {
        let announced = headers.first { $0.isNamed("Content-Length") }.flatMap { Int($0.value) } ?? 0
        return max(minimum, min(announced, request.limits.bodyBytes, 1 << 20))
    }

    private static let maximumHeaders = 2000
}
