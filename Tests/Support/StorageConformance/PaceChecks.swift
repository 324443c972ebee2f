import Models
import Storage

extension RunLedgerFixture {
    /// Claims the next run of an object, lets it end without records and closes it. Returns its kind.
    fileprivate func emptyRun(of id: Int64, _ lease: RetrieverLease, provider: String = "p") async throws -> RunKind {
        try await makeDue(id)
        guard let run = try await retrieval.claim(rings(provider), lease: lease).first(where: { $0.objectID == id })
        else { throw BrokenRule(description: "no run could be claimed") }
        _ = try await retrieval.release([run.ending(.drain(cursor: nil))], lease: lease)
        try expect(try await scheduling.closeDrained(limit: 10).count, 1, "runs closed")
        return run.kind
    }

    /// Adds an object without a pace of its own and syncs it; returns the seconds from the end of its window to when it
    /// is due next.
    fileprivate func pause(_ pace: ObjectPace, provider: String = "p") async throws -> Int64 {
        let id = try await addObject(customer: 1, provider: provider, every: nil, weight: 1)
        try await setPace(pace, of: id)
        _ = try await emptyRun(of: id, retriever(), provider: provider)
        let facts = try await object(id)
        return (facts.nextDue - (facts.completeUntil ?? facts.nextDue)).components.seconds
    }

    fileprivate func publish(
        _ provider: String = "p", every: Duration = .seconds(3600), reconcile: Duration? = nil, sweep: Duration? = nil
    ) async throws {
        let schedule = ProviderSchedule(
            provider: provider, object: "people", every: every, reconcile: reconcile, sweep: sweep)
        try await scheduling.publish(schedules: [schedule], caps: [:])
    }
}

extension RunLedgerCheck {
    /// An instant ago is long enough ago.
    private static let instant = Duration.microseconds(1)

    static let pacing: [RunLedgerCheck] = [
        RunLedgerCheck("an object is synced as often as an override says, else as its provider's schedule says") {
            ledger in
            try await ledger.publish()
            // Slots lie one pace apart, and a run is followed by one that is half a pace away at least.
            let overridden = try await ledger.pause(ObjectPace(every: .seconds(60), isOverridden: true))
            try expect((0...95).contains(overridden), true, "\(overridden) s between two syncs a minute apart, so it")
            let scheduled = try await ledger.pause(ObjectPace())
            try expect((1790...5405).contains(scheduled), true, "\(scheduled) s between two syncs an hour apart, so it")
        },
        RunLedgerCheck("an object that no schedule knows is synced as often as its own definition says") { ledger in
            let made = try await ledger.pause(ObjectPace(every: .seconds(60)))
            try expect((0...95).contains(made), true, "\(made) s between two syncs a minute apart, so it")
            try await ledger.publish()
            let known = try await ledger.pause(ObjectPace(every: .seconds(60)))
            try expect((1790...5405).contains(known), true, "\(known) s between two syncs an hour apart, so it")
        },
        RunLedgerCheck("overrides bring full runs and sweeps, and take them away") { ledger in
            let lease = try await ledger.retriever()
            let id = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
            try expect(try await ledger.emptyRun(of: id, lease), .initial)
            try expect(try await ledger.emptyRun(of: id, lease), .incremental)
            try await ledger.setPace(ObjectPace(reconcile: instant), of: id)
            try expect(try await ledger.emptyRun(of: id, lease), .full)
            try await ledger.setPace(ObjectPace(sweep: instant), of: id)
            try expect(try await ledger.emptyRun(of: id, lease), .sweep)
            try await ledger.publish(reconcile: instant, sweep: instant)
            try await ledger.setPace(ObjectPace(reconcile: .zero), of: id)
            try expect(try await ledger.emptyRun(of: id, lease), .sweep, "a run without full ones")
            try await ledger.setPace(ObjectPace(reconcile: .zero, sweep: .zero), of: id)
            try expect(try await ledger.emptyRun(of: id, lease), .incremental)
            try await ledger.setPace(ObjectPace(), of: id)
            try expect(try await ledger.emptyRun(of: id, lease), .full)
        },
        RunLedgerCheck("a catalog that lacks a provider takes nothing away from it") { ledger in
            let lease = try await ledger.retriever()
            try await ledger.publish("newer", reconcile: instant)
            try await ledger.scheduling.publish(schedules: [], caps: ["capped": 1])
            try await ledger.publish("older", reconcile: instant)
            let id = try await ledger.addObject(customer: 1, provider: "newer", every: .seconds(60), weight: 1)
            try expect(try await ledger.emptyRun(of: id, lease, provider: "newer"), .initial)
            try expect(try await ledger.emptyRun(of: id, lease, provider: "newer"), .full)
            try await ledger.publish("newer")
            try expect(try await ledger.emptyRun(of: id, lease, provider: "newer"), .incremental)
            for _ in 0..<2 {
                _ = try await ledger.addObject(customer: 1, provider: "capped", every: .seconds(60), weight: 1)
            }
            try expect(try await ledger.rings("capped").count, 1)
            try await ledger.publish("capped")
            try expect(try await ledger.rings("capped").count, 1, "rings after the cap was taken back")
        },
    ]
}
