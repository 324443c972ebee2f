internal import CLibPQ
import Glibc

/// One `PGconn`. Used on the thread of its connection only, except for its end.
final class LibPQConnection: @unchecked Sendable {
    let pointer: OpaquePointer
    private let onNotice: (@Sendable (PostgresNotice) -> Void)?

    /// Connects; blocks until that worked or failed.
    init(_ settings: PostgresSettings, onNotice: (@Sendable (PostgresNotice) -> Void)?) throws(PostgresError) {
        let keywords = settings.connectionKeywords.sorted { $0.key < $1.key }
        let names = keywords.map { strdup($0.key) }
        let values = keywords.map { strdup($0.value) }
        defer { for text in names + values { free(text) } }
        let attempt = (names.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { names in
            (values.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { values in
                PQconnectdbParams(names.baseAddress, values.baseAddress, 0)
            }
        }
        guard let attempt else { throw PostgresError(.unavailable, "out of memory", address: settings.address) }
        self.pointer = attempt
        self.onNotice = onNotice
        guard PQstatus(attempt) == CONNECTION_OK else {
            throw PostgresError(
                .unavailable, "no connection: \(Self.reason(of: attempt, password: settings.password))",
                address: settings.address)
        }
        // Without DETAIL and CONTEXT, which hold values, in what libpq says of a failure.
        PQsetErrorVerbosity(attempt, PQERRORS_TERSE)
        PQsetNoticeReceiver(attempt, Self.receiveNotice, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { PQfinish(pointer) }

    private static let receiveNotice: @Sendable @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = {
        context, result in
        guard let context, let result else { return }
        let connection = Unmanaged<LibPQConnection>.fromOpaque(context).takeUnretainedValue()
        guard let onNotice = connection.onNotice else { return }
        let report = ServerReport(result)
        onNotice(PostgresNotice(severity: report.severity, sqlState: report.sqlState, message: report.message))
    }

    /// What libpq says about the connection, on one line.
    static func reason(of connection: OpaquePointer, password: String?) -> String {
        var text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        while text.last?.isNewline == true { text.removeLast() }
        text = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == "\t" || $0 == " " } }.joined(
            separator: "; ")
        if let password, !password.isEmpty {
            text = text.split(separator: password, omittingEmptySubsequences: false).joined(separator: "***")
        }
        return text
    }

    /// Where in a transaction the session is.
    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }

    /// Whether the connection stands, as far as is known without asking the server.
    var isAlive: Bool { PQstatus(pointer) == CONNECTION_OK }

    /// Whether an idle connection still stands: the end of a server shows as something to read.
    func isAliveWhileIdle() -> Bool {
        guard isAlive else { return false }
        var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 0) > 0 else { return true }
        // A server that goes says why and closes, shortly after one another; anything else idle connections get
        // (changed parameters, notices) is rare enough to wait for that a moment.
        repeat {
            guard PQconsumeInput(pointer) == 1, isAlive else { return false }
        } while poll(&descriptor, 1, 20) > 0
        while let notification = PQnotifies(pointer) { PQfreemem(notification) }
        return isAlive
    }

    /// Runs SQL by the simple protocol; the result of its last statement.
    func execute(_ sql: String) -> OpaquePointer? { PQexec(pointer, sql) }

    /// Parses a statement under a name.
    func prepare(_ name: String, _ sql: String, types: [UInt32]) -> OpaquePointer? {
        PQprepare(pointer, name, sql, Int32(types.count), types)
    }

    /// Runs a prepared statement, everything in binary format.
    func execute(prepared name: String, _ parameters: ParameterEncoder) -> OpaquePointer? {
        let count = parameters.offsets.count
        guard count > 0 else { return PQexecPrepared(pointer, name, 0, nil, nil, nil, 1) }
        return parameters.buffer.withUnsafeBytes { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = parameters.offsets.map { offset in offset < 0 ? nil : base.map { $0 + offset } }
            return PQexecPrepared(
                pointer, name, Int32(count), values, parameters.lengths, [Int32](repeating: 1, count: count), 1)
        }
    }
}
