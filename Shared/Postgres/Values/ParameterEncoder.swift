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
    package var buffer: [UInt8] { wire.bytes }
    private var wire = WireBuffer()

    /// Encodes `parameters`.
    /// - Throws: `PostgresError.badData` that names the parameter for what Postgres cannot hold.
    package init(_ parameters: [PostgresValue]) throws(PostgresError) {
        types.reserveCapacity(parameters.count)
        offsets.reserveCapacity(parameters.count)
        lengths.reserveCapacity(parameters.count)
        wire.reserve(parameters.reduce(1) { $0 + $1.estimatedSize })
        for (index, value) in parameters.enumerated() {
            let start = wire.bytes.count
            do {
                types.append(try append(value))
            } catch {
                throw PostgresError.badParameter(index + 1, error)
            }
            guard let length = Int32(exactly: wire.bytes.count - start), length < 1 << 30 else {
                throw PostgresError.badParameter(
                    index + 1, WireBuffer.Refusal(reason: "is larger than the 1 GB that Postgres takes"))
            }
            if case .null = value { offsets.append(-1) } else { offsets.append(start) }
            lengths.append(length)
        }
        // An empty buffer may have no address, and no address means null to libpq.
        wire.append(byte: 0)
    }

    private mutating func append(_ value: PostgresValue) throws(WireBuffer.Refusal) -> UInt32 {
        switch value {
        case .null: return 0
        case .bool(let value):
            wire.append(value)
            return PostgresType.bool
        case .int(let value):
            wire.append(value)
            return PostgresType.int8
        case .double(let value):
            wire.append(value.bitPattern)
            return PostgresType.float8
        case .text(let value):
            try wire.append(value)
            return PostgresType.text
        case .bytes(let value):
            wire.append(bytes: value)
            return PostgresType.bytea
        case .json(let value):
            try wire.append(json: value)
            return PostgresType.json
        case .timestamp(let value):
            try wire.append(value)
            return PostgresType.timestamptz
        case .uuid(let value):
            wire.append(value)
            return PostgresType.uuid
        case .interval(let value):
            try wire.append(value)
            return PostgresType.interval
        case .boolArray(let values):
            try append(values, of: PostgresType.bool) { $0.append($1) }
            return PostgresType.boolArray
        case .intArray(let values):
            try append(values, of: PostgresType.int8) { $0.append($1) }
            return PostgresType.int8Array
        case .doubleArray(let values):
            try append(values, of: PostgresType.float8) { $0.append($1.bitPattern) }
            return PostgresType.float8Array
        case .textArray(let values):
            try append(values, of: PostgresType.text) { (wire, text) throws(WireBuffer.Refusal) in try wire.append(text)
            }
            return PostgresType.textArray
        case .bytesArray(let values):
            try append(values, of: PostgresType.bytea) { $0.append(bytes: $1) }
            return PostgresType.byteaArray
        case .jsonArray(let values):
            try append(values, of: PostgresType.json) { (wire, json) throws(WireBuffer.Refusal) in
                try wire.append(json: json)
            }
            return PostgresType.jsonArray
        case .timestampArray(let values):
            try append(values, of: PostgresType.timestamptz) { (wire, time) throws(WireBuffer.Refusal) in
                try wire.append(time)
            }
            return PostgresType.timestamptzArray
        case .uuidArray(let values):
            try append(values, of: PostgresType.uuid) { $0.append($1) }
            return PostgresType.uuidArray
        }
    }

    /// `array_recv`: dimensions, null flag, element type, length, lower bound, then length and bytes of each element.
    @inline(__always)
    private mutating func append<Element>(
        _ values: [Element?], of type: UInt32,
        _ appendElement: (inout WireBuffer, Element) throws(WireBuffer.Refusal) -> Void
    ) throws(WireBuffer.Refusal) {
        guard let count = Int32(exactly: values.count) else {
            throw WireBuffer.Refusal(reason: "has too many elements")
        }
        wire.append(count == 0 ? Int32(0) : Int32(1))
        wire.append(values.contains { $0 == nil } ? Int32(1) : Int32(0))
        wire.append(type)
        guard count > 0 else { return }
        wire.append(count)
        wire.append(Int32(1))
        for index in values.indices {
            guard let value = values[index] else {
                wire.append(Int32(-1))
                continue
            }
            do {
                try wire.measured { (wire) throws(WireBuffer.Refusal) in try appendElement(&wire, value) }
            } catch {
                throw WireBuffer.Refusal(reason: "\(error.reason) (element \(index + 1))")
            }
        }
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
