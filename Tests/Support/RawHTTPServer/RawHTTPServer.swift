import Foundation
import Glibc

/// An HTTP/1.1 server on 127.0.0.1 that says exactly what a test tells it to say, byte for byte, right or wrong.
/// Each connection has a thread of its own with blocking sockets. Stops when it is released.
public final class RawHTTPServer: Sendable {
    /// What the server does with a request.
    public typealias Answer = @Sendable (RawRequest) -> [RawStep]

    /// The port it listens on.
    public let port: UInt16
    private let listener: Int32
    private let state: ServerState

    /// Listens on a free port, does the steps of `greeting` on each new connection before it reads anything, and
    /// answers each request with the steps that `answer` names.
    /// - Throws: `RawServerError` if no socket can be opened.
    public init(greeting: [RawStep] = [], _ answer: @escaping Answer) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw RawServerError(call: "socket", code: errno) }
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 4096) == 0
                    && getsockname(listener, generic, &length) == 0 ? 0 : errno
            }
        }
        guard code == 0 else {
            Glibc.close(listener)
            throw RawServerError(call: "bind", code: code)
        }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        let state = ServerState()
        self.state = state
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                guard let number = state.opened(connection) else {
                    Glibc.close(connection)
                    continue
                }
                let thread = Thread {
                    RawConnection(socket: connection, number: number, state: state).serve(greeting, answer)
                }
                thread.stackSize = 256 << 10
                thread.start()
            }
            Glibc.close(listener)
        }
    }

    deinit { stop() }

    /// The address to put before a path: `http://127.0.0.1:<port>`.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// What has happened so far.
    public var log: RawServerLog { state.log }

    /// Returns as soon as `condition` holds for what has happened, or when the task is cancelled (a test's time limit).
    public func wait(until condition: @escaping @Sendable (RawServerLog) -> Bool) async {
        await state.wait(until: condition)
    }

    /// Closes the listener and all connections, and opens every gate that a connection waits at.
    public func stop() {
        // Once: by the second time the number of the listener may be another socket's.
        state.stop { shutdown(listener, Int32(SHUT_RDWR)) }
    }
}

/// A system call that the server needs and that failed.
public struct RawServerError: Error, CustomStringConvertible {
    let call: String
    let code: Int32
    /// The call and the system's words.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// A request as it came.
public struct RawRequest: Sendable, Hashable {
    /// The method.
    public var method: String
    /// Path and query, or the whole target (CONNECT).
    public var target: String
    /// The header lines, without line ends.
    public var headerLines: [String]
    /// The body, by its Content-Length.
    public var body: [UInt8]
    /// Which connection it came on, counted from 1.
    public var connection: Int

    /// The value of the first header called `name`, whatever its case.
    public func header(_ name: String) -> String? {
        for line in headerLines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}

/// What the server has seen.
public struct RawServerLog: Sendable {
    /// Connections accepted.
    public var connections = 0
    /// Requests read in full.
    public var requests: [RawRequest] = []
    /// Connections that the client closed, or broke off, while it was owed an answer.
    public var abandoned = 0
}
