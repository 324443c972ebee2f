import Models
import Postgres
import PostgresHarness
import Testing

@Suite struct PostgresPoolTests {
    @Test(.timeLimit(.minutes(5))) func `no more connections are made than allowed, and all are used`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 3)
            let (pids, all) = (Log<Int64>(), Signal())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await pool.withConnection { connection in
                            pids.note(try await connection.query("select pg_backend_pid() as v").rows[0].int("v"))
                            if Set(pids.entries).count >= 3 { all.give() }
                            await all.wait()
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(Set(pids.entries).count == 3 && pids.entries.count == 40)
            #expect(pool.usage.connections == 3 && pool.usage.inUse == 0 && pool.usage.waiting == 0)
            await pool.close()
        }
    }

    @Test(.timeLimit(.minutes(5))) func `those who wait are served in the order they came`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            let (held, release) = (Signal(), Signal())
            let order = Log<Int>()
            let holder = Task {
                try await pool.withConnection { _ in
                    held.give()
                    await release.wait()
                }
            }
            await held.wait()
            var tasks: [Task<Void, any Error>] = []
            for number in 0..<10 {
                tasks.append(Task { try await pool.withConnection { _ in order.note(number) } })
                try await until { pool.usage.waiting == number + 1 }
            }
            // One in the middle gives up; the others keep their places.
            tasks[4].cancel()
            let error = await #expect(throws: PostgresError.self) { try await tasks[4].value }
            #expect(error?.kind == .cancelled)
            release.give()
            try await holder.value
            for (number, task) in tasks.enumerated() where number != 4 { try await task.value }
            #expect(order.entries == [0, 1, 2, 3, 5, 6, 7, 8, 9])
        }
    }

    @Test func `connections that were killed while idle are replaced unnoticed`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<12 { group.addTask { try await pool.query("select pg_sleep(0.01)") } }
                try await group.waitForAll()
            }
            let killer = try await database.connection()
            let killed = try await killer.query(
                """
                select count(pg_terminate_backend(pid, 10000)) as n from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
                """
            ).rows[0].int("n")
            // How many there are depends on how fast the first ones came back.
            #expect(killed >= 1)
            #expect(try await pool.query("select 1 as v").rows[0].int("v") == 1)
            #expect(try await pool.transaction { try await $0.query("select 2 as v").rows[0].int("v") } == 2)
        }
    }

    @Test func `a statement whose outcome is unknown is not run again`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            try await pool.query("create sequence public.s")
            let error = await #expect(throws: PostgresError.self) {
                try await pool.query("select nextval('public.s'), pg_terminate_backend(pg_backend_pid()), pg_sleep(60)")
            }
            #expect(error?.kind == .connectionLost && error?.mayHaveTakenEffect == true)
            #expect(try await pool.query("select nextval('public.s') as v").rows[0].int("v") == 2)
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a server that is away is waited for`() async throws {
        try await withTestDatabase { database in
            let gate = try ServerGate(database.settings)
            let failed = Signal()
            let pool = PostgresPool(gate.settings, connections: 2, waitForServer: .seconds(60)) { event in
                if case .connectFailed = event { failed.give() }
            }
            #expect(try await pool.query("select 1 as v").rows[0].int("v") == 1)
            gate.shut()
            let statements = (0..<5).map { number in
                Task { try await pool.query("select $1 as v", [.int(Int64(number))]).rows[0].int("v") }
            }
            let transaction = Task {
                try await pool.transaction { try await $0.query("select 7 as v").rows[0].int("v") }
            }
            await failed.wait()
            try gate.open()
            for (number, statement) in statements.enumerated() { #expect(try await statement.value == Int64(number)) }
            #expect(try await transaction.value == 7)
            await pool.close()
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a server that stays away is an error with its address`() async throws {
        try await withTestDatabase { database in
            let gate = try ServerGate(database.settings)
            gate.shut()
            let events = Log<PostgresEvent>()
            let pool = PostgresPool(gate.settings, connections: 2, waitForServer: .seconds(2)) {
                events.note($0)
            }
            let started = ContinuousClock.now
            let errors = await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        do { _ = try await pool.query("select 1") } catch { return error as? PostgresError }
                        return nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(ContinuousClock.now - started >= .seconds(2))
            #expect(errors.count == 4)
            for error in errors {
                #expect(error?.kind == .unavailable)
                #expect(error?.description.contains(gate.settings.address) == true, "\(String(describing: error))")
            }
            #expect(events.entries.contains { if case .connectFailed = $0 { true } else { false } })
            #expect(pool.usage.connections == 0)
            try gate.open()
            #expect(try await pool.query("select 1 as v").rows[0].int("v") == 1)
            await pool.close()
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a commit whose answer is lost says so and is not repeated`() async throws {
        try await withTestDatabase { database in
            let gate = try ServerGate(database.settings)
            let direct = try await database.connection()
            try await direct.query("create table public.t (a int)")
            let pool = PostgresPool(gate.settings, connections: 1)
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction { session in
                    try await session.query("insert into public.t values (1)")
                    gate.dropReplies()
                }
            }
            #expect(error?.kind == .connectionLost && error?.mayHaveTakenEffect == true)
            try await until { try await direct.query("select count(*) as n from public.t").rows[0].int("n") == 1 }
        }
    }

    @Test(.timeLimit(.minutes(5))) func `deadlocked transactions run again until both are done`() async throws {
        try await withTestDatabase { database in
            let events = Log<PostgresEvent>()
            let pool = database.pool(connections: 2) { events.note($0) }
            try await pool.query("create table public.t (id int primary key, n int)")
            try await pool.query("insert into public.t values (1, 0), (2, 0)")
            let (first, second) = (Signal(), Signal())
            let runs = Log<Int>()
            @Sendable func cross(_ a: Int64, _ b: Int64, _ mine: Signal, _ other: Signal) async throws {
                try await pool.transaction { session in
                    runs.note(1)
                    try await session.query("set local deadlock_timeout = 50")
                    try await session.query("update public.t set n = n + 1 where id = $1", [.int(a)])
                    mine.give()
                    await other.wait()
                    try await session.query("update public.t set n = n + 1 where id = $1", [.int(b)])
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await cross(1, 2, first, second) }
                group.addTask { try await cross(2, 1, second, first) }
                try await group.waitForAll()
            }
            let rows = try await pool.query("select n from public.t").rows
            #expect(try rows.map { try $0.int("n") } == [2, 2])
            #expect(runs.entries.count >= 3)
            #expect(events.entries.contains { if case .transactionRetried = $0 { true } else { false } })
        }
    }

    @Test func `a transaction that goes on failing to serialise ends after six runs, others after one`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            let runs = Log<Int>()
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction { session in
                    runs.note(1)
                    try await session.query("do $$ begin raise sqlstate '40001'; end $$")
                }
            }
            #expect(error?.kind == .deadlockOrSerialization)
            #expect(runs.entries.count == 6)
            await #expect(throws: PostgresError.self) {
                try await pool.transaction { session in
                    runs.note(1)
                    try await session.query("select 1 / 0")
                }
            }
            #expect(runs.entries.count == 7)
        }
    }

    @Test func `a transaction over a table that changed meanwhile runs again`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            let other = try await database.connection()
            try await pool.query("create table public.t (a int)")
            try await pool.query("insert into public.t values (1)")
            try await pool.query("select * from public.t")
            try await other.query("alter table public.t add b int default 5")
            let value = try await pool.transaction { try await $0.query("select * from public.t").rows[0].int("b") }
            #expect(value == 5)
        }
    }

    @Test func `a connection that comes back inside a transaction is not handed on`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            try await pool.query("create table public.t (a int)")
            try await pool.withConnection { connection in
                try await connection.query("begin")
                try await connection.query("insert into public.t values (1)")
            }
            let row = try await pool.query(
                "select count(*) as n, pg_current_xact_id_if_assigned() is null as fresh from public.t")
            #expect(try row.rows[0].int("n") == 0 && row.rows[0].bool("fresh"))
        }
    }

    @Test func `a cancelled transaction is rolled back`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            try await pool.query("create table public.t (a int)")
            let task = Task {
                try await pool.transaction { session in
                    try await session.query("insert into public.t values (1)")
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await session.query("insert into public.t values (2)")
                }
            }
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.kind == .cancelled)
            #expect(try await pool.query("select count(*) as n from public.t").rows[0].int("n") == 0)
        }
    }

    @Test(.timeLimit(.minutes(5))) func `a closed pool refuses, and those who wait hear of it`() async throws {
        try await withTestDatabase { database in
            let pool = database.pool(connections: 1)
            let (held, release) = (Signal(), Signal())
            let holder = Task {
                try await pool.withConnection { connection in
                    held.give()
                    await release.wait()
                    return try await connection.query("select 1 as v").rows[0].int("v")
                }
            }
            await held.wait()
            let waiter = Task { try await pool.query("select 1") }
            try await until { pool.usage.waiting == 1 }
            await pool.close()
            let error = await #expect(throws: PostgresError.self) { try await waiter.value }
            #expect(error?.kind == .unavailable)
            await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
            release.give()
            #expect(try await holder.value == 1)
        }
    }
}
