import Models
import Testing

@Suite struct CircuitMachineTests {
    private let start = Timestamp(seconds: 1_750_000_000)
    private let rules = CircuitRules(
        integrations: 5, pause: .seconds(30), longestPause: .seconds(100), everyone: 8)

    private func seen(_ failing: Int, _ answered: Int, waiting: Int = 100, after: Int = 0) -> CircuitObservation {
        CircuitObservation(failing: failing, answered: answered, waiting: waiting, now: start + .seconds(after))
    }

    @Test func `few failures, or many among as many answers, open nothing`() {
        var machine = CircuitMachine(.closed, rules: rules)
        #expect(machine.handle(seen(4, 0)) == nil)
        #expect(machine.handle(seen(500, 5)) == nil)
        #expect(machine.circuit == .closed)
        #expect(machine.circuit.runsAtOnce == .max)
    }

    @Test func `many that fail together open it, once`() {
        var machine = CircuitMachine(.closed, rules: rules)
        #expect(machine.handle(seen(5, 0)) == .open)
        #expect(machine.circuit.runsAtOnce == 0)
        #expect(machine.handle(seen(100, 0, after: 29)) == nil)
        #expect(machine.handle(seen(100, 0, after: 30)) == .probe(allowed: 1))
        #expect(machine.circuit.runsAtOnce == 1)
    }

    @Test func `a probe that fails waits longer each time, up to a bound`() {
        var machine = CircuitMachine(.closed, rules: rules)
        _ = machine.handle(seen(5, 0))
        var now = 0
        var pauses: [Int] = []
        for _ in 0..<4 {
            var pause = 0
            while machine.handle(seen(0, 0, after: now)) == nil { (now, pause) = (now + 1, pause + 1) }
            pauses.append(pause)
            #expect(machine.handle(seen(1, 0, after: now)) == nil)
            #expect(machine.circuit.runsAtOnce == 0)
        }
        #expect(pauses == [30, 60, 100, 100])
    }

    @Test func `answers let more and more in, until everybody is back`() {
        var machine = CircuitMachine(.halfOpen(allowed: 1, pauses: 0, since: start), rules: rules)
        #expect(machine.handle(seen(0, 0)) == nil)
        #expect(machine.handle(seen(0, 1)) == .probe(allowed: 2))
        #expect(machine.handle(seen(0, 1)) == nil)
        #expect(machine.handle(seen(0, 3)) == .probe(allowed: 4))
        #expect(machine.handle(seen(1, 7)) == .probe(allowed: 8))
        #expect(machine.handle(seen(1, 15)) == .close)
        #expect(machine.circuit == .closed)
    }

    @Test func `it closes where nobody is left to try`() {
        var answered = CircuitMachine(.halfOpen(allowed: 2, pauses: 0, since: start), rules: rules)
        #expect(answered.handle(seen(0, 3, waiting: 0)) == .close)
        var empty = CircuitMachine(.halfOpen(allowed: 1, pauses: 0, since: start), rules: rules)
        #expect(empty.handle(seen(0, 0, waiting: 0, after: 100)) == nil)
        #expect(empty.handle(seen(0, 0, waiting: 0, after: 101)) == .close)
    }
}
