internal import CLibPQ

/// What the server reported in a result or notice, field by field (protocol 3, "Error and Notice Message Fields").
struct ServerReport {
    let sqlState: String
    let severity: String
    let message: String
    let constraint: String?
    let table: String?
    let column: String?
    let position: Int?
    /// The C function of the server that raised it.
    let sourceFunction: String?

    init(_ result: OpaquePointer) {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        sqlState = field(Int32(UInt8(ascii: "C"))) ?? ""
        severity = field(Int32(UInt8(ascii: "V"))) ?? field(Int32(UInt8(ascii: "S"))) ?? ""
        message = field(Int32(UInt8(ascii: "M"))) ?? ""
        constraint = field(Int32(UInt8(ascii: "n")))
        table = field(Int32(UInt8(ascii: "t")))
        column = field(Int32(UInt8(ascii: "c")))
        position = field(Int32(UInt8(ascii: "P"))).flatMap { Int($0) }
        sourceFunction = field(Int32(UInt8(ascii: "R")))
    }

    /// Whether a prepared statement was outdated by a change of its tables or is not there any more: prepare it again.
    /// The state 0A000 alone means much else, so the function that raised it is asked for, as pgJDBC does.
    var meansStaleStatement: Bool {
        sqlState == "26000" || (sqlState == "0A000" && sourceFunction == "RevalidateCachedQuery")
    }

    /// The error without values.
    func error() -> PostgresError {
        var error = PostgresError(
            SQLState.kind(of: sqlState), SQLState.redact(message, state: sqlState), sqlState: sqlState,
            constraint: constraint, table: table, column: column)
        error.position = position
        error.isStaleStatement = meansStaleStatement
        return error
    }
}
