import Models
import Storage

extension RunLedgerCheck {
    /// Every rule.
    public static let all: [RunLedgerCheck] =
        lifecycle + pacing + announcing + holding + proofs + sweeping + failing + outages + telling

    private static let lifecycle: [RunLedgerCheck] = [
        RunLedgerCheck("an object has one live run, however often it is due") { ledger in
            let id = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
            try expect(try await ledger.scheduling.openDue(limit: 10), 1)
            try await ledger.makeDue(id)
            try expect(try await ledger.scheduling.openDue(limit: 10), 0)
            try expect(try await ledger.object(id).run, 1)
        },
        RunLedgerCheck("a run is rung for once, until it is forgotten") { ledger in
            _ = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
            try expect(try await ledger.rings().count, 1)
            try expect(try await ledger.rings().count, 0)
            try expect(try await ledger.scheduling.forgetRings(after: .seconds(-1)), 1)
            try expect(try await ledger.rings().count, 1)
        },
        RunLedgerCheck("a ring that was forgotten or taken back is answered only after the run is rung for again") {
            ledger in
            _ = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
            let late = try await ledger.rings()
            let lease = try await ledger.retriever()
            _ = try await ledger.scheduling.forgetRings(after: .seconds(-1))
            try expect(try await ledger.retrieval.claim(late, lease: lease).count, 0, "claimed when forgotten")
            try await ledger.scheduling.unring(try await ledger.rings())
            try expect(try await ledger.retrieval.claim(late, lease: lease).count, 0, "claimed when taken back")
            try expect(try await ledger.rings().count, 1)
            try expect(try await ledger.retrieval.claim(late, lease: lease).count, 1, "claimed when rung for again")
        },
        RunLedgerCheck("a run that found nothing closes at once and moves Complete Until to its window's end") {
            ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try expect(try await ledger.retrieval.release([run.ending(.drain(cursor: nil))], lease: lease), [run.claim])
            try expect(try await ledger.scheduling.closeDrained(limit: 10).map(\.fetched), [0])
            let after = try await ledger.object(run.objectID)
            try expect(after.state, .idle)
            try expect(after.completeUntil, run.until)
        },
        RunLedgerCheck("the window never passes the provider's clock") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            let behind = run.until - .seconds(300)
            var step = run.page(0)
            step.declaration.providerClock = behind
            _ = try await ledger.retrieval.advance([step], lease: lease)
            try expect(try await ledger.object(run.objectID).until, behind)
            step = run.page(1)
            step.declaration.providerClock = behind - .seconds(300)
            _ = try await ledger.retrieval.advance([step], lease: lease)
            try expect(try await ledger.object(run.objectID).until, behind, "the window after a second clock")
        },
        RunLedgerCheck("rings follow the customers' weights") { ledger in
            for _ in 0..<12 {
                _ = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
                _ = try await ledger.addObject(customer: 2, provider: "p", every: .seconds(60), weight: 3)
            }
            _ = try await ledger.scheduling.openDue(limit: 100)
            let rings = try await ledger.scheduling.ring(provider: "p", minimum: 8)
            var heavy = 0
            for ring in rings where ring.objectID % 2 == rings[0].objectID % 2 { heavy += 1 }
            try expect(rings.count, 8)
            try expect([2, 6].contains(heavy), true, "a split of \(heavy) of 8, which should be 2 to 6, so it")
        },
        RunLedgerCheck("only as many are rung for as will be answered") { ledger in
            for _ in 0..<30 {
                _ = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
            }
            _ = try await ledger.retriever(capacity: 10)
            _ = try await ledger.scheduling.openDue(limit: 100)
            try expect(try await ledger.scheduling.ring(provider: "p", minimum: 1).count, 20)
            try expect(try await ledger.scheduling.ring(provider: "p", minimum: 1).count, 0)
        },
        RunLedgerCheck("a provider's cap holds for rung and running runs together") { ledger in
            for _ in 0..<5 {
                _ = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
            }
            try await ledger.scheduling.publish(schedules: [], caps: ["p": 3])
            _ = try await ledger.scheduling.openDue(limit: 100)
            let rings = try await ledger.scheduling.ring(provider: "p", minimum: 16)
            try expect(rings.count, 3)
            _ = try await ledger.retrieval.claim(rings, lease: ledger.retriever())
            try expect(try await ledger.scheduling.ring(provider: "p", minimum: 16).count, 0)
        },
        RunLedgerCheck("a customer's cap holds for all providers together, though they are rung for at once") {
            ledger in
            let providers = (1...6).map { "p\($0)" }
            for provider in providers {
                for customer in 1...2 {
                    for _ in 0..<3 {
                        _ = try await ledger.addObject(
                            customer: Int64(customer), provider: provider, every: .seconds(60), weight: 1)
                    }
                }
            }
            try await ledger.setCap(4, ofCustomer: 1)
            _ = try await ledger.scheduling.openDue(limit: 100)
            let rings = try await withThrowingTaskGroup(of: [Doorbell].self) { group in
                for provider in providers {
                    group.addTask { try await ledger.scheduling.ring(provider: provider, minimum: 16) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try expect(rings.count, 4 + 3 * providers.count, "rings for a customer with a cap of 4 and one without")
            let lease = try await ledger.retriever(capacity: 100)
            try expect(try await ledger.retrieval.claim(rings, lease: lease).count, rings.count)
            for provider in providers {
                try expect(try await ledger.scheduling.ring(provider: provider, minimum: 16).count, 0, provider)
            }
            try await ledger.setCap(5, ofCustomer: 1)
            try expect(
                try await ledger.scheduling.ring(provider: "p6", minimum: 16).count
                    + ledger.scheduling.ring(provider: "p1", minimum: 16).count, 1, "rings after the cap is 5")
        },
    ]

    private static let holding: [RunLedgerCheck] = [
        RunLedgerCheck("a second ring for a claimed run does nothing") { ledger in
            _ = try await ledger.addObject(customer: 1, provider: "p", every: .seconds(60), weight: 1)
            let rings = try await ledger.rings()
            let first = try await ledger.retriever()
            let second = try await ledger.retriever()
            try expect(try await ledger.retrieval.claim(rings, lease: first).count, 1)
            try expect(try await ledger.retrieval.claim(rings, lease: second).count, 0)
        },
        RunLedgerCheck("a retriever whose lease ended can claim, declare, let go and fail nothing") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try await ledger.retrieval.release(lease)
            try expect(try await ledger.retrieval.renew(lease, freeSlots: 1, for: .seconds(9)), false)
            try expect(try await ledger.retrieval.advance([run.page(0)], lease: lease), [])
            try expect(try await ledger.retrieval.release([run.ending(.drain(cursor: nil))], lease: lease), [])
            try expect(
                try await ledger.retrieval.fail(run.claim, with: Failure(.internalFault, "x"), lease: lease), false)
            try expect(try await ledger.object(run.objectID).state, .running)
        },
        RunLedgerCheck("a dead holder's run goes on at the first page that was not acknowledged") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            _ = try await ledger.retrieval.advance([run.page(0)], lease: lease)
            _ = try await ledger.retrieval.advance([run.page(1, acknowledged: 0...0, at: #"{"at":1}"#)], lease: lease)
            _ = try await ledger.retrieval.advance([run.page(2, at: #"{"at":2}"#)], lease: lease)
            try expect(try await ledger.scheduling.reclaimAbandoned(limit: 9), 0, "reclaimed while alive")
            try await ledger.retrieval.release(lease)
            try expect(try await ledger.scheduling.reclaimAbandoned(limit: 9), 1)
            let heir = try await ledger.retriever()
            let again = try await ledger.retrieval.claim(ledger.rings(), lease: heir)
            try expect(again.map(\.attempt), [2])
            try expect(again.map(\.nextPage), [1])
            try expect(again.first?.position.map { String(decoding: $0, as: UTF8.self) }, #"{"at":1}"#)
            try expect(again.first?.until, run.until)
            // Receipts of the first attempt's page 1 mean nothing any more.
            try await ledger.receive(run.claim, page: 1, stored: [0, 1])
            try await ledger.receive(run.claim, page: 0, stored: [0, 1])
            try expect(try await ledger.retrieval.backlog(objects: [run.objectID]).byObject, [:])
        },
        RunLedgerCheck("an old claim of the same process holds nothing after a new one") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            _ = try await ledger.retrieval.release([run.ending(.handBack)], lease: lease)
            let again = try await ledger.retrieval.claim(ledger.rings(), lease: lease)
            try expect(again.map(\.attempt), [2])
            try expect(try await ledger.retrieval.advance([run.page(0)], lease: lease), [])
        },
        RunLedgerCheck("a postponed run keeps its position and is woken in time") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            _ = try await ledger.retrieval.advance([run.page(0)], lease: lease)
            let cause = Failure(.throttled, "too many requests")
            let release = run.ending(
                .postpone(wakeAt: run.until - .seconds(1), cause: cause), acknowledged: 0...0, position: #"{"at":1}"#,
                next: 1)
            try expect(try await ledger.retrieval.release([release], lease: lease), [run.claim])
            try expect(try await ledger.object(run.objectID).state, .postponed)
            try expect(try await ledger.scheduling.wakePostponed(limit: 9), 1)
            let again = try await ledger.retrieval.claim(ledger.rings(), lease: lease)
            try expect(again.map(\.nextPage), [1])
            try expect(again.first?.position.map { String(decoding: $0, as: UTF8.self) }, #"{"at":1}"#)
        },
        RunLedgerCheck("postponements count in a row, and a run that gets on starts counting anew") { ledger in
            let lease = try await ledger.retriever()
            var run = try await ledger.claimedRun(lease)
            let cause = Failure(.throttled, "too many requests")
            var counts: [Int] = []
            for next: Int32 in [0, 0, 1, 1] {
                if next == 1, counts.count == 2 { _ = try await ledger.retrieval.advance([run.page(0)], lease: lease) }
                let release = run.ending(
                    .postpone(wakeAt: run.until - .seconds(1), cause: cause),
                    acknowledged: counts.count == 2 ? 0...0 : nil, next: next)
                try expect(try await ledger.retrieval.release([release], lease: lease), [run.claim])
                try expect(try await ledger.scheduling.wakePostponed(limit: 9), 1)
                let again = try await ledger.retrieval.claim(ledger.rings(), lease: lease)
                guard let claimed = again.first else { throw BrokenRule(description: "the woken run was not claimed") }
                run = claimed
                counts.append(run.postponements)
            }
            try expect(counts, [1, 2, 1, 2])
        },
        RunLedgerCheck("a run that its holder does not know of is handed back") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            let known = try await ledger.retrieval.handBackOrphans(
                notAmong: [run.claim], claimedBefore: .seconds(-1), lease: lease)
            try expect(known, 0, "handed back although known")
            try expect(
                try await ledger.retrieval.handBackOrphans(notAmong: [], claimedBefore: .seconds(60), lease: lease), 0)
            try expect(
                try await ledger.retrieval.handBackOrphans(notAmong: [], claimedBefore: .seconds(-1), lease: lease), 1)
            try expect(try await ledger.object(run.objectID).state, .queued)
        },
        RunLedgerCheck("an authorization failure stops every object of the integration") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            try expect(
                try await ledger.retrieval.fail(run.claim, with: Failure(.authorization, "revoked"), lease: lease), true
            )
            let after = try await ledger.object(run.objectID)
            try expect(after.state, .idle)
            try expect(after.runnable, false)
            try expect(after.completeUntil, nil)
        },
    ]

    private static let proofs: [RunLedgerCheck] = [
        RunLedgerCheck("a run closes only when every record has its receipt") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            _ = try await ledger.retrieval.advance([run.page(0)], lease: lease)
            _ = try await ledger.retrieval.advance([run.page(1, acknowledged: 0...0)], lease: lease)
            // A position means that there is more to fetch, so what has drained keeps none.
            _ = try await ledger.retrieval.release(
                [run.ending(.drain(cursor: nil), acknowledged: 1...1, position: "{}")], lease: lease)
            try await ledger.receive(run.claim, page: 0, stored: [0, 1])
            try await ledger.receive(run.claim, page: 1, stored: [1])
            try expect(try await ledger.scheduling.closeDrained(limit: 10).count, 0)
            try expect(try await ledger.retrieval.backlog(objects: [run.objectID]).byObject, [run.objectID: 1])
            try await ledger.receive(run.claim, page: 1, stored: [0])
            let closed = try await ledger.scheduling.closeDrained(limit: 10)
            try expect(closed.map(\.fetched), [4])
            try expect(closed.map { $0.stored + $0.unchanged + $0.rejected }, [4])
        },
        RunLedgerCheck("a late run is judged only after its barrier came back, and goes back to the lost page") {
            ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            _ = try await ledger.retrieval.advance([run.page(0)], lease: lease)
            _ = try await ledger.retrieval.advance([run.page(1, acknowledged: 0...0, at: #"{"at":1}"#)], lease: lease)
            _ = try await ledger.retrieval.advance([run.page(2, acknowledged: 1...1, at: #"{"at":2}"#)], lease: lease)
            _ = try await ledger.retrieval.release([run.ending(.drain(cursor: nil), acknowledged: 2...2)], lease: lease)
            try await ledger.receive(run.claim, page: 0, stored: [0, 1])
            try await ledger.receive(run.claim, page: 2, stored: [0, 1])
            try expect(try await ledger.scheduling.typesWithLateRuns(lateAfter: .seconds(60)), [])
            try expect(try await ledger.scheduling.typesWithLateRuns(lateAfter: .seconds(-1)), [.contacts])
            let barrier = try await ledger.scheduling.openBarrier(topic: "t", partitions: 2)
            try expect(barrier.partitions, [0, 1])
            try expect(try await ledger.scheduling.openBarrier(topic: "t", partitions: 2).partitions, [])
            try await ledger.pass(barrier: barrier.id, partition: 0)
            try expect(try await ledger.scheduling.judgeLate(type: .contacts, topic: "t"), 0)
            try expect(try await ledger.scheduling.overdueBarriers(after: .seconds(-1)).map(\.partitions), [[1]])
            try await ledger.pass(barrier: barrier.id, partition: 1)
            try expect(try await ledger.scheduling.judgeLate(type: .contacts, topic: "t"), 1)
            let again = try await ledger.retrieval.claim(ledger.rings(), lease: lease)
            try expect(again.map(\.nextPage), [1])
            try expect(again.first?.position.map { String(decoding: $0, as: UTF8.self) }, #"{"at":1}"#)
            try expect(again.map(\.attempt), [2])
        },
        RunLedgerCheck("a run that awaits receipts is not at its end, and goes on when it has them") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            _ = try await ledger.retrieval.advance([run.page(0)], lease: lease)
            _ = try await ledger.retrieval.release(
                [run.ending(.awaitReceipts, acknowledged: 0...0, position: #"{"at":1}"#, next: 1)], lease: lease)
            try expect(try await ledger.scheduling.resumeReceived(), 0)
            try await ledger.receive(run.claim, page: 0, stored: [0, 1])
            try expect(try await ledger.scheduling.closeDrained(limit: 10).count, 0)
            try expect(try await ledger.scheduling.resumeReceived(), 1)
            let again = try await ledger.retrieval.claim(ledger.rings(), lease: lease)
            try expect(again.map(\.nextPage), [1])
            try expect(again.first?.position.map { String(decoding: $0, as: UTF8.self) }, #"{"at":1}"#)
        },
        RunLedgerCheck("a run that awaits receipts which are lost goes back to their page") { ledger in
            let lease = try await ledger.retriever()
            let run = try await ledger.claimedRun(lease)
            _ = try await ledger.retrieval.advance([run.page(0, at: #"{"at":0}"#)], lease: lease)
            _ = try await ledger.retrieval.release(
                [run.ending(.awaitReceipts, acknowledged: 0...0, position: #"{"at":1}"#, next: 1)], lease: lease)
            try expect(try await ledger.scheduling.typesWithLateRuns(lateAfter: .seconds(-1)), [.contacts])
            let barrier = try await ledger.scheduling.openBarrier(topic: "t", partitions: 1)
            try await ledger.pass(barrier: barrier.id, partition: 0)
            try expect(try await ledger.scheduling.judgeLate(type: .contacts, topic: "t"), 1)
            try expect(try await ledger.retrieval.backlog(objects: [run.objectID]).byObject, [:])
            let again = try await ledger.retrieval.claim(ledger.rings(), lease: lease)
            try expect(again.map(\.nextPage), [0])
            try expect(again.first?.position.map { String(decoding: $0, as: UTF8.self) }, #"{"at":0}"#)
        },
    ]
}
