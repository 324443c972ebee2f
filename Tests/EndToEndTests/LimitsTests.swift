import Foundation
import Pipeline
import PostgresHarness
import Testing

/// The limits of providers hold for all retrievers together.
@Suite(.serialized, .alone) struct LimitsTests {
    private typealias Arrival = ArrivalServer.Arrival
    /// Of weight one; one of weight three comes on top.
    private static let equals = (1...10).map { "c\($0)" }
    private static let heavy = "heavy"
    private static let pause = 30
    /// Of each of the equal customers, and three times as many of the other: enough for each to have requests waiting.
    private static let runsOfEqual = 4
    private static let runs = 10 * runsOfEqual + 3 * runsOfEqual

    @Test func `three retrievers keep to the limits together, use them, share them, and stand still when told to`()
        async throws
    {
        try await withTestDatabase { database in
            let server = try ArrivalServer()
            let pipeline = try await Pipeline(
                database: database, catalog: TestCatalog.path,
                settings: QuickSettings.all.merging([
                    "TRIBUTARY_LEASE": "8s", "TRIBUTARY_LATE_AFTER": "20s", "TRIBUTARY_CAPACITY": "40",
                ]) { $1 })
            do {
                try await Self.run(pipeline, server)
            } catch {
                await pipeline.stop()
                throw error
            }
            await pipeline.stop()
        }
    }

    private static func run(_ pipeline: Pipeline, _ server: ArrivalServer) async throws {
        try await apply(
            equals.flatMap { [(String, String)](repeating: ($0, "quick"), count: runsOfEqual) }
                + [(String, String)](repeating: (heavy, "quick"), count: 3 * runsOfEqual)
                + equals.prefix(4).map { ($0, "slow") }, pipeline, server)
        try pipeline.start("scheduler")
        for _ in 0..<3 { try pipeline.start("retriever") }
        try pipeline.start("processor")
        try await pipeline.wait(for: "everybody's first requests", within: .seconds(60)) {
            Set(server.arrivals("quick").map(\.customer)).count == 11
                && Set(server.arrivals("slow").map(\.customer)).count == 4
        }
        let begin = ContinuousClock.now
        try await pass(until: begin + .seconds(25), pipeline)
        checkShares(server.arrivals("quick").filter { $0.at > begin + .seconds(5) && $0.at < begin + .seconds(25) })
        checkUse(server.arrivals("quick"), limit: 50, per: .seconds(1), from: begin + .seconds(5), for: .seconds(20))

        server.refuseNext("quick", for: pause)
        try await pipeline.wait(for: "a request to refuse", within: .seconds(5)) {
            server.arrivals("quick").contains(where: \.wasRefused)
        }
        try await pipeline.wait(
            for: "the runs to be postponed", within: .seconds(10),
            until:
                "(select count(*) from tributary.object_state where provider = 'quick' and state = 'postponed') = \(runs)"
        )
        // The workers are free for what comes now.
        try await apply([("late", "free")], pipeline, server)
        try await pass(until: begin + .seconds(68), pipeline)
        checkPause(server)
        checkPositions(server.arrivals("quick"))
        checkUse(server.arrivals("slow"), limit: 100, per: .seconds(60), from: begin + .seconds(3), for: .seconds(60))
        checkWindows(server.arrivals("quick"), limit: 50, per: .seconds(1))
        checkWindows(server.arrivals("slow"), limit: 100, per: .seconds(60))
        try await checkWrites(pipeline, requests: server.arrivals("quick").count)
    }

    private static func apply(
        _ objects: [(customer: String, provider: String)], _ pipeline: Pipeline, _ server: ArrivalServer
    ) async throws {
        var file = "customers:\n"
        for (customer, providers) in Dictionary(grouping: objects, by: \.customer).sorted(by: { $0.key < $1.key }) {
            file += "  - key: \(customer)\n    weight: \(customer == heavy ? 3 : 1)\n    integrations:\n"
            for (number, (_, provider)) in providers.enumerated() {
                file += """
                          - key: \(provider)\(number)
                            provider: \(provider)
                            settings: { base_url: "\(server.address(provider, customer, number))" }
                            secrets: { token: { env: LIMITS_TOKEN } }

                    """
            }
        }
        let path = try pipeline.write(file, to: "apply.yaml")
        try await pipeline.tributary("apply", "-f", path, settings: ["LIMITS_TOKEN": "sk_limits"])
    }

