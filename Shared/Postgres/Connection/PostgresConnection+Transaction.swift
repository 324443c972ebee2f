extension PostgresConnection: PostgresDatabase {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws. It runs once: repeating
    /// after deadlocks is the pool's.
    public func transaction<Value: Sendable>(
        _ body: @Sendable (any PostgresSession) async throws -> Value
    ) async throws -> Value {
        let session = try await begin()
        let value: Value
        do {
            value = try await body(session)
        } catch {
            rollback()
            throw error
        }
        try commit()
        return value
    }

    private func begin() async throws -> TransactionSession {
        try await cancellable("begin") { connection in
            guard connection.currentTransaction == nil else {
                throw PostgresError(.statement, "a transaction is already open on this connection")
            }
            // A lost `begin` has done nothing.
            try connection.runSimple("begin", sent: false)
            connection.transactionCount += 1
            connection.currentTransaction = connection.transactionCount
            connection.transactionFailure = nil
            return TransactionSession(connection: connection, number: connection.transactionCount)
        }
    }

    /// Not cancellable: an interrupted commit would leave its outcome unknown.
    private func commit() throws {
        defer {
            currentTransaction = nil
            noteState()
        }
        if isTransactionFailed {
            rollback()
            throw transactionFailure
                ?? PostgresError(.statement, "a statement failed and its error was swallowed: rolled back")
        }
        do {
            try runSimple("commit")
        } catch {
            var error = error
            if error.kind == .connectionLost { error.mayHaveTakenEffect = true }
            throw error.naming("commit")
        }
    }

    private func rollback() {
        // A connection that cannot even roll back is closed: the server rolls back then.
        do { try runSimple("rollback") } catch { close() }
        currentTransaction = nil
        noteState()
    }

    /// Runs `body`, a statement of the transaction `number`.
    func inTransaction<Value: Sendable>(
        _ number: UInt64, _ sql: String, _ body: @Sendable (isolated PostgresConnection) async throws -> Value
    ) async throws -> Value {
        guard currentTransaction == number else {
            throw PostgresError(.statement, "the transaction of this session has ended").naming(sql)
        }
        do {
            return try await body(self)
        } catch let error as PostgresError {
            if transactionFailure == nil { transactionFailure = error }
            throw error
        }
    }
}

/// The session that the body of a transaction gets.
struct TransactionSession: PostgresSession {
    let connection: PostgresConnection
    let number: UInt64

    func query(_ sql: String, _ parameters: [PostgresValue]) async throws -> PostgresResult {
        try await connection.inTransaction(number, sql) { try await $0.query(sql, parameters) }
    }

    func copy(_ sql: String, _ rows: CopyRows) async throws {
        try await connection.inTransaction(number, sql) { try await $0.copy(sql, rows) }
    }
}
