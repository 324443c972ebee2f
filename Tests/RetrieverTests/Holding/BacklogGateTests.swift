import Models
import Retriever
import Storage
import Testing

@Suite("The backlog of a customer", .timeLimit(.minutes(1))) struct BacklogGateTests {
    @Test func `an allowance grows while the processors run dry, up to its bound`() {
        var allowance = BacklogAllowance(most: 2000)
        #expect(allowance.records == BacklogAllowance.least)
        for _ in 0..<10 { allowance.note(left: 0, customers: 1) }
        #expect(allowance.records == 2000)
    }

    @Test func `an allowance shrinks while much is left, down to its least`() {
        var allowance = BacklogAllowance(most: 50_000)
        for _ in 0..<8 { allowance.note(left: 0, customers: 1) }
        let grown = allowance.records
        allowance.note(left: grown, customers: 1)
        #expect(allowance.records < grown)
        for _ in 0..<60 { allowance.note(left: 50_000, customers: 1) }
        #expect(allowance.records == BacklogAllowance.least)
    }

    @Test func `an allowance stays where a part is left`() {
        var allowance = BacklogAllowance(most: 50_000)
        for _ in 0..<5 { allowance.note(left: 0, customers: 1) }
        let before = allowance.records
        allowance.note(left: before * 3 / 10, customers: 1)
        #expect(allowance.records == before)
    }

    @Test func `beside other customers an allowance is a turn, of which many have a share`() {
        var beside = BacklogAllowance(most: 50_000)
        beside.note(left: 50_000, customers: 5)
        #expect(beside.records == BacklogAllowance.turn)
        var among = BacklogAllowance(most: 50_000)
        among.note(left: 50_000, customers: 10)
        #expect(among.records == BacklogAllowance.turns / 10)
        among.note(left: 50_000, customers: 1000)
        #expect(among.records >= BacklogAllowance.least && among.records < BacklogAllowance.turns / 10)
        for _ in 0..<60 { beside.note(left: 50_000, customers: 1) }
        #expect(beside.records == BacklogAllowance.least)
    }

    @Test func `customers that fetch side by side have a turn each, and one alone has not`() async throws {
        let together = try await passed(customers: [7, 8])
        let alone = try await passed(customers: [7])
        #expect(together == BacklogAllowance.turn / 100 * 2)
        #expect(alone < BacklogAllowance.turn / 100)
    }

    /// How many pages of a hundred records are let pass while nothing is stored, the allowances being looked at twice.
    private func passed(customers: [Int64]) async throws -> Int64 {
        let gate = BacklogGate(bounds: .init())
        let pages = Pages()
        let fetching = customers.map { customer in
            Task {
                while true {
                    try await gate.pass(object: customer, customer: customer)
                    await gate.declare(100, object: customer, customer: customer)
                    await pages.add(customer)
                }
            }
        }
        for _ in 0..<3 {
            while await gate.waiting < customers.count { await Task.yield() }
            await gate.startReading()
            let known = await pages.backlog
            await gate.update(known)
        }
        while await gate.waiting < customers.count { await Task.yield() }
        for task in fetching {
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        return await pages.backlog.byCustomer.values.reduce(0, +) / 100
    }

    private actor Pages {
        private(set) var backlog = Backlog()
        func add(_ customer: Int64) {
            backlog.byObject[customer, default: 0] += 100
            backlog.byCustomer[customer, default: 0] += 100
        }
    }

    @Test func `a bound below the least is kept`() {
        var allowance = BacklogAllowance(most: 100)
        allowance.note(left: 100, customers: 1)
        #expect(allowance.records == 100)
    }

    @Test func `a customer at its bound waits until the database says that its backlog is stored`() async throws {
        let gate = BacklogGate(bounds: .init(perObject: 1000, perCustomer: 1000))
        await gate.declare(1000, object: 1, customer: 7)
        let order = Order()
        let waiting = Task {
            try await gate.pass(object: 2, customer: 7)
            await order.note("passed")
        }
        while await gate.waiting == 0 { await Task.yield() }
        try await gate.pass(object: 3, customer: 8)
        await order.note("another customer passed")
        await gate.startReading()
        await gate.update(Backlog())
        try await waiting.value
        #expect(await order.events == ["another customer passed", "passed"])
    }

    @Test func `what is declared while the database is being asked still counts afterwards`() async throws {
        let gate = BacklogGate(bounds: .init(perObject: 100, perCustomer: 100))
        await gate.startReading()
        await gate.declare(100, object: 1, customer: 7)
        await gate.update(Backlog())
        let waiting = Task { try await gate.pass(object: 1, customer: 7) }
        while await gate.waiting == 0 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(await gate.waiting == 0)
    }

    @Test func `nobody waits for good: what is missing may be lost`() async throws {
        let gate = BacklogGate(bounds: .init(perObject: 100, perCustomer: 100), patience: .milliseconds(1))
        await gate.declare(100, object: 1, customer: 7)
        let waiting = Task { try await gate.pass(object: 1, customer: 7) }
        while await gate.waiting == 0 { await Task.yield() }
        while await gate.waiting > 0 {
            await gate.startReading()
            await gate.update(Backlog(byObject: [1: 100], byCustomer: [7: 100]))
        }
        await #expect(throws: BacklogGate.HeldUp.self) { try await waiting.value }
    }

    private actor Order {
        private(set) var events: [String] = []
        func note(_ event: String) { events.append(event) }
    }
}
