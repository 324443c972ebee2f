import Dispatch
import Glibc

/// A client that sends exactly what it is told to, over a plain socket.
final class RawClient: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "raw client")

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Connects to `port` of this machine. Reads fail after 20 seconds, so that a broken server fails a test.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(description: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    /// Sends text.
    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw Failure(description: "cannot send: " + String(cString: strerror(errno)))
        }
    }

    /// Everything until the server closes.
    func readToEnd() async throws -> Answer {
        Answer(try await onQueue { try self.read { _ in false } })
    }

    /// One response with a Content-Length; the connection stays usable.
    func readOne() async throws -> Answer {
        Answer(
            try await onQueue {
                try self.read { bytes in
                    let answer = Answer(bytes)
                    return answer.header("content-length").flatMap { Int($0) }.map { $0 <= answer.body.count } ?? false
                }
            })
    }

    /// At least `count` bytes.
    func read(atLeast count: Int) async throws -> Int {
        try await onQueue { try self.read { $0.count >= count }.count }
    }

    private func read(until isEnough: ([UInt8]) -> Bool) throws -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !isEnough(all) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { break }
            guard count > 0 else { throw Failure(description: "cannot read: " + String(cString: strerror(errno))) }
            all += buffer[..<count]
        }
        return all
    }

    private func onQueue<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}

/// A response as it came.
struct Answer: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    init(_ bytes: [UInt8]) {
        let separator = Array("\r\n\r\n".utf8)
        var end = 0
        while end + 4 <= bytes.count, Array(bytes[end..<end + 4]) != separator { end += 1 }
        guard end + 4 <= bytes.count else {
            (status, headers, body) = (0, [], [])
            return
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        body = Array(bytes[(end + 4)...])
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The body of a chunked response; nil if its last chunk is missing.
    var dechunked: [UInt8]? {
        var result: [UInt8] = []
        var rest = body[...]
        while let end = rest.firstIndex(of: 0x0D) {
            guard let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) else { return nil }
            if size == 0 { return result }
            let start = end + 2
            guard start + size + 2 <= rest.endIndex else { return nil }
            result += rest[start..<start + size]
            rest = rest[(start + size + 2)...]
        }
        return nil
    }
}
