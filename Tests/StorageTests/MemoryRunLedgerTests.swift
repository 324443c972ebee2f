import Models
import Storage
import StorageConformance
import Synchronization
import Testing

/// The memory ledger as the checks see it.
private struct MemoryFixture: RunLedgerFixture {
    let ledger: MemoryRunLedger
    var scheduling: any SchedulingStore { ledger }
    var retrieval: any RetrievalStore { ledger }
    var sweeps: any SweepStore { ledger }
    var alerts: any AlertStore { ledger }
    var circuits: any CircuitStore { ledger }
    var announcements: any AnnouncementStore { ledger }
    // Each object of the fixture is an integration of its customer's.
    func enable(objectID: Int64) async throws { await ledger.enable(objectID: objectID) }
    func setCap(_ runs: Int?, ofCustomer customer: Int64) async throws {
        await ledger.setCap(runs, ofCustomer: customer)
    }
    func setAlertEmail(_ email: String, ofCustomer customer: Int64) async throws {
        await ledger.setAlertEmail(email, ofCustomer: customer)
    }
    func store(_ ids: [String], of object: Int64) async throws { await ledger.store(ids, of: object) }

    func addObject(customer: Int64, provider: String, every: Duration?, weight: Double) async throws -> Int64 {
        let id = PublicID(now: Timestamp(seconds: 0))
        return await ledger.add(
            source: ObjectSource(customer: id, integration: id, object: id), customerID: customer,
            integrationID: customer,
            provider: provider, object: "people", type: .contacts, every: every, weight: weight)
    }

    func receive(_ claim: RunClaim, page: Int32, stored: [Int32]) async throws {
        await ledger.receive(claim: claim, page: page, stored: stored)
    }

    func pass(barrier: Int64, partition: Int32) async throws {
        await ledger.pass(barrier: barrier, partition: partition)
    }
    func object(_ id: Int64) async throws -> ObjectFacts {
        let facts = try #require(await ledger.facts(of: id))
        return ObjectFacts(
            state: facts.state, runnable: facts.runnable, attempt: facts.attempt, run: facts.run,
            completeUntil: facts.completeUntil, until: facts.until, nextDue: facts.nextDue)
    }
    func setPace(_ pace: ObjectPace, of id: Int64) async throws { await ledger.setPace(pace, of: id) }
    func makeDue(_ id: Int64) async throws { await ledger.makeDue(id) }
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

@Suite struct MemoryRunLedgerTests {
    @Test(arguments: RunLedgerCheck.all) func keepsTheRule(check: RunLedgerCheck) async throws {
        try await check.run(
            MemoryFixture(ledger: MemoryRunLedger(clock: TickingClock(), rules: FailureRules(runs: 4, time: .zero))))
    }
}
