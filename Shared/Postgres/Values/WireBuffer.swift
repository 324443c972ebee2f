import Glibc
import Models

/// Values in Postgres' binary format, one after the other.
struct WireBuffer: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Why a value cannot be sent, without the value.
    struct Refusal: Error {
        let reason: String
    }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    /// What `body` appends, with its length in bytes in front.
    @inline(__always)
    mutating func measured(_ body: (inout WireBuffer) throws(Refusal) -> Void) throws(Refusal) {
        let lengthAt = bytes.count
        append(Int32(0))
        try body(&self)
        guard let length = Int32(exactly: bytes.count - lengthAt - 4) else {
            throw Refusal(reason: "is larger than the 1 GB that Postgres takes")
        }
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: length.bigEndian, toByteOffset: lengthAt, as: Int32.self)
        }
    }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    mutating func append(_ value: Bool) { bytes.append(value ? 1 : 0) }

    @inline(__always)
    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: PublicID) {
        append(value.high)
        append(value.low)
    }

    mutating func append(_ value: String) throws(Refusal) {
        var value = value
        guard value.withUTF8({ appendUnlessNull(UnsafeRawBufferPointer($0)) }) else {
            throw Refusal(reason: "holds U+0000, which Postgres cannot store in text")
        }
    }

    mutating func append(json value: ArraySlice<UInt8>) throws(Refusal) {
        guard value.withUnsafeBytes({ appendUnlessNull($0) }) else {
            throw Refusal(reason: "holds a NUL byte, which Postgres cannot store in json")
        }
    }

    mutating func append(bytes value: ArraySlice<UInt8>) {
        value.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// False, with nothing appended, where `text` holds a NUL.
    private mutating func appendUnlessNull(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let address = text.baseAddress, text.count > 0 else { return true }
        guard memchr(address, 0, text.count) == nil else { return false }
        bytes.append(contentsOf: text)
        return true
    }

    mutating func append(_ value: Timestamp) throws(Refusal) {
        guard let wire = PostgresTime.wire(value.microseconds) else {
            throw Refusal(reason: "is a time before the year -290308, the first that Tributary can send")
        }
        append(wire)
    }

    /// `interval_recv`: microseconds, days, months.
    mutating func append(_ value: Duration) throws(Refusal) {
        let (seconds, attoseconds) = value.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (total, overflowOfSum) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        if overflow || overflowOfSum {
            throw Refusal(reason: "is longer than the 292,000 years that Tributary can send")
        }
        append(total)
        append(Int64(0))
    }
}
