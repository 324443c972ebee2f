import Models

/// 128 bits that tell two contents of an Interaction apart: SipHash-2-4 with 128-bit output (Aumasson and Bernstein,
/// 2012) under a fixed key. A keyed hash would not help: whoever could forge a collision could only hide a change of
/// his own record from himself.
package enum ContentHash {
    /// The hash of a record. Whether it is deleted is part of it, so that a deletion is a change.
    package static func of(_ payload: ArraySlice<UInt8>?, isDeleted: Bool) -> PublicID {
        payload.map { payload in payload.withUnsafeBytes { sip($0, isDeleted ? 1 : 0) } }
            ?? sip(UnsafeRawBufferPointer(start: nil, count: 0), isDeleted ? 3 : 2)
    }

    /// SipHash-2-4-128 of `bytes` under the key (`firstKey`, `secondKey`).
    package static func sip(
        _ bytes: UnsafeRawBufferPointer, _ firstKey: UInt64, _ secondKey: UInt64 = 0
    ) -> PublicID {
        var state = State(firstKey, secondKey)
        let whole = bytes.count & ~7
        var position = 0
        while position < whole {
            state.absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
            position += 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        for index in whole..<bytes.count { last |= UInt64(bytes[index]) << UInt64(8 * (index - whole)) }
        state.absorb(last)
        return state.finish()
    }

    private struct State {
        var v0, v1, v2, v3: UInt64

        init(_ k0: UInt64, _ k1: UInt64) {
            v0 = k0 ^ 0x736f_6d65_7073_6575
            v1 = k1 ^ 0x646f_7261_6e64_6f6d ^ 0xee  // 0xee asks for 128 bits
            v2 = k0 ^ 0x6c79_6765_6e65_7261
            v3 = k1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always) mutating func round() {
            v0 &+= v1
            v1 = v1 << 13 | v1 >> 51
            v1 ^= v0
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v3
            v3 = v3 << 16 | v3 >> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 << 21 | v3 >> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 << 17 | v1 >> 47
            v1 ^= v2
            v2 = v2 << 32 | v2 >> 32
        }

        @inline(__always) mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func finish() -> PublicID {
            v2 ^= 0xee
            for _ in 0..<4 { round() }
            let first = v0 ^ v1 ^ v2 ^ v3
            v1 ^= 0xdd
            for _ in 0..<4 { round() }
            return PublicID(high: first, low: v0 ^ v1 ^ v2 ^ v3)
        }
    }
}
