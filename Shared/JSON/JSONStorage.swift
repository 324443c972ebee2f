import CSimdjson

/// The bytes of a document and the list of its nodes; immutable, freed with the last node that refers to it.
final class JSONStorage: @unchecked Sendable {
    let bytes: ArraySlice<UInt8>
    let nodes: UnsafePointer<tj_node>
    let count: UInt32
    let flags: UInt32
    private let allocation: UnsafeMutablePointer<tj_node>

    init(bytes: ArraySlice<UInt8>, nodes: UnsafeMutablePointer<tj_node>, count: UInt32, flags: UInt32) {
        self.bytes = bytes
        self.nodes = UnsafePointer(nodes)
        self.count = count
        self.flags = flags
        allocation = nodes
    }

    deinit {
        tj_nodes_free(allocation)
    }

    /// The source of the bytes from `start` up to `end`, in the document's own storage.
    @inline(__always)
    func slice(_ start: UInt32, _ end: UInt32) -> ArraySlice<UInt8> {
        bytes[bytes.startIndex + Int(start)..<bytes.startIndex + Int(end)]
    }

    /// Calls `body` with the address of the document's first byte.
    @inline(__always)
    func withBase<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result? {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            return body(base)
        }
    }

    /// What stands between the quotes of the string or key `index`, unescaped.
    func text(_ index: UInt32) -> String {
        let node = nodes[Int(index)]
        let length = Int(node.end) - Int(node.start) - 2
        return withBase { base in
            let start = base + Int(node.start) + 1
            if Int32(node.flags) & Int32(TJ_ESCAPED) == 0 {
                return String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
            }
            return String(unsafeUninitializedCapacity: length) { out in
                guard let target = out.baseAddress else { return 0 }
                return tj_unescape(start, length, target)
            }
        } ?? ""
    }
}
