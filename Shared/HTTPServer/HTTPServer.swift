import Dispatch

/// An HTTP/1.1 server with asynchronous handlers, on libmicrohttpd's own threads. TLS ends before it.
public final class HTTPServer: Sendable {
    /// Where to listen, and bounds on everything a client decides.
    public struct Configuration: Sendable {
        /// Numeric IPv4 or IPv6 address; `::` listens on both.
        public var address: String
        /// The port, 0 for any free one.
        public var port: Int
        /// Connections at once; more wait in the kernel's queue until one is free.
        public var connections: Int
        /// Bytes of the request line and the headers; more is answered with 431.
        public var headerBytes: Int
        /// Bytes of the body; more is answered with 413.
        public var bodyBytes: Int
        /// A connection on which nothing happens for longer is closed.
        public var idle: Duration
        /// Until a request has arrived as a whole.
        public var receiving: Duration
        /// Until the handler has answered; then the client gets 503 and the handler's task is cancelled.
        public var handling: Duration
        /// Threads of the daemon.
        public var threads: Int

        /// The defaults suit health checks, metrics and a control API.
        public init(
            address: String = "127.0.0.1", port: Int = 0, connections: Int = 1000, headerBytes: Int = 8 << 10,
            bodyBytes: Int = 1 << 20, idle: Duration = .seconds(60), receiving: Duration = .seconds(30),
            handling: Duration = .seconds(60), threads: Int = 1
        ) {
            self.address = address
            self.port = port
            self.connections = connections
            self.headerBytes = headerBytes
            self.bodyBytes = bodyBytes
            self.idle = idle
            self.receiving = receiving
            self.handling = handling
            self.threads = threads
        }
    }

    /// The port that it listens on.
    public let port: Int
    private let core: ServerCore
    private let daemon: Daemon

    /// Begins to listen.
    /// - Parameters:
    ///   - report: told of faults behind a 500 and of the library's complaints; they are for the log, clients do not
    ///     see them. Called from any thread; must not wait.
    ///   - handler: answers requests, as ``Router/Handler`` says.
    /// - Throws: `HTTPServerError` if the address cannot be listened on.
    public init(
        _ configuration: Configuration, report: @escaping @Sendable (HTTPServerFault) -> Void = { _ in },
        handler: @escaping Router.Handler
    ) throws(HTTPServerError) {
        core = ServerCore(configuration, report: report, handler: handler)
        daemon = try Daemon(core)
        port = daemon.port
        core.beginSweeping()
    }

    /// Stops accepting, lets the requests in flight be answered for at most `grace`, answers the rest with 503, and
    /// closes all connections. Has to be called before the server is let go; the second time does nothing.
    public func stop(grace: Duration) async {
        guard core.beginDraining() else { return }
        daemon.stopListening()
        await core.waitUntilIdle(atMost: grace)
        core.refuseTheRest()
        await core.waitUntilIdle(atMost: .seconds(2))
        await withCheckedContinuation { continuation in
            // Joins the daemon's threads, which no thread of the Swift pool should wait for.
            DispatchQueue.global().async { [daemon] in
                daemon.stop()
                continuation.resume()
            }
        }
    }
}

/// Why a server could not begin to listen.
public struct HTTPServerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What happened and what to do, for a person.
    public let description: String
}

/// Something that the operator, but no client, should hear of.
public enum HTTPServerFault: Sendable {
    /// A handler threw something that is no `Problem`.
    case handler(method: String, path: String, error: any Error)
    /// A handler took longer than the configuration allows.
    case timeout(method: String, path: String)
    /// The library says something.
    case library(String)
}
