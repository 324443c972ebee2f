import Models
import Retriever
import Storage
import Testing

@Suite("The backlog of a customer") struct BacklogGateTests {
    @Test func `an allowance grows while the processors run dry, up to its bound`() {
        var allowance = BacklogAllowance(most: 2000)
        #expect(allowance.records == BacklogAllowance.least)
        for _ in 0..<10 { allowance.note(left: 0) }
        #expect(allowance.records == 2000)
    }

    @Test func `an allowance shrinks while much is left, down to its least`() {
        var allowance = BacklogAllowance(most: 50_000)
        for _ in 0..<8 { allowance.note(left: 0) }
        let grown = allowance.records
        allowance.note(left: grown)
        #expect(allowance.records < grown)
        for _ in 0..<60 { allowance.note(left: 50_000) }
        #expect(allowance.records == BacklogAllowance.least)
    }

    @Test func `an allowance stays where a part is left`() {
        var allowance = BacklogAllowance(most: 50_000)
        for _ in 0..<5 { allowance.note(left: 0) }
        let before = allowance.records
        allowance.note(left: before * 3 / 10)
        #expect(allowance.records == before)
    }

    @Test func `a bound below the least is kept`() {
        var allowance = BacklogAllowance(most: 100)
        allowance.note(left: 100)
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

    private actor Order {
        private(set) var events: [String] = []
        func note(_ event: String) { events.append(event) }
    }
}
