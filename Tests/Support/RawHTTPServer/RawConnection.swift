import Foundation
import Glibc

/// Serves one connection on its thread.
struct RawConnection {
    let socket: Int32
    let number: Int
    let state: ServerState

    func serve(_ greeting: [RawStep], _ answer: RawHTTPServer.Answer) {
        defer { state.closed(number) { Glibc.close(socket) } }
        for step in greeting {
            guard perform(step) else { return }
        }
        var buffer: [UInt8] = []
        while let request = readRequest(&buffer) {
            state.note { $0.requests.append(request) }
            for step in answer(request) {
                guard perform(step) else { return }
            }
        }
    }

    /// False ends the connection.
    private func perform(_ step: RawStep) -> Bool {
        switch step {
        case .send(let bytes):
            return deliver(bytes)
        case .drip(let bytes, let pause):
            for byte in bytes {
                guard deliver([byte]) else { return false }
                // The pause is what is tested, not a wait for something else.
                Thread.sleep(forTimeInterval: pause / .seconds(1))
            }
            return true
        case .flood(let bytes):
            while deliver(bytes) {}
            return false
        case .wait(let gate):
            state.wait(at: gate)
            return true
        case .hang:
            var byte: UInt8 = 0
            while recv(socket, &byte, 1, 0) > 0 {}
            state.note { $0.abandoned += 1 }
            return false
        case .close:
            return false
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
            return false
        }
    }

    private func deliver(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                state.note { $0.abandoned += 1 }
                return false
            }
            sent += count
        }
        return true
    }

    private func readRequest(_ buffer: inout [UInt8]) -> RawRequest? {
        let end = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while true {
            head = buffer.indices.first { buffer[$0...].starts(with: end) }.map { $0..<$0 + 4 }
            if head != nil { break }
            guard receive(&buffer) else { return nil }
        }
        guard let head else { return nil }
        var lines = String(decoding: buffer[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let first = lines.removeFirst().split(separator: " ")
        guard first.count == 3 else { return nil }
        var request = RawRequest(
            method: String(first[0]), target: String(first[1]), headerLines: lines, body: [], connection: number)
        let length = request.header("Content-Length").flatMap(Int.init) ?? 0
        while buffer.count - head.upperBound < length {
            guard receive(&buffer) else { return nil }
        }
        request.body = Array(buffer[head.upperBound..<head.upperBound + length])
        buffer.removeFirst(head.upperBound + length)
        return request
    }

    private func receive(_ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }
}
