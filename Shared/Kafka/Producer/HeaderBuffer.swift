import Models

/// Headers of one message, flat, as the C shim takes them; reused from message to message.
struct HeaderBuffer {
    private(set) var bytes: [UInt8] = []
    private(set) var lengths: [UInt32] = []

    /// The headers of the next message.
    mutating func fill(with headers: [MessageHeader]) {
        bytes.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        for header in headers {
            append(header.name)
            append(header.value)
        }
    }

    private mutating func append(_ text: String) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        lengths.append(UInt32(clamping: bytes.count - start))
    }
}
