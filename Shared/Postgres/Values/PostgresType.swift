/// The object ids of the built-in types that Tributary reads and writes (`pg_type.dat` of Postgres; they never change).
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let timestamptz: UInt32 = 1184
    static let interval: UInt32 = 1186
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802

    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let float8Array: UInt32 = 1022
    static let timestamptzArray: UInt32 = 1185
    static let jsonArray: UInt32 = 199
    static let uuidArray: UInt32 = 2951

    /// The name a person knows the type by, for messages.
    static func name(of type: UInt32) -> String {
        switch type {
        case bool: "bool"
        case bytea: "bytea"
        case name: "name"
        case int2: "int2"
        case int4: "int4"
        case int8: "int8"
        case oid: "oid"
        case text: "text"
        case varchar: "varchar"
        case bpchar: "char"
        case unknown: "unknown"
        case json: "json"
        case jsonb: "jsonb"
        case float4: "float4"
        case float8: "float8"
        case timestamptz: "timestamptz"
        case interval: "interval"
        case uuid: "uuid"
        case int8Array: "int8[]"
        case textArray: "text[]"
        case 1082: "date"
        case 1114: "timestamp without time zone"
        case 1560: "bit"
        case 1562: "varbit"
        case 1700: "numeric"
        default: "type with oid \(type)"
        }
    }
}

/// Between the Unix epoch and Postgres' (2000-01-01T00:00:00Z), with both infinities.
enum PostgresTime {
    /// Microseconds from 1970-01-01 to 2000-01-01.
    static let epoch: Int64 = 946_684_800_000_000

    /// What is sent for `microseconds` since 1970; nil if that is out of range.
    static func wire(_ microseconds: Int64) -> Int64? {
        if microseconds == .max || microseconds == .min { return microseconds }
        let (value, overflow) = microseconds.subtractingReportingOverflow(epoch)
        return overflow ? nil : value
    }

    /// The microseconds since 1970 for what was received; nil if that is out of range.
    static func unix(_ wire: Int64) -> Int64? {
        if wire == .max || wire == .min { return wire }
        let (value, overflow) = wire.addingReportingOverflow(epoch)
        return overflow ? nil : value
    }
}
