import CCurl
import Glibc

/// The functions that libcurl calls on the loop's thread; the context is the `CurlExchange`, which the loop retains.
/// They are stored closures of a nonisolated type, so that the compiler cannot take them for the main actor's.
enum CurlCallbacks {
    static let body: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        bytes, size, count, context in
        deliver(bytes, size * count, context) { $0.takeBody($1) }
    }

    static let header: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int = {
        bytes, size, count, context in
        deliver(bytes, size * count, context) { $0.takeHeader($1) }
    }

    /// The only place where sockets are made: after name resolution, for every address that is tried.
    static let openSocket:
        @convention(c) (UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t =
            {
                context, _, target in
                guard let exchange = exchange(context), let target else { return badSocket }
                let length = min(Int(target.pointee.addrlen), MemoryLayout<sockaddr_storage>.size)
                let address = withUnsafeBytes(of: &target.pointee.addr) { first in
                    // libcurl declares a plain sockaddr and keeps a sockaddr_storage's room behind it.
                    first.baseAddress.flatMap { IPAddress($0, length: length) }
                }
                guard exchange.permits(address) else { return badSocket }
                let type = target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
                return socket(target.pointee.family, type, target.pointee.protocol)
            }

    /// The connection stands, the request is about to be sent.
    static let request:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?, Int32, Int32
        ) -> Int32 = { context, _, _, _, _ in
            exchange(context)?.requestStarts(now: MonotonicTime.now)
            return CURL_PREREQFUNC_OK
        }

    private static let badSocket: curl_socket_t = -1  // CURL_SOCKET_BAD

    private static func exchange(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
        context.map { Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func deliver(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        to take: (CurlExchange, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Int {
        guard let exchange = exchange(context) else { return refused }
        guard let bytes, count > 0 else { return count }
        return bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
            take(exchange, UnsafeBufferPointer(start: $0, count: count)) ? count : refused
        }
    }

    private static let refused = 0xFFFF_FFFF  // CURL_WRITEFUNC_ERROR
}
