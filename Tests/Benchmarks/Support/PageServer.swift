import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 for GET requests with answers that are there already: a thread for each connection,
/// blocking sockets, no work beyond finding the answer.
final class PageServer: Sendable {
    /// The whole response to a request's target.
    typealias Answer = @Sendable (Substring) -> [UInt8]

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var sockets: Set<Int32> = []
        var waiting = 0
        var hold: Hold?
    }

    /// Where requests wait. NSCondition is a lock; `isOver` is touched only while it is held.
    private final class Hold: @unchecked Sendable {
        private let condition = NSCondition()
        private var isOver = false

        func end() {
            condition.lock()
            isOver = true
            condition.broadcast()
            condition.unlock()
        }

        func wait() {
            condition.lock()
            while !isOver { condition.wait() }
            condition.unlock()
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// How many requests wait for ``release()``.
    var waiting: Int { state.withLock { $0.waiting } }

    /// - Parameter holding: whether every request waits until ``release()``.
    init(holding: Bool = false, _ answer: @escaping Answer) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 4096) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw BenchmarkError("no page server: \(String(cString: strerror(errno)))") }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        if holding { state.withLock { $0.hold = Hold() } }
        Thread.detachNewThread { [weak self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                var one: Int32 = 1
                setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
                let thread = Thread { [weak self] in
                    guard let self else {
                        close(connection)
                        return
                    }
                    self.serve(connection, answer)
                }
                thread.stackSize = 128 << 10
                thread.start()
            }
            close(listener)
        }
    }

    deinit { stop() }

    /// Answers everything that waits, and from now on everything at once.
    func release() {
        let hold = state.withLock { state in
            defer { state.hold = nil }
            return state.hold
        }
        hold?.end()
    }

    /// Ends all connections and the listener.
    func stop() {
        release()
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { for socket in $0.sockets { shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    private func serve(_ connection: Int32, _ answer: Answer) {
        state.withLock { _ = $0.sockets.insert(connection) }
        defer {
            state.withLock { _ = $0.sockets.remove(connection) }
            close(connection)
        }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var filled = 0
        while true {
            let count = recv(connection, &buffer[filled], buffer.count - filled, 0)
            guard count > 0 else { return }
            filled += count
            guard filled >= 4, buffer[(filled - 4)..<filled].elementsEqual([13, 10, 13, 10]) else {
                guard filled < buffer.count else { return }
                continue
            }
            let line = buffer[..<(buffer.firstIndex(of: 13) ?? 0)]
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            filled = 0
            wait()
            guard words.count == 3, deliver(answer(words[1]), to: connection) else { return }
        }
    }

    private func wait() {
        guard let hold = state.withLock({ $0.hold }) else { return }
        state.withLock { $0.waiting += 1 }
        hold.wait()
        state.withLock { $0.waiting -= 1 }
    }

    private func deliver(_ bytes: [UInt8], to connection: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = send(
                    connection, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    /// A whole response with a JSON body.
    static func response(_ body: String) -> [UInt8] {
        Array(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                .utf8)
    }

    /// For what is not there.
    static let notFound = Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8)
}
