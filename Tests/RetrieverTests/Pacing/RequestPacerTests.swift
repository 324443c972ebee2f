import Catalog
import Models
import Retriever
import Service
import Storage
import Synchronization
import Testing

/// The limits of a definition, acted on.
@Suite struct RequestPacerTests {
    private final class MovedClock: WallClock {
        private let time = Mutex(Timestamp(seconds: 1_769_860_800))
        var now: Timestamp { time.withLock { $0 } }
        func sleep(for duration: Duration) async throws { pass(duration) }
        func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
    }

    /// Counts what a database would be asked.
    private actor CountedBudgets: BudgetStore {
        let base: MemoryBudgetStore
        private(set) var calls = 0

        init(_ clock: any WallClock) { base = MemoryBudgetStore(clock: clock) }

        func lease(_ key: BudgetKey, _ ask: BudgetAsk, rule: BudgetRule) async throws -> BudgetGrant {
            calls += 1
            return await base.lease(key, ask, rule: rule)
        }
        func throttle(_ key: BudgetKey, rule: BudgetRule, pause: Duration?) async throws {
            calls += 1
            await base.throttle(key, rule: rule, pause: pause)
        }
        func slow(_ key: BudgetKey, to gap: Duration?, for remaining: Duration) async throws {
            calls += 1
            await base.slow(key, to: gap, for: remaining)
        }
        func blocks() async throws -> [BudgetBlock] { await base.blocks() }
        func takeAlone(_ key: BudgetKey, holder: String, for lease: Duration) async throws -> Bool {
            calls += 1
            return await base.takeAlone(key, holder: holder, for: lease)
        }
        func release(holder: String) async throws { await base.release(holder: holder) }
    }

    /// Two retrievers that share budgets.
    private struct World<Clock: WallClock> {
        let clock: Clock
        let budgets: CountedBudgets
        let first: RequestPacer
        let second: RequestPacer

        init(_ clock: Clock) {
            self.clock = clock
            budgets = CountedBudgets(clock)
            first = RequestPacer(clock: clock, budgets: budgets, process: "first", patience: .seconds(60))
            second = RequestPacer(clock: clock, budgets: budgets, process: "second", patience: .seconds(60))
        }

        /// Whether `pacer` lets a request through at once; else until when the run is postponed.
        func wait(_ pacer: RequestPacer, _ limits: RequestLimits, run: String = "r") async throws -> Duration? {
            do {
                try await pacer.run(QuotaUser(owner: "p/i1", customer: 1, run: run), limits) {}
                return nil
            } catch let wait as QuotaWait {
                return wait.until - clock.now
            }
        }
    }

    private let user = QuotaUser(owner: "p/i1", customer: 1)

