import Glibc

/// A port that nobody listens on.
public enum FreePort {
    /// One of 127.0.0.1, free at this moment.
    /// - Throws: `PipelineError` if the system gives none.
    public static func any() throws -> Int {
        guard let port = bound(to: 0) else {
            throw PipelineError("no free port: \(String(cString: strerror(errno)))")
        }
        return port
    }

    /// The first of `count` ports in a row that are free at this moment.
    /// - Throws: `PipelineError` if there are none.
    public static func first(of count: Int) throws -> Int {
        for _ in 0..<100 {
            let first = try any()
            guard first + count <= 65_536 else { continue }
            if (first..<first + count).allSatisfy({ bound(to: $0) != nil }) { return first }
        }
        throw PipelineError("no \(count) free ports in a row")
    }

    /// The port that could be bound when `port` was asked for; 0 asks for any.
    private static func bound(to port: Int) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}
