/// The rows of a result, in the order of the server. They stay in the server's format; a cell is decoded when a row
/// is asked for it.
public struct PostgresRows: RandomAccessCollection, Sendable {
    private let storage: ResultStorage?

    /// No rows.
    public init() { storage = nil }

    init(_ storage: ResultStorage) { self.storage = storage }

    /// 0.
    public var startIndex: Int { 0 }
    /// The number of rows.
    public var endIndex: Int { storage?.rowCount ?? 0 }

    /// The row at `position`, which must be within bounds.
    public subscript(position: Int) -> PostgresRow {
        guard let storage, position >= 0, position < storage.rowCount else {
            preconditionFailure("row \(position) of \(endIndex)")
        }
        return PostgresRow(storage: storage, row: position)
    }
}
