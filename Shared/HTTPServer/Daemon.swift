import CMicroHTTPD
import CMicroHTTPDShim
import Glibc

/// libmicrohttpd's daemon. Its callbacks run on its own threads and hand over to ``ServerCore`` and ``Exchange``.
final class Daemon: @unchecked Sendable {
    let port: Int
    private let handle: OpaquePointer
    // The C side keeps a pointer to the options, for its log.
    private let options: UnsafeMutablePointer<tributary_mhd_options>
    private let core: Unmanaged<ServerCore>

    init(_ core: ServerCore) throws(HTTPServerError) {
        let configuration = core.configuration
        guard let port = UInt16(exactly: configuration.port) else {
            throw HTTPServerError(description: "\(configuration.port) is no port: use 0 to 65535")
        }
        let retained = Unmanaged.passRetained(core)
        let context = retained.toOpaque()
        let options = UnsafeMutablePointer<tributary_mhd_options>.allocate(capacity: 1)
        let handle = configuration.address.withCString { address in
            options.initialize(
                to: tributary_mhd_options(
                    address: address, port: port, connections: UInt32(clamping: configuration.connections),
                    timeout_seconds: UInt32(clamping: max(1, configuration.idle.components.seconds)),
                    threads: UInt32(clamping: configuration.threads),
                    // The pool also holds what is read and written; the handler checks the exact bound first.
                    connection_memory: max(32 << 10, configuration.headerBytes * 4),
                    handler: Self.access, completed: Self.completed, connection: Self.connectionChanged,
                    log: Self.log, context: context))
            return tributary_mhd_start(options)
        }
        options.pointee.address = nil
        guard let handle else {
            let reason = String(cString: strerror(errno))
            options.deallocate()
            retained.release()
            throw HTTPServerError(
                description: "cannot listen on \(configuration.address) port \(port): \(reason); "
                    + "choose another address or port, or end the program that uses it")
        }
        self.core = retained
        self.options = options
        self.handle = handle
        self.port = Int(tributary_mhd_port(handle))
    }

    /// Accepts no more connections; those that are there go on.
    func stopListening() {
        let descriptor = MHD_quiesce_daemon(handle)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Closes everything and joins the threads. Nothing may be suspended.
    func stop() {
        MHD_stop_daemon(handle)
        options.deallocate()
        core.release()
    }

    // Callbacks are static members: a closure at top level would be inferred @MainActor and trap on these threads.

    private static let access: MHD_AccessHandlerCallback = { context, connection, url, method, _, data, size, slot in
        guard let context, let connection, let url, let method, let size, let slot else { return .NO }
        guard let pointer = slot.pointee else {
            let core = Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
            let exchange = Exchange(connection: connection, core: core)
            slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
            core.opened(exchange)
            return exchange.readHead(method: String(cString: method), path: String(cString: url))
        }
        let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
        if size.pointee > 0 {
            let result = exchange.receive(UnsafeRawBufferPointer(start: data, count: size.pointee))
            size.pointee = 0
            return result
        }
        return exchange.proceed()
    }

    private static let completed: MHD_RequestCompletedCallback = { context, _, slot, _ in
        guard let context, let slot, let pointer = slot.pointee else { return }
        slot.pointee = nil
        let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
        exchange.end()
        Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue().closed(exchange)
    }

    private static let connectionChanged: MHD_NotifyConnectionCallback = { context, connection, _, event in
        guard let context, let connection else { return }
        let core = Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
        switch event {
        case .CONNECTION_NOTIFY_STARTED: core.connected(connection)
        case .CONNECTION_NOTIFY_CLOSED: core.disconnected(connection)
        }
    }

    private static let log: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void = {
        context, line in
        guard let context, let line else { return }
        let core = Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
        core.report(.library(String(decoding: String(cString: line).utf8.filter { $0 >= 32 }, as: UTF8.self)))
    }
}
