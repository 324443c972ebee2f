import Models
import Postgres
import PostgresHarness
import Testing

@Suite struct PostgresCopyTests {
    private func withTable(_ body: @Sendable (PostgresConnection) async throws -> Void) async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.query("create temp table t (a int, b text)")
            try await body(connection)
            // Whatever happened before, the connection is good for more.
            #expect(try await connection.query("select 1 as v").rows[0].int("v") == 1)
        }
    }

    private func count(_ connection: PostgresConnection) async throws -> Int64 {
        try await connection.query("select count(*) as n from t").rows[0].int("n")
    }

    @Test func `rows stream in and out, cut anywhere`() async throws {
        try await withTable { connection in
            let text = (0..<5000).map { "\($0)\tzeile \($0) ü\n" }.joined()
            let bytes = Array(text.utf8)
            let stored = try await connection.copyIn("copy t from stdin") { writer in
                for start in stride(from: 0, to: bytes.count, by: 777) {
                    try await writer.write(bytes[start..<min(start + 777, bytes.count)])
                }
            }
            #expect(stored == 5000)
            let out = Log<ArraySlice<UInt8>>()
            let sent = try await connection.copyOut("copy (select * from t order by a) to stdout") { out.note($0) }
            #expect(sent == 5000)
            #expect(out.entries.count > 1)
            #expect(Array(out.entries.joined()) == bytes)
        }
    }

    @Test func `binary rows stream from table to table`() async throws {
        try await withTable { connection in
            try await connection.query("insert into t select n, 'x' || n from generate_series(1, 100) n")
            let out = Log<ArraySlice<UInt8>>()
            try await connection.copyOut("copy t to stdout (format binary)") { out.note($0) }
            let stored = try await connection.copyIn("copy t from stdin (format binary)") { writer in
                for piece in out.entries { try await writer.write(piece) }
            }
            #expect(stored == 100)
            let same = try await connection.query("select count(distinct (a, b)) as n from t").rows[0].int("n")
            #expect(same == 100)
            let total = try await count(connection)
            #expect(total == 200)
        }
    }

    @Test func `an error of the writer leaves nothing behind`() async throws {
        struct Stop: Error {}
        try await withTable { connection in
            await #expect(throws: Stop.self) {
                try await connection.copyIn("copy t from stdin") { writer in
                    try await writer.write(Array("1\tx\n".utf8)[...])
                    throw Stop()
                }
            }
            let left = try await count(connection)
            #expect(left == 0)
        }
    }

    @Test func `refused rows are an error without their contents`() async throws {
        try await withTable { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.copyIn("copy t from stdin") { writer in
                    try await writer.write(Array("s3cret\tx\n".utf8)[...])
                }
            }
            #expect(error?.kind == .badData && error?.sqlState == "22P02")
            #expect(error.map { "\($0)".contains("s3cret") } == false)
            let left = try await count(connection)
            #expect(left == 0)
        }
    }

    @Test func `nothing else runs on a connection during a copy`() async throws {
        try await withTable { connection in
            let stored = try await connection.copyIn("copy t from stdin") { writer in
                let error = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
                #expect(error?.kind == .statement)
                try await writer.write(Array("1\tx\n".utf8)[...])
            }
            #expect(stored == 1)
        }
    }

    @Test func `a copy statement given to query is refused`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            let error = await #expect(throws: PostgresError.self) { try await pool.query("copy (select 1) to stdout") }
            #expect(error?.kind == .statement)
            let value = try await pool.query("select 1 as v").rows[0].int("v")
            #expect(value == 1)
        }
    }

    @Test func `rows of all types are copied in a transaction, nulls included`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.query("create type pg_temp.kind as enum ('first', 'second')")
            try await connection.query(
                """
                create temp table t (a bigint, b integer, c boolean, d uuid, e text, f json, g timestamptz, h pg_temp.kind)
                """)
            var rows = CopyRows(columns: 8, estimatedSize: 200)
            for isEmpty in [false, true] {
                rows.row()
                rows.add(Int64(1) << 40)
                rows.add(Int32(-7))
                rows.add(true)
                rows.add(PublicID(high: 1, low: 2))
                try rows.add(isEmpty ? nil : "wörter")
                try rows.add(json: isEmpty ? nil : Array(#"{"x":1}"#.utf8)[...])
                try rows.add(isEmpty ? nil : Timestamp(microseconds: 1_700_000_000_000_000))
                try rows.add("second")
            }
            let filled = rows
            try await connection.transaction { try await $0.copy("copy t from stdin (format binary)", filled) }
            let texts = try await connection.query("select t::text as line from t order by e nulls last").rows.map {
                try $0.text("line")
            }
            #expect(texts.count == 2)
            #expect(texts.first?.hasPrefix("(1099511627776,-7,t,00000000-0000-0001-0000-000000000002,wörter,") == true)
            #expect(texts.last?.hasSuffix(",,,,second)") == true)
        }
    }

    @Test func `a row that is there already fails the copy as it fails an insert`() async throws {
        try await withTable { connection in
            try await connection.query("create unique index on t (a)")
            var rows = CopyRows(columns: 2, estimatedSize: 10)
            for _ in 0..<2 {
                rows.row()
                rows.add(Int32(1))
                try rows.add("x")
            }
            let twice = rows
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { try await $0.copy("copy t from stdin (format binary)", twice) }
            }
            #expect(error?.kind == .constraint)
            #expect(error?.sqlState == "23505")
            let total = try await count(connection)
            #expect(total == 0)
        }
    }

    @Test func `what Postgres cannot hold is refused before it is sent`() throws {
        var rows = CopyRows(columns: 1, estimatedSize: 10)
        rows.row()
        let error = #expect(throws: PostgresError.self) { try rows.add("a\0b") }
        #expect(error?.kind == .badData)
        #expect(error?.message.contains("row 1") == true)
    }
}
