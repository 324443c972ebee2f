import Models
import Storage
import StorageConformance
import Synchronization
import Testing

/// The memory tables as the checks see them.
private struct MemoryFixture: ControlFixture {
    let clock: TickingClock
    let tables: MemoryControlTables
    var control: any ControlStore { tables }
    var integrations: any IntegrationStore { tables }
    var reports: any ReportStore { tables }

    init() {
        clock = TickingClock()
        tables = MemoryControlTables(clock: clock, schedules: ["crm/people": .seconds(3600)])
    }

    func now() async throws -> Timestamp { clock.now }
    func end(_ run: RunReport, of object: PublicID) async throws { await tables.end(run, of: object) }
    func begin(run: Int64, of object: PublicID) async throws { await tables.begin(run: run, of: object) }
    func store(records: Int64, rejected: Int64, of object: PublicID) async throws {
        await tables.store(records: records, deleted: 1, rejected: rejected, of: object)
    }
    func stop(integration: Int64, because failure: Failure) async throws {
        await tables.stop(integration: integration, because: failure)
    }
}

/// A clock that moves a microsecond each time it is read, so that no two times are the same.
private final class TickingClock: WallClock {
    private let time = Mutex(Timestamp(seconds: 1_700_000_000))
    var now: Timestamp {
        time.withLock {
            $0.microseconds += 1
            return $0
        }
    }
    func sleep(for duration: Duration) async throws {}
}

@Suite struct MemoryControlTests {
    @Test(arguments: ControlCheck.all) func keepsTheRule(check: ControlCheck) async throws {
        try await check.run(MemoryFixture())
    }
}
