/// What went wrong with Postgres, grouped by what to do about it. Its texts hold names (of tables, columns,
/// constraints, statements), never values: the server's DETAIL and CONTEXT are dropped, and of messages about data only
/// the words before the data are kept.
public struct PostgresError: Error, Equatable, Sendable {
    /// What is to be done about it.
    public enum Kind: Equatable, Sendable {
        /// The server is away, refuses connections, or is out of a resource (SQLSTATE 53): later. Nothing happened.
        case unavailable
        /// The connection broke. `mayHaveTakenEffect` says whether the statement may have been executed.
        case connectionLost
        /// A constraint refused the row (SQLSTATE 23).
        case constraint
        /// The server (or the encoder) refused the data (SQLSTATE 22, 54): reject the row, store the rest.
        case badData
        /// A deadlock or serialization failure (40001, 40P01): run the transaction again.
        case deadlockOrSerialization
        /// The task was cancelled.
        case cancelled
        /// A statement or lock time-out (57014, 55P03).
        case timeout
        /// The role may not do that (42501).
        case notPermitted
        /// The statement or the code around it is wrong.
        case statement
    }

    /// What is to be done about it.
    public var kind: Kind
    /// What happened, in words.
    public var message: String
    /// The five characters of the server's SQLSTATE, where the server answered.
    public var sqlState: String?
    /// The constraint that refused, for `.constraint`.
    public var constraint: String?
    /// The table concerned, where the server named it.
    public var table: String?
    /// The column concerned, where it is known.
    public var column: String?
    /// The statement: its first line, shortened.
    public var statement: String?
    /// Where the database is (`host:port/database as role`), without the password.
    public var address: String?
    /// Whether the statement (or the commit) may have been executed although its answer is missing.
    public var mayHaveTakenEffect: Bool
    /// Where in the SQL the error is, in characters from 1, where the server says so.
    public var position: Int?
    /// Whether the connection was found broken before anything was sent: the pool takes another one.
    package var isBeforeSending = false
    /// Whether the prepared statement was outdated, which a new transaction mends.
    package var isStaleStatement = false

    /// An error of `kind`.
    public init(
        _ kind: Kind, _ message: String, sqlState: String? = nil, constraint: String? = nil, table: String? = nil,
        column: String? = nil, statement: String? = nil, address: String? = nil, mayHaveTakenEffect: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.table = table
        self.column = column
        self.statement = statement
        self.address = address
        self.mayHaveTakenEffect = mayHaveTakenEffect
    }
}

extension PostgresError: CustomStringConvertible {
    /// Everything that is known, in one line.
    public var description: String {
        var text = "Postgres"
        if let address { text += " at \(address)" }
        text += ": \(message)"
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if mayHaveTakenEffect { text += "; the statement may have taken effect" }
        if let statement { text += "; statement: \(statement)" }
        return text
    }
}

extension PostgresError {
    /// A parameter that cannot be sent.
    static func badParameter(_ position: Int, _ refusal: WireBuffer.Refusal) -> PostgresError {
        PostgresError(.badData, "parameter $\(position) \(refusal.reason)")
    }

    /// A column that cannot be read as asked.
    static func column(_ name: String, _ problem: String) -> PostgresError {
        PostgresError(.statement, "column \"\(name)\" \(problem)", column: name)
    }

    /// The task was cancelled before the statement was sent.
    static let cancelledBeforeSending = PostgresError(.cancelled, "cancelled before the statement was sent")

    /// The same error, with the statement named by the first line of `sql`.
    func naming(_ sql: String) -> PostgresError {
        var error = self
        if error.statement == nil { error.statement = Self.label(sql) }
        return error
    }

    /// The first 120 characters of `sql` on one line.
    static func label(_ sql: String) -> String {
        var label = ""
        var pendingSpace = false
        var count = 0
        for character in sql.unicodeScalars {
            if character == " " || character == "\n" || character == "\t" || character == "\r" {
                pendingSpace = !label.isEmpty
                continue
            }
            if pendingSpace { label.append(" ") }
            pendingSpace = false
            label.unicodeScalars.append(character)
            count += 1
            if count >= 120 { return label + "…" }
        }
        return label
    }
}