    private static func pass(until time: ContinuousClock.Instant, _ pipeline: Pipeline) async throws {
        try await pipeline.wait(for: "time to pass", within: .seconds(90)) { ContinuousClock.now >= time }
    }

    private static func checkShares(_ arrivals: [Arrival]) {
        let counts = arrivals.reduce(into: [String: Int]()) { $0[$1.customer, default: 0] += 1 }
        print("limits: requests by customer: \(counts.sorted { $0.key < $1.key })")
        let mean = Double(equals.reduce(0) { $0 + (counts[$1] ?? 0) }) / Double(equals.count)
        for customer in equals {
            let part = Double(counts[customer] ?? 0) / mean
            #expect(part > 0.9 && part < 1.1, "\(customer) has \(part) of the mean \(mean)")
        }
        let shares = equals.map { Double(counts[$0] ?? 0) }
        let (least, most) = (shares.min() ?? 0, shares.max() ?? 0)
        #expect(most <= least * 1.1, "one of them has \(most) requests, another one \(least)")
        let heavy = Double(counts[heavy] ?? 0) / mean
        #expect(heavy > 2.7 && heavy < 3.3, "the customer of weight 3 has \(heavy) times the mean")
    }

    private static func checkUse(
        _ arrivals: [Arrival], limit: Int, per window: Duration, from: ContinuousClock.Instant, for time: Duration
    ) {
        let count = arrivals.count { $0.at >= from && $0.at < from + time }
        let part = Double(count) / (Double(limit) * (time / window))
        print("limits: \(limit) per \(window): \(part) of it used, \(count) requests in \(time)")
        #expect(part >= 0.9, "of \(limit) per \(window), \(part) is used")
    }

    private static func checkWindows(_ arrivals: [Arrival], limit: Int, per window: Duration) {
        var first = 0
        var most = 0
        for index in arrivals.indices {
            while arrivals[index].at - arrivals[first].at >= window { first += 1 }
            most = max(most, index - first + 1)
        }
        print("limits: \(limit) per \(window): at most \(most) in any sliding window")
        #expect(most <= limit, "\(most) requests in \(window), \(limit) are allowed")
    }

    /// From the time that the refused request's answer can have reached everybody until what it named has passed.
    private static func checkPause(_ server: ArrivalServer) {
        let quick = server.arrivals("quick")
        guard let refused = quick.first(where: \.wasRefused)?.at else {
            Issue.record("no request was refused")
            return
        }
        let end = refused + .seconds(pause)
        let during = quick.filter { $0.at > refused && $0.at < end }
        let last = during.map { $0.at - refused }.max() ?? .zero
        print("limits: \(during.count) requests were on their way at the 429, the last one \(last) after it")
        #expect(last < .seconds(1), "a request came \(last) after the 429")
        let after = quick.filter { $0.at >= end }
        #expect(Set(after.map(\.customer)).count == 11, "not everybody goes on after the pause")
        let others = server.arrivals("slow").count { $0.at > refused && $0.at < end }
        #expect(others >= 7, "the other provider's work stood still: \(others) requests")
        let free = server.arrivals("free")
        #expect(free.count == 3 && free.allSatisfy { $0.at < end }, "the freed workers did no other work")
    }

    /// Every page was asked for once, in order, but those that were refused or on their way into the pause.
    private static func checkPositions(_ arrivals: [Arrival]) {
        for (customer, own) in Dictionary(grouping: arrivals, by: \.run) {
            let pages = own.filter { !$0.wasRefused }.map(\.page)
            let distinct = Set(pages)
            #expect(distinct.count == (pages.max() ?? -1) + 1, "\(customer) left out a page")
            #expect(pages.count == distinct.count, "\(customer) asked for \(pages.count - distinct.count) pages twice")
        }
    }

    /// The database is asked for many requests at once.
    private static func checkWrites(_ pipeline: Pipeline, requests: Int) async throws {
        try await pipeline.pool.query("select pg_stat_force_next_flush()::text")
        let result = try await pipeline.pool.query(
            "select n_tup_upd::bigint as updates from pg_stat_user_tables where relname = 'rate_budgets'")
        let updates = try result.rows.first?.int("updates") ?? 0
        print("limits: \(updates) updates of budgets for \(requests) requests of the quick provider")
        #expect(updates > 0 && updates < requests, "\(updates) updates for \(requests) requests")
    }
}
