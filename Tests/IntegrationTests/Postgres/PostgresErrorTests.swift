import Models
import Postgres
import PostgresHarness
import Testing

/// What the server refuses, sorted by what to do about it, and never with the data in the text.
@Suite struct PostgresErrorTests {
    private static let secret = "s3cret"

    private struct Refused: Sendable {
        let sql: String
        var parameters: [PostgresValue] = []
        let kind: PostgresError.Kind
        let sqlState: String
        var constraint: String?
    }

    private static let refused: [Refused] = [
        .init(
            sql: "insert into t (a) values ($1)", parameters: [.text(secret)], kind: .constraint, sqlState: "23505",
            constraint: "t_a_key"),
        .init(sql: "insert into t (a) values ($1)", parameters: [.null], kind: .constraint, sqlState: "23502"),
        .init(
            sql: "insert into t (a, b) values ('x', $1)", parameters: [.int(-777_123)], kind: .constraint,
            sqlState: "23514", constraint: "positive"),
        .init(
            sql: "insert into t (a, c) values ('x', $1)", parameters: [.text(secret)], kind: .constraint,
            sqlState: "23503", constraint: "t_c_fkey"),
        .init(
            sql: "insert into t (a, d) values ('x', $1)", parameters: [.text(secret)], kind: .badData, sqlState: "22001"
        ),
        .init(sql: "select $1::text::int", parameters: [.text(secret)], kind: .badData, sqlState: "22P02"),
        .init(sql: "select $1::text::uuid", parameters: [.text(secret)], kind: .badData, sqlState: "22P02"),
        .init(sql: "select $1::text::timestamptz", parameters: [.text(secret)], kind: .badData, sqlState: "22007"),
        .init(sql: "select $1::text::mood", parameters: [.text(secret)], kind: .badData, sqlState: "22P02"),
        .init(sql: "select $1::text::varbit", parameters: [.text(secret)], kind: .badData, sqlState: "22P02"),
        .init(sql: "select $1::text::bytea", parameters: [.text("\\x\(secret)")], kind: .badData, sqlState: "22023"),
        .init(sql: "select $1::text::text[]", parameters: [.text("{\(secret)")], kind: .badData, sqlState: "22P02"),
        .init(sql: "select $1::text::numeric", parameters: [.text(secret)], kind: .badData, sqlState: "22P02"),
        .init(sql: "select $1::int", parameters: [.int(777_123_777_123)], kind: .badData, sqlState: "22003"),
        .init(
            sql: "select $1", parameters: [.json(Array("{\"\(secret)".utf8)[...])], kind: .badData, sqlState: "22P02"),
        .init(
            sql: "select $1::jsonb", parameters: [.json(Array("\"\(secret)\\u0000\"".utf8)[...])], kind: .badData,
            sqlState: "22P05"),
        .init(sql: "select $1", parameters: [.json(Array(secret.utf8) + [0xFF])], kind: .badData, sqlState: "22021"),
        .init(sql: "select to_date($1, 'YYYY-MM-DD')", parameters: [.text(secret)], kind: .badData, sqlState: "22007"),
        .init(sql: "select 'x' ~ $1", parameters: [.text("(\(secret)")], kind: .badData, sqlState: "2201B"),
        .init(
            sql: "insert into t (a) values ($1)", parameters: [.text(PostgresErrorTests.incompressible)],
            kind: .badData, sqlState: "54000"),
        .init(sql: "select raise_with($1)", parameters: [.text(secret)], kind: .statement, sqlState: "P0001"),
        .init(
            sql: "select * from nowhere where $1 = 'x'", parameters: [.text(secret)], kind: .statement,
            sqlState: "42P01"),
        .init(sql: "selekt $1", parameters: [.text(secret)], kind: .statement, sqlState: "42601"),
    ]

    /// A text that no index takes: over a third of a page even when compressed.
    private static let incompressible: String = {
        var generator = SystemRandomNumberGenerator()
        return secret + (0..<12_000).map { _ in String(UInt8(generator.next() & 0xF), radix: 16) }.joined()
    }()

    @Test func `refusals have a kind, an SQLSTATE, a constraint, and no values`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.script(
                """
                create schema tributary;
                create type mood as enum ('fine');
                create table o (id text primary key);
                create table t (
                  a text not null unique, b int constraint positive check (b > 0), c text references o, d varchar(3));
                insert into t (a) values ('\(Self.secret)');
                create function raise_with(x text) returns int language plpgsql as
                  $$ begin raise exception 'stop: %', x using detail = x, hint = x; end $$;
                """)
            for refused in Self.refused {
                let error = await #expect(throws: PostgresError.self, "\(refused.sql)") {
                    try await connection.query(refused.sql, refused.parameters)
                }
                guard let error else { continue }
                #expect(error.kind == refused.kind, "\(refused.sql): \(error)")
                #expect(error.sqlState == refused.sqlState, "\(refused.sql): \(error)")
                if let constraint = refused.constraint { #expect(error.constraint == constraint) }
                let everything = "\(error) \(String(reflecting: error)) \(error.message)"
                #expect(!everything.contains(Self.secret), "\(everything)")
                #expect(!everything.contains("777"), "\(everything)")
                #expect(!error.message.isEmpty)
                #expect(error.description.contains(refused.sql), "the statement is named: \(error)")
            }
            #expect(try await connection.query("select count(*) as n from t").rows[0].int("n") == 1)
        }
    }

    @Test func `what a role may not do is its own kind`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let role = "\(database.name)_role"
            try await connection.script("create role \(role); create table public.t (a int); set role \(role)")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("select * from public.t")
            }
            #expect(error?.kind == .notPermitted)
            try await connection.script("reset role; drop role \(role)")
        }
    }

    @Test func `a connection string that is none is refused without being repeated`() {
        let error = #expect(throws: PostgresError.self) { try PostgresSettings("host=a pass word=\(Self.secret)") }
        #expect(error.map { "\($0)".contains(Self.secret) } == false)
        let url = #expect(throws: PostgresError.self) { try PostgresSettings("postgresql://u:\(Self.secret)@[::1/db") }
        #expect(url.map { "\($0)".contains(Self.secret) } == false)
    }

    @Test func `settings never show their password`() throws {
        let text = "postgresql://reader:\(Self.secret)@db.example:6432/main?sslmode=require"
        let settings = try PostgresSettings(text)
        #expect("\(settings)" == "db.example:6432/main as reader")
        var dumped = ""
        dump(settings, to: &dumped)
        dumped += String(reflecting: settings) + "\([settings])" + "\(Optional(settings) as Any)"
        #expect(!dumped.contains(Self.secret))
    }

    @Test func `a refused connection names host and port and not the password`() async throws {
        // Port 1 of the loopback address: nobody listens there.
        let settings = try PostgresSettings("host=127.0.0.1 port=1 user=u password=\(Self.secret) dbname=d")
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(settings) }
        #expect(error?.kind == .unavailable)
        #expect(error?.description.contains("127.0.0.1:1/d as u") == true)
        #expect(error.map { "\($0)".contains(Self.secret) } == false)
    }
}
