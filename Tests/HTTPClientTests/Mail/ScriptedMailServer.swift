import Foundation
import Glibc
import Synchronization

/// An SMTP server on 127.0.0.1 that takes one mail a connection, without TLS. Stops when it is released.
final class ScriptedMailServer: Sendable {
    /// What was said on the connections, commands without their line ends; the mail's lines are in `mails`.
    struct Log: Sendable {
        var commands: [String] = []
        var mails: [String] = []
    }

    let port: UInt16
    private let listener: Int32
    private let log: Shared

    private final class Shared: Sendable {
        let value = Mutex(Log())
    }

    /// A server that answers commands that start with a key of `refusals` with its value.
    init(refusals: [String: String] = [:]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, generic, &length) == 0 ? 0 : errno
            }
        }
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        let log = Shared()
        self.log = log
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                Self.serve(connection, refusals, log)
                Glibc.close(connection)
            }
            Glibc.close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    var seen: Log { log.value.withLock { $0 } }
    var url: String { "smtp://127.0.0.1:\(port)" }

    private static func serve(_ socket: Int32, _ refusals: [String: String], _ log: Shared) {
        func say(_ text: String) {
            let bytes = Array((text + "\r\n").utf8)
            _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
        var buffer: [UInt8] = []
        func line() -> String? {
            while true {
                if let end = buffer.firstIndex(of: 10) {
                    defer { buffer.removeFirst(end + 1) }
                    return String(decoding: buffer[..<end].filter { $0 != 13 }, as: UTF8.self)
                }
                var chunk = [UInt8](repeating: 0, count: 4096)
                let count = recv(socket, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                buffer += chunk[..<count]
            }
        }
        say("220 scripted")
        while let command = line() {
            log.value.withLock { $0.commands.append(command) }
            if let refusal = refusals.first(where: { command.hasPrefix($0.key) }) {
                say(refusal.value)
                continue
            }
            if command.hasPrefix("EHLO") {
                say("250-scripted\r\n250 SIZE 100000")
            } else if command == "DATA" {
                say("354 go on")
                var mail: [String] = []
                while let next = line(), next != "." { mail.append(next) }
                let text = mail.joined(separator: "\n")
                log.value.withLock { $0.mails.append(text) }
                say("250 taken")
            } else if command == "QUIT" {
                say("221 bye")
                return
            } else {
                say("250 ok")
            }
        }
    }
}
