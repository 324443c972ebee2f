/// A notice or warning of the server. Its message is the author's own (`raise notice`) and may hold values: log it at
/// debug level only.
public struct PostgresNotice: Sendable, Equatable {
    /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`, in English.
    public let severity: String
    /// The five characters of the SQLSTATE.
    public let sqlState: String
    /// The primary message.
    public let message: String
}

/// What a pool or a connection tells the service around it, for logs and metrics.
public enum PostgresEvent: Sendable {
    /// A connection to the server was made.
    case connected
    /// A connection could not be made; the next attempt follows after `retryIn`.
    case connectFailed(PostgresError, retryIn: Duration)
    /// A connection broke.
    case connectionLost(PostgresError)
    /// A transaction runs again because of a deadlock or serialization failure.
    case transactionRetried(PostgresError, attempt: Int)
    /// The server said something beside the result.
    case notice(PostgresNotice)
}
