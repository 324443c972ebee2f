/// Reads Postgres' binary formats. What does not fit is nil, never a trap.
enum CellDecoder {
    /// A big-endian integer that takes all of `bytes`.
    @inline(__always)
    static func integer<Value: FixedWidthInteger & BitwiseCopyable>(_ bytes: UnsafeRawBufferPointer, _: Value.Type)
        -> Value?
    {
        guard bytes.count == MemoryLayout<Value>.size else { return nil }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }

    /// An integer of any width.
    static func int(_ bytes: UnsafeRawBufferPointer, _ type: UInt32) -> Int64? {
        switch type {
        case PostgresType.int8: integer(bytes, Int64.self)
        case PostgresType.int4: integer(bytes, Int32.self).map(Int64.init)
        case PostgresType.int2: integer(bytes, Int16.self).map(Int64.init)
        case PostgresType.oid: integer(bytes, UInt32.self).map(Int64.init)
        default: nil
        }
    }

    /// Whether the binary format of `type` is its text.
    static func isText(_ type: UInt32) -> Bool {
        switch type {
        case PostgresType.text, PostgresType.varchar, PostgresType.bpchar, PostgresType.name, PostgresType.unknown: true
        default: false
        }
    }

    /// `array_send` of one dimension (or none, for an empty array).
    static func array<Element>(
        _ bytes: UnsafeRawBufferPointer, _ element: (UnsafeRawBufferPointer) -> Element?
    ) -> [Element?]? {
        func int32(at offset: Int) -> Int? {
            guard offset >= 0, offset + 4 <= bytes.count else { return nil }
            return Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        guard let dimensions = int32(at: 0) else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = int32(at: 12), count >= 0 else { return nil }
        var elements: [Element?] = []
        var offset = 20
        for _ in 0..<count {
            guard let length = int32(at: offset) else { return nil }
            offset += 4
            if length < 0 {
                elements.append(nil)
                continue
            }
            guard offset + length <= bytes.count,
                let value = element(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
            else { return nil }
            elements.append(value)
            offset += length
        }
        return elements
    }
}
