import Models
import Operator
import Service
import Storage
import Synchronization
import Testing

@Suite("A sync that is asked for")
struct SyncingTests {
    private let clock = StepClock()
    private let tables: MemoryControlTables
    private let syncing: Syncing

    init() async throws {
        tables = MemoryControlTables(clock: clock)
        syncing = Syncing(reports: tables, clock: clock)
        let object = ObjectSpecification(object: "people", type: .contacts, every: nil, enabled: true, override: nil)
        let integration = IntegrationSpecification(
            key: "crm", provider: "crm", enabled: true, settings: [], override: nil, objects: [object])
        _ = try await tables.apply(
            [
                CustomerSpecification(
                    key: "acme", name: nil, weight: 1, maxRuns: nil, paces: [:], overrides: [:],
                    integrations: [integration])
            ], now: clock.now
        ) { _ in ObjectPace() }
    }

    private func object() async throws -> ObjectReport {
        try #require(await tables.objects(named: "acme/crm/people", counting: .none).first)
    }

    /// Asks for a sync and waits for it, while `events` happen one after the other.
    private func wait(_ events: [@Sendable (MemoryControlTables, PublicID) async -> Void]) async throws -> SyncReport {
        let object = try await object()
        let requested = try await syncing.request(object, full: false)
        clock.onSleep = { [tables] number in
            guard number < events.count else { return }
            await events[number](tables, object.id)
        }
        return try await syncing.wait(for: requested, of: object) { _ in }
    }

    private static func ended(_ run: Int64, _ outcome: String, fetched: Int64, failure: String? = nil) -> RunReport {
        RunReport(
            run: run, kind: run == 1 ? "initial" : "incremental", outcome: outcome, openedAt: Timestamp(seconds: 10),
            endedAt: Timestamp(seconds: 11), fetched: fetched, stored: fetched, failure: failure)
    }

    @Test func isDueAtOnce() async throws {
        let report = try await syncing.request(object(), full: true)
        #expect(report.text == "acme/crm/people: run 1 is due now")
        #expect(report.outcome == "due" && report.run == 1 && report.exitCode == .success)
    }

    @Test func followsOneThatIsUnderWay() async throws {
        await tables.begin(run: 4, of: try await object().id)
        let report = try await syncing.request(object(), full: false)
        #expect(report.outcome == "under way" && report.run == 4 && report.exitCode == .success)
    }

    @Test func isWaitedForUntilItHasEnded() async throws {
        let report = try await wait([
            { tables, _ in _ = tables }, { await $0.begin(run: 1, of: $1) },
            { await $0.end(Self.ended(1, "succeeded", fetched: 7), of: $1) },
        ])
        #expect(report.outcome == "succeeded" && report.fetched == 7 && report.exitCode == .success)
        #expect(
            report.text == "acme/crm/people: succeeded, 7 fetched, 7 stored, 0 unchanged, 0 rejected", "\(report.text)")
    }

    @Test func failsWhereItsRunFails() async throws {
        let report = try await wait([
            { await $0.end(Self.ended(1, "failed", fetched: 2, failure: "definition: it is odd"), of: $1) }
        ])
        #expect(report.outcome == "failed" && report.exitCode == .failure)
        #expect(report.text.hasSuffix(": definition: it is odd"))
    }

    @Test func saysThatNothingHasChanged() async throws {
        await tables.end(Self.ended(1, "succeeded", fetched: 1), of: try await object().id)
        let report = try await wait([{ await $0.end(Self.ended(2, "succeeded", fetched: 0), of: $1) }])
        #expect(report.run == 2 && report.text == "acme/crm/people: nothing has changed" && report.exitCode == .success)
    }

    @Test func isNotDoneWhereTheIntegrationIsStopped() async throws {
        let integration = try #require(await tables.integration(customer: "acme", key: "crm")).id
        await tables.stop(integration: integration, because: Failure(.authorization, "it answers 401"))
        let report = try await wait([])
        #expect(report.outcome == "disabled" && report.exitCode == .failure)
        #expect(report.text == "acme/crm/people: it is not synced: it answers 401")
    }
}

/// A clock on which sleeping makes the next thing happen.
private final class StepClock: WallClock {
    private typealias Step = @Sendable (Int) async -> Void
    private let state = Mutex<(now: Timestamp, slept: Int, step: Step?)>((Timestamp(seconds: 1_700_000_000), 0, nil))
    var now: Timestamp { state.withLock { $0.now } }
    var onSleep: (@Sendable (Int) async -> Void)? {
        get { state.withLock { $0.step } }
        set { state.withLock { $0.step = newValue } }
    }

    func sleep(for duration: Duration) async throws {
        let (number, step) = state.withLock { state in
            state.now = state.now + duration
            defer { state.slept += 1 }
            return (state.slept, state.step)
        }
        guard number < 100 else { throw CancellationError() }
        await step?(number)
    }
}
