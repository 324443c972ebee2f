internal import CLibPQ
import Synchronization

/// One connection to Postgres. Its work is done on a thread of its own, where libpq may block.
///
/// Statements of several tasks follow one another. A task that is cancelled while its statement runs has the server
/// stop it. A connection that broke stays broken: a `PostgresPool` makes new ones.
public actor PostgresConnection: PostgresSession {
    /// Where it is connected to.
    public nonisolated let settings: PostgresSettings
    private nonisolated let thread: ConnectionThread
    private let onEvent: (@Sendable (PostgresEvent) -> Void)?
    private(set) var connection: LibPQConnection?
    private var canceller: StatementCanceller?
    private var statements: StatementCache
    private nonisolated let reusable = Atomic<Bool>(false)
    private var namesToDeallocate: [String] = []
    /// The transaction that runs, so that a session used after its end is refused.
    var currentTransaction: UInt64?
    var transactionCount: UInt64 = 0
    /// The first error of a statement in the transaction that runs.
    var transactionFailure: PostgresError?
    /// Whether a COPY is under way, during which the server takes nothing else.
    var isCopying = false

    /// The thread of this connection.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private init(_ settings: PostgresSettings, onEvent: (@Sendable (PostgresEvent) -> Void)?) throws(PostgresError) {
        self.settings = settings
        self.onEvent = onEvent
        thread = try ConnectionThread()
        statements = StatementCache(capacity: settings.preparedStatements)
    }

    deinit { thread.stop() }

    /// Connects, within the settings' time.
    /// - Throws: `PostgresError.unavailable` with the address and libpq's reason.
    public static func connect(
        _ settings: PostgresSettings, onEvent: (@Sendable (PostgresEvent) -> Void)? = nil
    ) async throws -> PostgresConnection {
        let connection = try PostgresConnection(settings, onEvent: onEvent)
        try await connection.open()
        return connection
    }

    private func open() throws {
        var onNotice: (@Sendable (PostgresNotice) -> Void)?
        if let onEvent { onNotice = { onEvent(.notice($0)) } }
        let opened = try LibPQConnection(settings, onNotice: onNotice)
        let all = settings.sessionSettings
        let calls = all.indices.map { "set_config($\($0 * 2 + 1), $\($0 * 2 + 2), false)" }.joined(separator: ", ")
        let values = try ParameterEncoder(all.flatMap { [.text($0.name), .text($0.value)] })
        connection = opened
        canceller = StatementCanceller(opened.pointer)
        do {
            PQclear(try check(opened.prepare("", "select \(calls)", types: values.types), sent: false))
            PQclear(try check(opened.execute(prepared: "", values), sent: false))
        } catch {
            connection = nil
            throw error.kind == .connectionLost
                ? PostgresError(.unavailable, error.message, sqlState: error.sqlState, address: settings.address)
                : error
        }
        noteState()
    }

    /// Ends the connection. Statements fail from here on.
    public func close() {
        canceller = nil
        connection = nil
        noteState()
    }

    /// Runs one statement, prepared on first use.
    @discardableResult
    public func query(_ sql: String, _ parameters: [PostgresValue]) async throws -> PostgresResult {
        try await cancellable(sql) { connection in
            try connection.run(sql, parameters)
        }
    }

    /// Runs a script of several statements without parameters, in one implicit transaction unless it says otherwise.
    /// For migrations: it is not prepared, and its results are dropped.
    public func script(_ sql: String) async throws {
        try await cancellable(sql) { connection in
            try connection.runSimple(sql)
        }
    }

    /// Whether a pool can hand this connection on: it stands, and no transaction or COPY was left open.
    nonisolated var isReusable: Bool { reusable.load(ordering: .acquiring) }

    /// Notes the state for `isReusable`, so that a pool need not come to this thread to ask.
    func noteState() {
        let isFree = connection.map { $0.isAlive && $0.transactionStatus == PQTRANS_IDLE && !isCopying } ?? false
        reusable.store(isFree, ordering: .releasing)
    }

    /// Whether a statement failed in the transaction that runs, so that a commit would roll back.
    var isTransactionFailed: Bool { connection?.transactionStatus == PQTRANS_INERROR }

    /// Runs `body` on this thread; a cancellation of the task stops its statement on the server.
    func cancellable<Value: Sendable>(
        _ sql: String, _ body: (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        guard let canceller else { throw notConnected().naming(sql) }
        let id = canceller.next()
        return try await withTaskCancellationHandler {
            defer { noteState() }
            canceller.begin(id)
            if Task.isCancelled {
                _ = canceller.end()
                throw PostgresError.cancelledBeforeSending.naming(sql)
            }
            do {
                let value = try body(self)
                if canceller.end() { absorbLateCancel() }
                return value
            } catch let error as PostgresError {
                guard canceller.end() else { throw error.naming(sql) }
                guard error.sqlState == "57014" else {
                    absorbLateCancel()
                    throw error.naming(sql)
                }
                throw PostgresError(.cancelled, "the task was cancelled", sqlState: error.sqlState).naming(sql)
            }
        } onCancel: {
            canceller.cancel(id)
        }
    }

    /// Takes the blow of a cancellation that came after its statement had ended.
    private func absorbLateCancel() {
        guard let connection, connection.isAlive else { return }
        if let result = connection.execute("") { PQclear(result) }
    }

    /// Runs SQL without parameters by the simple protocol.
    func runSimple(_ sql: String, sent: Bool = true) throws(PostgresError) {
        let connection = try usable()
        PQclear(try check(connection.execute(sql), sent: sent))
    }

    private func run(_ sql: String, _ parameters: [PostgresValue]) throws(PostgresError) -> PostgresResult {
        let encoded = try ParameterEncoder(parameters)
        let connection = try usable()
        do {
            return try runOnce(sql, encoded, connection)
        } catch {
            guard error.isStaleStatement else { throw error }
            if let name = statements.forget(sql) { namesToDeallocate.append(name) }
            // Inside a transaction the failure has already aborted it: the transaction as a whole has to run again.
            guard connection.transactionStatus == PQTRANS_IDLE else { throw error }
        }
        return try runOnce(sql, encoded, connection)
    }

    private func runOnce(
        _ sql: String, _ parameters: ParameterEncoder, _ connection: LibPQConnection
    ) throws(PostgresError) -> PostgresResult {
        let statement = try prepared(sql, parameters.types, connection)
        let result = try check(connection.execute(prepared: statement.name, parameters), sent: true)
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY else {
            PQclear(result)
            close()
            throw PostgresError(.statement, "a COPY needs copyIn or copyOut; the connection was closed")
        }
        let affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        let rows = status == PGRES_TUPLES_OK ? PostgresRows(ResultStorage(result)) : PostgresRows()
        if status != PGRES_TUPLES_OK { PQclear(result) }
        return PostgresResult(rows: rows, affected: affected)
    }

    private func prepared(
        _ sql: String, _ types: [UInt32], _ connection: LibPQConnection
    ) throws(PostgresError) -> StatementCache.Statement {
        switch statements.use(sql, types: types) {
        case .execute(let statement): return statement
        case .prepare(let statement, let deallocate):
            namesToDeallocate.append(contentsOf: deallocate)
            deallocateForgotten(connection)
            do {
                PQclear(try check(connection.prepare(statement.name, sql, types: statement.types), sent: false))
            } catch {
                _ = statements.forget(sql)
                throw error
            }
            return statement
        }
    }

    /// In a failed transaction the server refuses; they go the next time.
    private func deallocateForgotten(_ connection: LibPQConnection) {
        guard !namesToDeallocate.isEmpty, connection.transactionStatus != PQTRANS_INERROR else { return }
        let script = namesToDeallocate.map { "deallocate \($0)" }.joined(separator: "; ")
        namesToDeallocate = []
        if let result = connection.execute(script) { PQclear(result) }
    }

    /// The connection, if it stands and is free.
    func usable() throws(PostgresError) -> LibPQConnection {
        guard let connection else { throw notConnected() }
        guard !isCopying else { throw PostgresError(.statement, "the connection is busy with a COPY") }
        if connection.transactionStatus == PQTRANS_IDLE, !connection.isAliveWhileIdle() {
            throw lost(connection, sent: false)
        }
        return connection
    }

    private func notConnected() -> PostgresError {
        var error = PostgresError(.connectionLost, "the connection is closed", address: settings.address)
        error.isBeforeSending = currentTransaction == nil
        return error
    }

    /// Gives a broken connection up. `sent`: a statement was on its way that does more than prepare another.
    func lost(_ connection: LibPQConnection, _ report: ServerReport? = nil, sent: Bool) -> PostgresError {
        let said = report.flatMap { $0.sqlState.isEmpty ? nil : $0.error() }
        let reason = said?.message ?? LibPQConnection.reason(of: connection.pointer, password: settings.password)
        // A statement inside a transaction is undone with it; only a commit leaves a doubt, and says so itself.
        let isAlone = currentTransaction == nil
        close()
        var error = PostgresError(
            .connectionLost, "the connection broke\(reason.isEmpty ? "" : ": \(reason)")", sqlState: said?.sqlState,
            address: settings.address, mayHaveTakenEffect: sent && isAlone)
        error.isBeforeSending = !sent && isAlone
        onEvent?(.connectionLost(error))
        return error
    }

    /// Turns a failed result into an error and clears it.
    func check(_ result: OpaquePointer?, sent: Bool) throws(PostgresError) -> OpaquePointer {
        guard let connection else { throw notConnected() }
        guard let result else {
            // libpq makes no result when it could not send.
            if !connection.isAlive { throw lost(connection, sent: sent) }
            throw PostgresError(.statement, LibPQConnection.reason(of: connection.pointer, password: settings.password))
        }
        let status = PQresultStatus(result)
        guard status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE else { return result }
        defer { PQclear(result) }
        let report = ServerReport(result)
        if !connection.isAlive { throw lost(connection, report, sent: sent) }
        // This server has become a standby (or always was one): the next connection may reach the primary.
        if report.sqlState == "25006" { close() }
        throw report.error()
    }
}
