/// Compressed data for tests: deflate (RFC 1951) and gzip (RFC 1952), written by hand so that bombs are cheap to make.
public enum Deflated {
    /// Stored blocks, without any compression.
    public static func raw(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var start = 0
        repeat {
            let end = min(start + 65_535, bytes.count)
            let length = UInt16(end - start)
            output.append(end == bytes.count ? 1 : 0)
            for half in [length, ~length] { output += [UInt8(half & 255), UInt8(half >> 8)] }
            output += bytes[start..<end]
            start = end
        } while start < bytes.count
        return output
    }

    /// The bytes as a gzip file, not compressed.
    public static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        gzipHeader + raw(bytes) + littleEndian(checksum(bytes)) + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
    }

    /// About `count` times `byte` in one block with fixed codes, 159 to 1: the byte, then copies of 258 bytes from one
    /// byte back. Without an end: whoever unpacks all of it finds it cut.
    public static func gzipRun(of byte: UInt8, count: Int) -> [UInt8] {
        var bits = BitWriter(bytes: gzipHeader)
        bits.put(0b1, 1)  // last block
        bits.put(0b01, 2)  // fixed codes
        bits.putCode(0x30 + UInt32(byte & 0x7f), 8)
        for _ in 0..<count / 258 {
            bits.putCode(0b1100_0101, 8)  // length 258
            bits.putCode(0, 5)  // distance 1
        }
        return bits.bytes
    }

    private static let gzipHeader: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
        }
        return ~sum
    }
}

/// Bits from the lowest of each byte upwards.
private struct BitWriter {
    var bytes: [UInt8]
    private var pending: UInt32 = 0
    private var count: UInt32 = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func put(_ value: UInt32, _ width: UInt32) {
        pending |= value << count
        count += width
        while count >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            count -= 8
        }
    }

    /// Huffman codes start with their highest bit.
    mutating func putCode(_ code: UInt32, _ width: UInt32) {
        var reversed: UInt32 = 0
        for bit in 0..<width { reversed |= (code >> bit & 1) << (width - 1 - bit) }
        put(reversed, width)
    }
}
