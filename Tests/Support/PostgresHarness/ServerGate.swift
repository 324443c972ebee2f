import Glibc
import Postgres
import Synchronization

/// A door in front of the test server that can be shut and opened: to clients, a server that goes away and comes back.
public final class ServerGate: Sendable {
    private struct State {
        var listener: Int32 = -1
        var sockets: Set<Int32> = []
        var dropsReplies = false
    }

    private let state = Mutex(State())
    private let server: (host: String, port: String)
    private let port: UInt16

    /// How to connect through the gate.
    public let settings: PostgresSettings

    /// An open gate in front of the server of `settings`.
    public init(_ settings: PostgresSettings) throws {
        server = settings.endpoint
        let listener = try Self.listen(on: 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.settings = settings.connecting(through: "127.0.0.1", port: Int(port))
        accept(from: listener)
    }

    /// Ends all connections and refuses new ones.
    public func shut() {
        state.withLock { state in
            if state.listener >= 0 { _ = shutdown(state.listener, Int32(SHUT_RDWR)) }
            for socket in state.sockets { _ = shutdown(socket, Int32(SHUT_RDWR)) }
            state.listener = -1
            state.sockets = []
            state.dropsReplies = false
        }
    }

    /// Lets connections in again.
    public func open() throws { accept(from: try Self.listen(on: port)) }

    /// From now on the server hears its clients, but they do not hear it: each connection ends with the next answer.
    public func dropReplies() { state.withLock { $0.dropsReplies = true } }

    deinit { shut() }

    private struct NoSocket: Error {
        let reason: String
    }

    private static func listen(on port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, Glibc.listen(descriptor, 64) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw NoSocket(reason: "the gate cannot listen on port \(port): \(reason)")
        }
        return descriptor
    }

    private func accept(from listener: Int32) {
        state.withLock { $0.listener = listener }
        GateThread.start { [weak self, server] in
            defer { close(listener) }
            while true {
                let client = Glibc.accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let self, self.state.withLock({ $0.listener == listener }), let upstream = Self.dial(server)
                else {
                    close(client)
                    continue
                }
                self.join(client, upstream)
            }
        }
    }

    private func join(_ client: Int32, _ upstream: Int32) {
        state.withLock { _ = ($0.sockets.insert(client), $0.sockets.insert(upstream)) }
        // The descriptors close when both directions have ended.
        let directionsLeft = Directions()
        let end = { @Sendable [weak self] in
            _ = shutdown(client, Int32(SHUT_RDWR))
            _ = shutdown(upstream, Int32(SHUT_RDWR))
            guard directionsLeft.finishOne() else { return }
            self?.state.withLock { _ = ($0.sockets.remove(client), $0.sockets.remove(upstream)) }
            close(client)
            close(upstream)
        }
        GateThread.start {
            Self.pump(client, upstream) { true }
            end()
        }
        GateThread.start { [weak self] in
            Self.pump(upstream, client) { self?.state.withLock { !$0.dropsReplies } ?? false }
            end()
        }
    }

    private final class Directions: Sendable {
        private let left = Atomic(2)
        /// Whether this was the last one.
        func finishOne() -> Bool { left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
    }

    private static func pump(_ source: Int32, _ target: Int32, while mayPass: () -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, mayPass() else { return }
            var sent = 0
            while sent < count {
                let written = buffer.withUnsafeBytes {
                    send(target, $0.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return }
                sent += written
            }
        }
    }

    private static func dial(_ server: (host: String, port: String)) -> Int32? {
        if server.host.hasPrefix("/") { return dialLocal("\(server.host)/.s.PGSQL.\(server.port)") }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(server.host, server.port, &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        let descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype, 0)
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func dialLocal(_ path: String) -> Int32? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}

/// A detached thread for blocking calls.
private enum GateThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static let main: @Sendable @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
        context in
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body))
        if pthread_create(&thread, nil, main, work.toOpaque()) == 0 { pthread_detach(thread) } else { work.release() }
    }
}
