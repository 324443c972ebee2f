import CMicroHTTPD
import CMicroHTTPDShim

/// Makes the library's response of ours.
enum Reply {
    /// The response, which the caller destroys, and the stream behind it; nil if a header is not valid.
    static func make(
        _ response: Response, connection: OpaquePointer, closing: Bool
    ) -> (OpaquePointer?, ResponseStream?) {
        var stream: ResponseStream?
        let reply: OpaquePointer?
        switch response.body {
        case .bytes(let bytes):
            reply = bytes.withUnsafeBytes { buffer in
                MHD_create_response_from_buffer(
                    buffer.count, UnsafeMutableRawPointer(mutating: buffer.baseAddress), .RESPMEM_MUST_COPY)
            }
        case .stream(let body):
            let made = ResponseStream(connection: connection, body: body)
            stream = made
            reply = MHD_create_response_from_callback(
                .max, 64 << 10, pull, Unmanaged.passRetained(made).toOpaque(), release)
        }
        guard let reply else { return (nil, nil) }
        let fields = response.headers + (closing ? [HeaderField("Connection", "close")] : [])
        for field in fields where MHD_add_response_header(reply, field.name, field.value) != .YES {
            MHD_destroy_response(reply)
            return (nil, nil)
        }
        return (reply, stream)
    }

    // Static members: see Daemon.

    private static let pull: MHD_ContentReaderCallback = { context, _, buffer, capacity in
        guard let context, let buffer else { return -2 }
        let stream = Unmanaged<ResponseStream>.fromOpaque(context).takeUnretainedValue()
        return stream.pull(UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
    }

    private static let release: MHD_ContentReaderFreeCallback = { context in
        guard let context else { return }
        Unmanaged<ResponseStream>.fromOpaque(context).takeRetainedValue().fail()
    }
}