    private func limits(_ object: String) throws -> RequestLimits {
        let text = """
            provider: p
            base_url: https://api.example.com
            id: id
            request: { path: /things }
            limits:
              rate: 200/minute
              concurrency: 4
              classes: { incremental: { rate: 10/minute, concurrency: 1 } }
            objects:
              lists: { type: lists }
              exports: { type: exports, limits: { class: incremental } }
              slow: { type: slow, limits: { rate: 45/minute } }
              scroll: { type: scroll, limits: { rate: null, concurrency: null, exclusive: true } }
              free: { type: free, limits: { rate: null, concurrency: null } }
            """
        var diagnostics = Diagnostics()
        let provider = try #require(
            CatalogFolder.provider(Array(text.utf8), file: "p", folder: nil, diagnostics: &diagnostics))
        let definition = try provider.resolve(object: object)
        let limits = definition.object.limits
        return RequestLimits(limits, class: limits.limitClass, object: object)
    }

    @Test func `a class and an object with a rate of its own have budgets of their own`() throws {
        let lists = try limits("lists")
        #expect(lists.limitClass == "")
        #expect(lists.rule == BudgetRule(requests: 200, per: .seconds(60), concurrency: 4))
        let exports = try limits("exports")
        #expect(exports.limitClass == "incremental")
        #expect(exports.rule == BudgetRule(requests: 10, per: .seconds(60), concurrency: 1))
        let slow = try limits("slow")
        #expect(slow.limitClass == "object slow")
        #expect(slow.rule == BudgetRule(requests: 45, per: .seconds(60), concurrency: 4))
        #expect(try limits("scroll").limitClass == "")
        #expect(try limits("free").isUnlimited)
    }

    @Test func `requests without a limit ask nobody`() async throws {
        let world = World(MovedClock())
        let free = try limits("free")
        for _ in 0..<1000 { #expect(try await world.wait(world.first, free) == nil) }
        #expect(await world.budgets.calls == 0)
    }

    @Test func `what is exclusive is one run's in all retrievers until the run has ended`() async throws {
        let world = World(MovedClock())
        let scroll = try limits("scroll")
        #expect(try await world.wait(world.first, scroll, run: "a") == nil)
        #expect(try await world.wait(world.first, scroll, run: "b") == .seconds(10))
        #expect(try await world.wait(world.second, scroll, run: "c") == .seconds(10))
        // Its next pages, and what is not exclusive, go on.
        #expect(try await world.wait(world.first, scroll, run: "a") == nil)
        #expect(try await world.wait(world.second, limits("free"), run: "c") == nil)
        await world.first.finish(run: "a")
        #expect(try await world.wait(world.second, scroll, run: "c") == nil)
    }

    @Test func `a scroll that outlasts its lease stays one run's while its process watches`() async throws {
        let world = World(MovedClock())
        let scroll = try limits("scroll")
        #expect(try await world.wait(world.first, scroll, run: "a") == nil)
        for _ in 0..<10 {
            world.clock.pass(.seconds(6))
            try await world.first.watch()
        }
        #expect(try await world.wait(world.second, scroll, run: "c") == .seconds(10))
        // A process that is gone keeps nothing.
        world.clock.pass(.seconds(16))
        #expect(try await world.wait(world.second, scroll, run: "c") == nil)
    }

    @Test func `a 429 of a class stops the class, one without a class stops everything of the owner`() async throws {
        let world = World(SystemClock())
        let (exports, lists) = (try limits("exports"), try limits("lists"))
        await world.first.throttled(user, exports, until: world.clock.now + .seconds(300))
        try await world.second.watch()
        for pacer in [world.first, world.second] {
            let wait = try #require(try await world.wait(pacer, exports))
            #expect(wait > .seconds(200) && wait <= .seconds(300))
            #expect(try await world.wait(pacer, lists) == nil)
        }
        let begin = world.clock.now
        await world.first.throttled(user, lists, until: begin + .seconds(900))
        try await world.second.watch()
        for pacer in [world.first, world.second] {
            for object in ["lists", "exports", "free"] {
                let wait = try #require(try await world.wait(pacer, limits(object)), "\(object)")
                #expect(wait > .seconds(800) && wait <= .seconds(900), "\(object)")
            }
        }
    }

    @Test func `headers that leave nothing stop everybody until the reset, others spread what is left`() async throws {
        let world = World(MovedClock())
        let lists = try limits("lists")
        let key = BudgetKey(owner: "p/i1")
        let ask = BudgetAsk(process: "third", demand: [])
        // Ten for the next minute are one every six seconds.
        await world.first.note(
            Quota(remaining: 10, resetAt: world.clock.now + .seconds(60)), of: user, lists)
        #expect(try await world.budgets.lease(key, ask, rule: lists.rule).gap == .seconds(6))
        // Plenty left changes nothing.
        let other = QuotaUser(owner: "p/i2", customer: 1)
        await world.first.note(Quota(remaining: 199, resetAt: world.clock.now + .seconds(60)), of: other, lists)
        #expect(
            try await world.budgets.lease(BudgetKey(owner: "p/i2"), ask, rule: lists.rule).gap == lists.rule.gap)
        let begin = world.clock.now
        await world.first.note(Quota(remaining: 0, resetAt: begin + .seconds(400)), of: user, lists)
        try await world.second.watch()
        let wait = try #require(try await world.wait(world.second, lists))
        #expect(world.clock.now + wait == begin + .seconds(400))
    }
}
