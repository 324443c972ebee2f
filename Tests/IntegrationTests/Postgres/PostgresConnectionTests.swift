import Models
import Postgres
import PostgresHarness
import Testing

@Suite struct PostgresConnectionTests {
    @Test func `a session is set up as its settings say`() async throws {
        try await withTestDatabase { database in
            var settings = database.settings
            settings.applicationName = "a test"
            settings.statementTimeout = .milliseconds(61_234)
            let connection = try await PostgresConnection.connect(settings)
            let row = try await connection.query(
                """
                select current_setting('search_path') as path, current_setting('timezone') as zone,
                       current_setting('statement_timeout') as timeout, current_setting('application_name') as name
                """
            ).rows[0]
            #expect(try row.text("path") == "tributary" && row.text("zone") == "UTC")
            #expect(try row.text("timeout") == "61234ms" && row.text("name") == "a test")
        }
    }

    @Test func `a connection keeps no more statements than its settings allow`() async throws {
        try await withTestDatabase { database in
            var settings = database.settings
            settings.preparedStatements = 3
            let connection = try await PostgresConnection.connect(settings)
            for number in 0..<10 { try await connection.query("select \(number)") }
            let kept = try await connection.query("select count(*) as n from pg_prepared_statements").rows[0].int("n")
            #expect(kept == 3)
        }
    }

    @Test func `a statement whose table changed is prepared again without anybody noticing`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let other = try await database.connection()
            try await connection.script("create schema tributary; create table t (a int); insert into t values (1)")
            #expect(try await connection.query("select * from t").rows[0].columns == ["a"])
            try await other.query("alter table t add b text default 'x'")
            #expect(try await connection.query("select * from t").rows[0].text("b") == "x")
            try await connection.query("deallocate all")
            #expect(try await connection.query("select * from t").rows[0].text("b") == "x")
        }
    }

    @Test func `a statement over its time is a time-out and the connection stays usable`() async throws {
        try await withTestDatabase { database in
            var settings = database.settings
            // Long enough for the statement after it on a machine that is busy.
            settings.statementTimeout = .seconds(3)
            let connection = try await PostgresConnection.connect(settings)
            let error = await #expect(throws: PostgresError.self) { try await connection.query("select pg_sleep(60)") }
            #expect(error?.kind == .timeout && error?.sqlState == "57014")
            #expect(try await connection.query("select 1 as v").rows[0].int("v") == 1)
        }
    }

    @Test(.timeLimit(.minutes(5))) func `cancelling a task stops its statement on the server`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let watcher = try await database.connection()
            let pid = try await connection.query("select pg_backend_pid() as v").rows[0].int("v")
            for _ in 0..<5 {
                let task = Task { try await connection.query("select pg_sleep(600)") }
                try await until {
                    try await watcher.query(
                        "select state = 'active' and query like '%600%' as v from pg_stat_activity where pid = $1",
                        [.int(pid)]
                    ).rows[0].bool("v")
                }
                task.cancel()
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.kind == .cancelled)
                #expect(try await connection.query("select 1 as v").rows[0].int("v") == 1)
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a cancellation at any moment never hits the next statement`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            var cancelled = 0
            for round in 0..<300 {
                let task = Task { try await connection.query("select pg_sleep(0.0005), $1::int", [.int(Int64(round))]) }
                for _ in 0..<round { await Task.yield() }
                task.cancel()
                do { _ = try await task.value } catch let error as PostgresError {
                    #expect(error.kind == .cancelled, "\(error)")
                    cancelled += 1
                }
                #expect(
                    try await connection.query("select $1 as v", [.int(Int64(round))]).rows[0].int("v") == Int64(round))
            }
            #expect(cancelled > 0)
        }
    }

    @Test func `a task that was cancelled before does not reach the server`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.query("create temp sequence s")
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await connection.query("select nextval('s')")
            }
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.kind == .cancelled)
            #expect(try await connection.query("select nextval('s') as v").rows[0].int("v") == 1)
        }
    }

    @Test func `notices reach the service`() async throws {
        try await withTestDatabase { database in
            let events = Log<PostgresEvent>()
            let connection = try await database.connection { events.note($0) }
            try await connection.script("do $$ begin raise notice 'hello %', 7; raise warning 'careful'; end $$")
            let notices = events.entries.compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
            #expect(notices.map(\.severity) == ["NOTICE", "WARNING"])
            #expect(notices.map(\.message) == ["hello 7", "careful"])
            #expect(notices.map(\.sqlState) == ["00000", "01000"])
        }
    }

    @Test func `a killed connection says whether the statement may have taken effect`() async throws {
        try await withTestDatabase { database in
            let killer = try await database.connection()
            let idle = try await database.connection()
            let pid = try await idle.query("select pg_backend_pid() as v").rows[0].int("v")
            try await killer.query("select pg_terminate_backend($1::int, 10000)", [.int(pid)])
            let before = await #expect(throws: PostgresError.self) { try await idle.query("select 1") }
            #expect(before?.kind == .connectionLost && before?.mayHaveTakenEffect == false)

            let busy = try await database.connection()
            let during = await #expect(throws: PostgresError.self) {
                try await busy.query("select pg_terminate_backend(pg_backend_pid()), pg_sleep(60)")
            }
            #expect(during?.kind == .connectionLost && during?.mayHaveTakenEffect == true)
            #expect(during?.message.contains("terminating connection") == true)

            let inTransaction = try await database.connection()
            let undone = await #expect(throws: PostgresError.self) {
                try await inTransaction.transaction { session in
                    try await session.query("select pg_terminate_backend(pg_backend_pid()), pg_sleep(60)")
                }
            }
            #expect(undone?.kind == .connectionLost && undone?.mayHaveTakenEffect == false)
            let after = await #expect(throws: PostgresError.self) { try await inTransaction.query("select 1") }
            #expect(after?.kind == .connectionLost)
        }
    }

    @Test func `a transaction commits what it returns and undoes what it throws`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.query("create temp table t (a int)")
            let returned = try await connection.transaction { session in
                try await session.query("insert into t values (1)")
                return "done"
            }
            #expect(returned == "done")
            struct Stop: Error {}
            await #expect(throws: Stop.self) {
                try await connection.transaction { session in
                    try await session.query("insert into t values (2)")
                    throw Stop()
                }
            }
            #expect(try await connection.query("select count(*) as n from t").rows[0].int("n") == 1)
        }
    }

    @Test func `a transaction with a swallowed failure does not pretend to have committed`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            try await connection.query("create temp table t (a int primary key)")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    try await session.query("insert into t values (1)")
                    _ = try? await session.query("insert into t values (1)")
                }
            }
            #expect(error?.kind == .constraint && error?.constraint == "t_pkey")
            #expect(try await connection.query("select count(*) as n from t").rows[0].int("n") == 0)
            // A savepoint makes it good again.
            try await connection.transaction { session in
                try await session.query("insert into t values (1)")
                try await session.query("savepoint here")
                _ = try? await session.query("insert into t values (1)")
                try await session.query("rollback to savepoint here")
                try await session.query("insert into t values (2)")
            }
            #expect(try await connection.query("select count(*) as n from t").rows[0].int("n") == 2)
        }
    }

    @Test func `a session is of no use after its transaction`() async throws {
        try await withTestDatabase { database in
            let connection = try await database.connection()
            let kept = try await connection.transaction { $0 }
            let error = await #expect(throws: PostgresError.self) { try await kept.query("select 1") }
            #expect(error?.kind == .statement)
        }
    }
}
