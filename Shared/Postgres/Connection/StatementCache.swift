/// Which statements a connection has prepared, by their text: pure bookkeeping, no I/O.
package struct StatementCache {
    /// A prepared statement.
    package struct Statement: Equatable, Sendable {
        /// Its name on the server.
        package let name: String
        /// The declared types of its parameters; 0 where only nulls were seen so far.
        package let types: [UInt32]
    }

    /// What is to be done before a statement can run.
    package enum Action: Equatable, Sendable {
        /// It is there.
        case execute(Statement)
        /// Prepare it, and deallocate those named.
        case prepare(Statement, deallocate: [String])
    }

    private struct Entry {
        var statement: Statement
        var lastUse: UInt64
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0

    /// A cache of at most `capacity` statements (at least one).
    package init(capacity: Int) { self.capacity = max(1, capacity) }

    /// How many statements are kept.
    package var count: Int { entries.count }

    /// What to do to run `sql` with parameters of `types`. A null (type 0) fits every type; a statement that was
    /// prepared while a parameter was null is prepared again, once, when the first value shows its type.
    package mutating func use(_ sql: String, types: [UInt32]) -> Action {
        uses += 1
        var deallocate: [String] = []
        var declared = types
        if var entry = entries[sql] {
            let known = entry.statement.types
            if known.count == types.count {
                if zip(types, known).allSatisfy({ $0 == 0 || $0 == $1 }) {
                    entry.lastUse = uses
                    entries[sql] = entry
                    return .execute(entry.statement)
                }
                declared = zip(types, known).map { $0 == 0 ? $1 : $0 }
            }
            deallocate.append(entry.statement.name)
        } else if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            deallocate.append(oldest.value.statement.name)
        }
        names += 1
        let statement = Statement(name: "s\(names)", types: declared)
        entries[sql] = Entry(statement: statement, lastUse: uses)
        return .prepare(statement, deallocate: deallocate)
    }

    /// Forgets `sql`; answers the name to deallocate.
    package mutating func forget(_ sql: String) -> String? { entries.removeValue(forKey: sql)?.statement.name }
}
