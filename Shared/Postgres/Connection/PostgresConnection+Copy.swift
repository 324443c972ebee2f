internal import CLibPQ

extension PostgresConnection {
    /// Takes the bytes of a `COPY … FROM STDIN`, in the format that the statement names.
    public struct CopyWriter: Sendable {
        let connection: PostgresConnection

        /// Sends `bytes`; they need not end where a row ends.
        public func write(_ bytes: ArraySlice<UInt8>) async throws { try await connection.putCopy(bytes) }
    }

    /// Runs `COPY … FROM STDIN` and sends what `body` writes; all of it is undone if `body` throws.
    /// - Returns: the number of rows stored.
    public func copyIn(_ sql: String, _ body: @Sendable (CopyWriter) async throws -> Void) async throws -> Int {
        try startCopy(sql, PGRES_COPY_IN)
        do {
            try await body(CopyWriter(connection: self))
            try Task.checkCancellation()
        } catch {
            // The error of a `write` has ended the COPY already.
            if isCopying { _ = try? endCopyIn(reason: "cancelled by the client") }
            throw error is CancellationError ? PostgresError(.cancelled, "the task was cancelled").naming(sql) : error
        }
        do { return try endCopyIn(reason: nil) } catch { throw error.naming(sql) }
    }

    /// Runs a `COPY … FROM STDIN (FORMAT binary)` with `rows`.
    public func copy(_ sql: String, _ rows: CopyRows) async throws {
        _ = try await copyIn(sql) { writer in
            try await writer.write(rows.stream[...])
            try await writer.write(CopyRows.end[...])
        }
    }

    /// Runs `COPY … TO STDOUT` and hands the bytes to `body` in pieces of about 64 KB that end where a row ends.
    /// - Returns: the number of rows sent.
    @discardableResult
    public func copyOut(_ sql: String, _ body: @Sendable (ArraySlice<UInt8>) async throws -> Void) async throws -> Int {
        try startCopy(sql, PGRES_COPY_OUT)
        do {
            while let piece = try nextCopyPiece() {
                try await body(piece)
                try Task.checkCancellation()
            }
            return try endCopy()
        } catch {
            // There is no way to end a COPY TO early but to read it all; a new connection is cheaper.
            if isCopying {
                isCopying = false
                close()
            }
            if error is CancellationError { throw PostgresError(.cancelled, "the task was cancelled").naming(sql) }
            throw (error as? PostgresError)?.naming(sql) ?? error
        }
    }

    private func startCopy(_ sql: String, _ expected: ExecStatusType) throws {
        do {
            if Task.isCancelled { throw PostgresError.cancelledBeforeSending }
            let connection = try usable()
            let result = try check(connection.execute(sql), sent: true)
            defer { PQclear(result) }
            guard PQresultStatus(result) == expected else {
                // Some other COPY may have begun, which nothing here could end.
                close()
                throw PostgresError(.statement, "this is not the COPY that was asked for; the connection was closed")
            }
            isCopying = true
        } catch {
            throw (error as? PostgresError)?.naming(sql) ?? error
        }
    }

    fileprivate func putCopy(_ bytes: ArraySlice<UInt8>) throws {
        guard isCopying else { throw PostgresError(.statement, "the COPY has ended") }
        guard let connection else { throw PostgresError(.connectionLost, "the connection is closed") }
        guard !bytes.isEmpty else { return }
        guard let count = Int32(exactly: bytes.count) else { throw PostgresError(.badData, "a piece of 2 GB or more") }
        let sent = bytes.withUnsafeBytes {
            PQputCopyData(connection.pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), count)
        }
        if sent != 1 {
            isCopying = false
            throw lost(connection, sent: true)
        }
    }

    /// Ends the COPY, failing it on purpose for `reason`; answers the rows stored.
    private func endCopyIn(reason: String?) throws(PostgresError) -> Int {
        guard let connection, isCopying else {
            throw PostgresError(.connectionLost, "the connection is closed", address: settings.address)
        }
        guard PQputCopyEnd(connection.pointer, reason) == 1 else {
            isCopying = false
            throw lost(connection, sent: true)
        }
        return try endCopy()
    }

    /// Reads the outcome of the COPY.
    private func endCopy() throws(PostgresError) -> Int {
        guard let connection else {
            throw PostgresError(.connectionLost, "the connection is closed", address: settings.address)
        }
        isCopying = false
        var rows = 0
        var failure: PostgresError?
        while let next = PQgetResult(connection.pointer) {
            do {
                let result = try check(next, sent: true)
                rows = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? rows
                PQclear(result)
            } catch {
                failure = failure ?? error
                if self.connection == nil { break }
            }
        }
        if let failure { throw failure }
        return rows
    }

    /// The next rows of a COPY TO; nil at its end.
    private func nextCopyPiece() throws -> ArraySlice<UInt8>? {
        guard let connection, isCopying else {
            throw PostgresError(.connectionLost, "the connection is closed", address: settings.address)
        }
        var piece: [UInt8] = []
        while piece.count < 65_536 {
            var row: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(connection.pointer, &row, 0)
            guard count > 0, let row else { break }
            piece.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(count)))
            PQfreemem(row)
        }
        return piece.isEmpty ? nil : piece[...]
    }
}
