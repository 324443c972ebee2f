import Models
import Retriever
import Storage
import Testing

@Suite struct PacingTests {
    private static let perSecond = BudgetRule(requests: 50, per: .seconds(1))
    private static let perMinute = BudgetRule(requests: 100, per: .seconds(60))

    private func clients(_ count: Int, weights: [Int64: Double] = [:]) -> [PacingWorld.Client] {
        (1...count).map {
            PacingWorld.Client(customer: Int64($0), weight: weights[Int64($0)] ?? 1, process: $0 % 3)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `no window holds more than is allowed, whoever comes and goes`(seed: UInt64) {
        for rule in [Self.perSecond, Self.perMinute, BudgetRule(requests: 7, per: .seconds(10))] {
            var random = PacingRandom(seed)
            let coming = (1...60).map { number in
                PacingWorld.Client(
                    customer: random.number(1...8), isFresh: random.number(0...1) == 0,
                    starts: .milliseconds(random.number(0...60_000)), requests: Int(random.number(1...80)),
                    answer: 1000...random.number(2000...400_000))
            }
            for isBusy in [false, true] {
                var world = PacingWorld(rule, processes: 3, clients: coming, seed: seed, isBusy: isBusy)
                world.run(for: .seconds(90))
                #expect(world.excess == 0, "\(rule), seed \(seed)")
                #expect(world.arrivals.count > 20)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `requests that are held up on their way do not make a window too full`(seed: UInt64) {
        for processes in [1, 3] {
            var world = PacingWorld(
                Self.perSecond, processes: processes,
                clients: clients(12).map { client in
                    var client = client
                    client.process = client.process.map { $0 % processes }
                    return client
                }, seed: seed, stall: .milliseconds(200))
            world.run(for: .seconds(60))
            #expect(world.excess == 0, "\(processes) processes, seed \(seed)")
            let used = world.used(from: .seconds(5), to: .seconds(60))
            #expect(used >= 0.9, "\(used) with \(processes) processes, seed \(seed)")
        }
    }

    @Test(arguments: [1, 3, 11]) func `nine tenths of a rate are used while there is work`(clients count: Int) {
        var world = PacingWorld(Self.perSecond, processes: 3, clients: clients(count), seed: 7)
        world.run(for: .seconds(30))
        #expect(world.used(from: .seconds(5), to: .seconds(30)) >= 0.9)
        #expect(world.excess == 0)
        // 48 requests a second, three processes.
        #expect(world.questions < 30 * 3 * 6, "\(world.questions) questions")
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `on a machine that does everything late, shares and nine tenths of the rate remain`(seed: UInt64) {
        var all: [PacingWorld.Client] = []
        for customer in 1...11 {
            for number in 0..<(customer == 11 ? 12 : 4) {
                all.append(
                    PacingWorld.Client(
                        customer: Int64(customer), weight: customer == 11 ? 3 : 1, process: (customer + number) % 3,
                        answer: 20_000...150_000))
            }
        }
        var world = PacingWorld(Self.perSecond, processes: 3, clients: all, seed: seed, isBusy: true)
        world.run(for: .seconds(40))
        let used = world.used(from: .seconds(5), to: .seconds(40))
        #expect(used >= 0.9, "\(used)")
        #expect(world.excess == 0)
        let shares = world.shares(from: .seconds(5))
        let mean = Double((1...10).reduce(0) { $0 + (shares[$1] ?? 0) }) / 10
        #expect((1...10).allSatisfy { abs(Double(shares[$0] ?? 0) / mean - 1) <= 0.05 }, "\(shares)")
        #expect(abs(Double(shares[11] ?? 0) / mean / 3 - 1) <= 0.1, "\(shares)")
    }

    @Test func `a customer with one run beside one with many gets its turn whenever it waits`() {
        var all = [PacingWorld.Client(customer: 1, process: 0)]
        for number in 0..<20 { all.append(PacingWorld.Client(customer: 2, process: number % 3)) }
        var world = PacingWorld(Self.perSecond, processes: 3, clients: all, seed: 17)
        world.run(for: .seconds(30))
        let shares = world.shares(from: .seconds(5))
        let part = Double(shares[1] ?? 0) / Double(max(1, (shares[1] ?? 0) + (shares[2] ?? 0)))
        #expect(part > 0.45, "\(part)")
        #expect(world.used(from: .seconds(5), to: .seconds(30)) >= 0.9)
    }

    @Test(arguments: [Self.perSecond, BudgetRule(requests: 3, per: .seconds(1)), Self.perMinute])
    func `a process that nobody shares with asks seldom, uses everything and shares it`(rule: BudgetRule) {
        let all = (1...8).map {
            PacingWorld.Client(customer: Int64(($0 + 1) / 2), weight: $0 > 6 ? 3 : 1, process: 0)
        }
        var world = PacingWorld(rule, processes: 1, clients: all, seed: 19)
        world.run(for: .seconds(300))
        #expect(world.used(from: .seconds(60), to: .seconds(300)) >= 0.9)
        #expect(world.excess == 0)
        #expect(world.questions <= 300, "\(world.questions) questions in 300 s")
        let shares = world.shares(from: .seconds(60))
        let mean = Double((1...3).reduce(0) { $0 + (shares[$1] ?? 0) }) / 3
        #expect((1...3).allSatisfy { abs(Double(shares[$0] ?? 0) / mean - 1) <= 0.1 }, "\(shares)")
        #expect(abs(Double(shares[4] ?? 0) / mean - 3) <= 0.3, "\(shares)")
    }

    @Test func `a process that comes late gets its part from one that had everything`() {
        var all = (1...8).map { PacingWorld.Client(customer: Int64($0), process: 0) }
        for customer in 11...18 {
            all.append(PacingWorld.Client(customer: Int64(customer), process: 1, starts: .seconds(20)))
        }
        var world = PacingWorld(Self.perSecond, processes: 2, clients: all, seed: 20)
        world.run(for: .seconds(40))
        #expect(world.excess == 0)
        #expect(world.used(from: .seconds(5), to: .seconds(20)) >= 0.9)
        #expect(world.used(from: .seconds(23), to: .seconds(40)) >= 0.9)
        let late = world.shares(from: .seconds(23)).filter { $0.key > 10 }.values.reduce(0, +)
        let early = world.shares(from: .seconds(23)).filter { $0.key < 10 }.values.reduce(0, +)
        #expect(abs(Double(late) / Double(early) - 1) < 0.1, "\(late) to \(early)")
    }

    @Test func `one run of an integration that nobody shares asks once in many requests`() {
        var world = PacingWorld(
            BudgetRule(requests: 10, per: .seconds(1)), processes: 1,
            clients: [PacingWorld.Client(customer: 1, process: 0, answer: 150_000...300_000)], seed: 21)
        world.run(for: .seconds(100))
        #expect(world.arrivals.count > 350, "it has to wait for turns: \(world.arrivals.count)")
        #expect(world.questions < 100, "\(world.questions) questions for \(world.arrivals.count) requests")
    }

    @Test func `places of a process that is gone come back, and nobody sends more because of it`() {
        var world = PacingWorld(Self.perSecond, processes: 3, clients: clients(12), seed: 18)
        world.run(for: .seconds(10))
        world.stop(process: 1)
        world.run(for: .seconds(20))
        #expect(world.used(from: .seconds(17), to: .seconds(30)) >= 0.9)
        #expect(world.excess == 0)
    }

    @Test(arguments: [3, 12, 40]) func `nine tenths of a slow rate are used by runs that come back`(clients count: Int)
    {
        var world = PacingWorld(Self.perMinute, processes: 3, clients: clients(count), seed: 8)
        world.run(for: .seconds(600))
        #expect(world.used(from: .seconds(60), to: .seconds(600)) >= 0.9)
        #expect(world.excess == 0)
        #expect(count < 12 || !world.refusals.isEmpty, "nobody was postponed")
    }

    @Test func `equal customers get the same, one of weight three gets three times as much`() {
        // Where the runs are makes no difference: four are in one process, one is in another.
        let places = [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 0]
        let all = (1...11).map {
            PacingWorld.Client(customer: Int64($0), weight: $0 == 11 ? 3 : 1, process: places[$0 - 1])
        }
        var world = PacingWorld(Self.perSecond, processes: 3, clients: all, seed: 9)
        world.run(for: .seconds(60))
        let shares = world.shares(from: .seconds(5))
        let equal = (1...10).map { Double(shares[$0] ?? 0) }
        let mean = equal.reduce(0, +) / 10
        for (index, share) in equal.enumerated() {
            #expect(abs(share / mean - 1) <= 0.05, "customer \(index + 1) has \(share), the mean is \(mean)")
        }
        #expect(abs(Double(shares[11] ?? 0) / mean / 3 - 1) <= 0.1, "\(shares[11] ?? 0) to \(mean)")
    }

    @Test func `what is new goes before backfill`() {
        var all = (1...6).map { PacingWorld.Client(customer: Int64($0), isFresh: false, process: $0 % 3) }
        for customer in 11...16 {
            all.append(
                PacingWorld.Client(
                    customer: Int64(customer), process: customer % 3, starts: .seconds(10), requests: 40))
        }
        var world = PacingWorld(Self.perSecond, processes: 3, clients: all, seed: 11)
        world.run(for: .seconds(30))
        // 240 requests need five seconds; the backfill stands still for that long, and goes on.
        let fresh = world.arrivals.filter(\.isFresh)
        #expect(fresh.count == 240)
        #expect((fresh.map(\.at).max() ?? world.now) - world.start < .seconds(17))
        #expect(world.used(from: .seconds(18), to: .seconds(30)) >= 0.9)
    }

    @Test func `after a 429 nothing is sent before the time it names, runs are postponed until then, and half is used`()
    {
        var world = PacingWorld(Self.perSecond, processes: 3, clients: clients(11), seed: 12)
        world.run(for: .seconds(10))
        let begin = world.now
        world.throttle(pause: .seconds(30))
        let waits = world.refusals.filter { $0.at == begin }
        #expect(waits.count >= 5)
        #expect(waits.allSatisfy { abs(($0.until - begin) / .seconds(1) - 30) < 0.001 })
        world.run(for: .seconds(40))
        let way = Self.perSecond.arrival
        #expect(!world.arrivals.contains { $0.at > begin + way && $0.at < begin + .seconds(30) })
        #expect(world.excess == 0)
        let after = world.used(from: .seconds(42), to: .seconds(49))
        #expect(after > 0.4 && after < 0.8, "\(after) of the limit is used")
        world.run(for: .seconds(80))
        #expect(world.used(from: .seconds(110), to: .seconds(130)) >= 0.9, "it never recovers")
    }

    @Test func `no more requests are under way than allowed, and as many as that`() {
        let rule = BudgetRule(concurrency: 4)
        var all = clients(9)
        for index in all.indices { all[index].answer = 200_000...300_000 }
        var world = PacingWorld(rule, processes: 3, clients: all, seed: 13)
        world.run(for: .seconds(60))
        #expect(world.mostUnderWay == 4)
        // Four at a time, a quarter of a second each.
        #expect(world.arrivals.count > 60 * 16 / 2, "\(world.arrivals.count)")
        #expect(Set(world.arrivals.map(\.customer)).count == 9)
    }

    @Test func `a process that alone has work gets all places`() {
        let all = (1...8).map { _ in PacingWorld.Client(customer: 1, process: 2, answer: 90_000...110_000) }
        var world = PacingWorld(BudgetRule(concurrency: 6), processes: 3, clients: all, seed: 14)
        world.run(for: .seconds(20))
        #expect(world.mostUnderWay == 6)
        #expect(world.arrivals.count > 20 * 60 * 8 / 10)
    }
}
