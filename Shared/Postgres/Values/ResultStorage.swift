internal import CLibPQ

/// One `PGresult` in binary format. It is never changed after it was received, so any thread may read it.
final class ResultStorage: @unchecked Sendable {
    /// A column of the result.
    struct Column {
        let name: String
        let type: UInt32
    }

    private let result: OpaquePointer
    let columns: [Column]
    let rowCount: Int

    /// Takes `result` over and clears it at the end.
    init(_ result: OpaquePointer) {
        self.result = result
        rowCount = Int(PQntuples(result))
        columns = (0..<PQnfields(result)).map { index in
            Column(name: PQfname(result, index).map { String(cString: $0) } ?? "", type: PQftype(result, index))
        }
    }

    deinit { PQclear(result) }

    /// The bytes of a cell; nil for null. `row` and `column` are within bounds.
    func withCell<Value>(_ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer?) throws -> Value) rethrows -> Value
    {
        let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        if PQgetisnull(result, row, column) != 0 { return try body(nil) }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
        return try withExtendedLifetime(self) { try body(bytes) }
    }
}
