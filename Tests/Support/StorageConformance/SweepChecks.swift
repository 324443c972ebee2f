import Models
import Storage

extension RunLedgerCheck {
    static let sweeping: [RunLedgerCheck] = [
        RunLedgerCheck("a sweep is opened when it is due, and moves neither Complete Until nor the other runs") {
            ledger in
            let lease = try await ledger.retriever()
            try await ledger.scheduling.publish(
                schedules: [
                    ProviderSchedule(
                        provider: "p", object: "people", every: .seconds(60), reconcile: nil, sweep: .microseconds(1))
                ], caps: [:])
            let first = try await ledger.claimedRun(lease)
            try expect(first.kind, .initial)
            try await ledger.close(first, lease)
            let sweep = try await ledger.nextRun(of: first.objectID, lease)
            try expect(sweep.kind, .sweep)
            try await ledger.close(sweep, lease)
            try expect(try await ledger.object(first.objectID).completeUntil, first.until)
        },
        RunLedgerCheck("a sweep that failed is not due again at once, so that changes go on being read") { ledger in
            let lease = try await ledger.retriever()
            try await ledger.scheduling.publish(
                schedules: [
                    ProviderSchedule(
                        provider: "p", object: "people", every: .seconds(60), reconcile: nil, sweep: .seconds(100_000))
                ], caps: [:])
            let first = try await ledger.claimedRun(lease)
            try await ledger.close(first, lease)
            try expect(try await ledger.nextRun(of: first.objectID, lease).kind, .incremental)
        },
        RunLedgerCheck("a sweep tells what is stored and was not listed, in its order and page by page") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.store(["a", "b", "B", "c", "d", "é"], of: run.objectID)
            try expect(try await ledger.sweeps.note(["a", "c", "new"], of: run.claim, lease: lease), true)
            try expect(try await ledger.sweeps.note(["c", "a"], of: run.claim, lease: lease), true, "a repeated page")
            try expect(
                try await ledger.sweeps.count(run.claim, lease: lease),
                SweepCounts(listed: 3, stored: 6, missing: 4))
            func page(_ id: String?) async throws -> [String]? {
                try await ledger.sweeps.missing(behind: id, limit: 2, of: run.claim, lease: lease)
            }
            try expect(try await page(nil), ["B", "b"])
            try expect(try await page("b"), ["d", "é"])
            try expect(try await page("é"), [])
        },
        RunLedgerCheck("ids of an earlier sweep count for nothing") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.store(["a"], of: run.objectID)
            _ = try await ledger.sweeps.note(["a"], of: run.claim, lease: lease)
            try await ledger.close(run, lease)
            let next = try await ledger.nextRun(of: run.objectID, lease)
            try expect(
                try await ledger.sweeps.count(next.claim, lease: lease), SweepCounts(listed: 0, stored: 1, missing: 1))
            _ = try await ledger.sweeps.note(["b"], of: next.claim, lease: lease)
            try expect(
                try await ledger.sweeps.count(next.claim, lease: lease), SweepCounts(listed: 1, stored: 1, missing: 1))
        },
        RunLedgerCheck("whoever lost the run learns and notes nothing") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.retrieval.release(lease)
            try expect(try await ledger.sweeps.note(["a"], of: run.claim, lease: lease), false)
            try expect(try await ledger.sweeps.count(run.claim, lease: lease), nil)
            try expect(try await ledger.sweeps.missing(behind: nil, limit: 2, of: run.claim, lease: lease), nil)
            let counts = SweepCounts(listed: 1, stored: 1, missing: 1)
            try expect(
                try await ledger.sweeps.judge(counts, share: 0.2, refusal: "x", of: run.claim, lease: lease), false)
        },
        RunLedgerCheck("a sweep is judged once for each run, and closes with what it says") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            let counts = SweepCounts(listed: 1, stored: 9, missing: 8)
            for _ in 0..<2 {
                try expect(
                    try await ledger.sweeps.judge(
                        counts, share: 0.2, refusal: counts.refusal(share: 0.2), of: run.claim, lease: lease), true)
            }
            try await ledger.close(run, lease)
        },
    ]
}

extension RunLedgerFixture {
    /// Drains and closes a run that found nothing.
    fileprivate func close(_ run: ClaimedRun, _ lease: RetrieverLease) async throws {
        _ = try await retrieval.release([run.ending(.drain(cursor: nil))], lease: lease)
        try expect(try await scheduling.closeDrained(limit: 10).count, 1)
    }

    /// Opens and claims the next run of an object.
    fileprivate func nextRun(of object: Int64, _ lease: RetrieverLease) async throws -> ClaimedRun {
        try await makeDue(object)
        guard let run = try await retrieval.claim(rings(), lease: lease).first else {
            throw BrokenRule(description: "nothing could be claimed")
        }
        return run
    }
}
