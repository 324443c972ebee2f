import Glibc
import Models

/// Lays the parameters of one statement out in Postgres' binary format, in one buffer.
package struct ParameterEncoder {
    /// The declared types; 0 leaves the type of a null to the server.
    package private(set) var types: [UInt32] = []
    /// Where each value starts in `buffer`; -1 for null.
    package private(set) var offsets: [Int] = []
    /// How many bytes each value has.
    package private(set) var lengths: [Int32] = []
    /// All values, one after the other.
    package private(set) var buffer: [UInt8] = []

    /// Encodes `parameters`.
    /// - Throws: `PostgresError.badData` that names the parameter for what Postgres cannot hold.
    package init(_ parameters: [PostgresValue]) throws(PostgresError) {
        types.reserveCapacity(parameters.count)
        offsets.reserveCapacity(parameters.count)
        lengths.reserveCapacity(parameters.count)
        buffer.reserveCapacity(parameters.reduce(1) { $0 + $1.estimatedSize })
        for (index, value) in parameters.enumerated() {
            let start = buffer.count
            do {
                types.append(try append(value))
            } catch {
                throw PostgresError.badParameter(index + 1, error)
            }
            guard let length = Int32(exactly: buffer.count - start), length < 1 << 30 else {
                throw PostgresError.badParameter(
                    index + 1, Refusal(reason: "is larger than the 1 GB that Postgres takes"))
            }
            if case .null = value { offsets.append(-1) } else { offsets.append(start) }
            lengths.append(length)
        }
        // An empty buffer may have no address, and no address means null to libpq.
        buffer.append(0)
    }

    /// Why a value cannot be sent, without the value.
    package struct Refusal: Error {
        let reason: String
    }

    private mutating func append(_ value: PostgresValue) throws(Refusal) -> UInt32 {
        switch value {
        case .null: return 0
        case .bool(let value):
            buffer.append(value ? 1 : 0)
            return PostgresType.bool
        case .int(let value):
            append(value)
            return PostgresType.int8
        case .double(let value):
            append(value.bitPattern)
            return PostgresType.float8
        case .text(let value):
            try append(value)
            return PostgresType.text
        case .bytes(let value):
            append(bytes: value)
            return PostgresType.bytea
        case .json(let value):
            try append(json: value)
            return PostgresType.json
        case .timestamp(let value):
            try append(value)
            return PostgresType.timestamptz
        case .uuid(let value):
            append(value.high)
            append(value.low)
            return PostgresType.uuid
        case .interval(let value):
            try append(value)
            return PostgresType.interval
        case .boolArray(let values):
            try append(values, of: PostgresType.bool) { $0.buffer.append($1 ? 1 : 0) }
            return PostgresType.boolArray
        case .intArray(let values):
            try append(values, of: PostgresType.int8) { $0.append($1) }
            return PostgresType.int8Array
        case .doubleArray(let values):
            try append(values, of: PostgresType.float8) { $0.append($1.bitPattern) }
            return PostgresType.float8Array
        case .textArray(let values):
            try append(values, of: PostgresType.text) { (encoder, text) throws(Refusal) in try encoder.append(text) }
            return PostgresType.textArray
        case .bytesArray(let values):
            try append(values, of: PostgresType.bytea) { $0.append(bytes: $1) }
            return PostgresType.byteaArray
        case .jsonArray(let values):
            try append(values, of: PostgresType.json) { (encoder, json) throws(Refusal) in
                try encoder.append(json: json)
            }
            return PostgresType.jsonArray
        case .timestampArray(let values):
            try append(values, of: PostgresType.timestamptz) { (encoder, time) throws(Refusal) in
                try encoder.append(time)
            }
            return PostgresType.timestamptzArray
        case .uuidArray(let values):
            try append(values, of: PostgresType.uuid) {
                $0.append($1.high)
                $0.append($1.low)
            }
            return PostgresType.uuidArray
        }
    }

    /// `array_recv`: dimensions, null flag, element type, length, lower bound, then length and bytes of each element.
    @inline(__always)
    private mutating func append<Element>(
        _ values: [Element?], of type: UInt32,
        _ appendElement: (inout ParameterEncoder, Element) throws(Refusal) -> Void
    ) throws(Refusal) {
        guard let count = Int32(exactly: values.count) else { throw Refusal(reason: "has too many elements") }
        append(count == 0 ? Int32(0) : Int32(1))
        append(values.contains { $0 == nil } ? Int32(1) : Int32(0))
        append(type)
        guard count > 0 else { return }
        append(count)
        append(Int32(1))
        for index in values.indices {
            guard let value = values[index] else {
                append(Int32(-1))
                continue
            }
            let lengthAt = buffer.count
            append(Int32(0))
            do {
                try appendElement(&self, value)
            } catch {
                throw Refusal(reason: "\(error.reason) (element \(index + 1))")
            }
            guard let length = Int32(exactly: buffer.count - lengthAt - 4) else {
                throw Refusal(reason: "is larger than the 1 GB that Postgres takes (element \(index + 1))")
            }
            buffer.withUnsafeMutableBytes {
                $0.storeBytes(of: length.bigEndian, toByteOffset: lengthAt, as: Int32.self)
            }
        }
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { buffer.append(contentsOf: $0) }
    }

    private mutating func append(_ value: String) throws(Refusal) {
        var value = value
        let holdsNull = value.withUTF8 { bytes in
            guard let address = bytes.baseAddress, bytes.count > 0 else { return false }
            if memchr(address, 0, bytes.count) != nil { return true }
            buffer.append(contentsOf: bytes)
            return false
        }
        if holdsNull { throw Refusal(reason: "holds U+0000, which Postgres cannot store in text") }
    }

    private mutating func append(bytes value: ArraySlice<UInt8>) {
        value.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    private mutating func append(json value: ArraySlice<UInt8>) throws(Refusal) {
        let holdsNull = value.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress, bytes.count > 0 else { return false }
            if memchr(address, 0, bytes.count) != nil { return true }
            buffer.append(contentsOf: bytes)
            return false
        }
        if holdsNull { throw Refusal(reason: "holds a NUL byte, which Postgres cannot store in json") }
    }

    private mutating func append(_ value: Timestamp) throws(Refusal) {
        guard let wire = PostgresTime.wire(value.microseconds) else {
            throw Refusal(reason: "is a time before the year -290308, the first that Tributary can send")
        }
        append(wire)
    }

    /// `interval_recv`: microseconds, days, months.
    private mutating func append(_ value: Duration) throws(Refusal) {
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

extension PostgresValue {
    /// Bytes to reserve, so that a batch is copied once.
    fileprivate var estimatedSize: Int {
        switch self {
        case .null: 0
        case .bool, .int, .double, .timestamp, .uuid, .interval: 16
        case .text(let value): value.utf8.count
        case .bytes(let value), .json(let value): value.count
        case .boolArray(let values): 20 + values.count * 5
        case .intArray(let values): 20 + values.count * 12
        case .doubleArray(let values): 20 + values.count * 12
        case .timestampArray(let values): 20 + values.count * 12
        case .uuidArray(let values): 20 + values.count * 20
        case .textArray(let values): values.reduce(20) { $0 + 4 + ($1?.utf8.count ?? 0) }
        case .bytesArray(let values), .jsonArray(let values): values.reduce(20) { $0 + 4 + ($1?.count ?? 0) }
        }
    }
}
