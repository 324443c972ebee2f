import Models
import Testing

@Suite struct FailureMachineTests {
    private let start = Timestamp(seconds: 1_750_000_000)
    private let rules = FailureRules(runs: 10, time: .seconds(3 * 86_400), probeEvery: .seconds(6 * 3600))

    private func failed(
        _ kind: FailureClass, inARow: Int = 0, down: Bool = false, stale: Bool = false, after: Duration = .zero
    ) -> HealthEvent {
        .failed(kind, inARow: inARow, providerIsDown: down, isStale: stale, at: start + after)
    }

    @Test func `a refused credential stops the integration at once, and its customer is told`() {
        var machine = FailureMachine(IntegrationHealth(), rules: rules)
        #expect(machine.handle(failed(.authorization)) == [.stop(.authorization), .raise(.reconnect)])
        #expect(machine.health.stopped == .authorization)
    }

    @Test func `a run from before the reconnection stops nothing`() {
        var machine = FailureMachine(IntegrationHealth(), rules: rules)
        #expect(machine.handle(failed(.authorization, stale: true)) == [.retry(afterPaces: 0)])
        #expect(machine.health == IntegrationHealth())
    }

    @Test func `a success that was under way does not undo a refusal; enabling does`() {
        var machine = FailureMachine(IntegrationHealth(stopped: .authorization), rules: rules)
        #expect(machine.handle(.succeeded) == [])
        #expect(machine.health.stopped == .authorization)
        #expect(machine.handle(.enabled) == [.resume])
        #expect(machine.health == IntegrationHealth())
    }

    @Test func `a wrong configuration pauses the object and nothing else`() {
        var machine = FailureMachine(IntegrationHealth(), rules: rules)
        #expect(machine.handle(failed(.configuration)) == [.pauseObject, .raise(.paused)])
        #expect(machine.health.stopped == nil)
    }

    @Test func `a response that does not fit slows the object down, more with each one in a row`() {
        var machine = FailureMachine(IntegrationHealth(), rules: rules)
        let paces = (0..<7).map { machine.handle(failed(.definition, inARow: $0)).first }
        #expect(paces == [0, 1, 3, 7, 15, 15, 15].map { .retry(afterPaces: $0) })
        #expect(machine.handle(failed(.definition)).contains(.raise(.misfit)))
        #expect(machine.handle(failed(.internalFault)).contains(.raise(.fault)))
    }

    @Test func `neither a count alone nor a time alone stops an integration`() {
        var quick = FailureMachine(IntegrationHealth(), rules: rules)
        for second in 0..<1000 { #expect(!stops(quick.handle(failed(.transient, after: .seconds(second))))) }
        var slow = FailureMachine(IntegrationHealth(), rules: rules)
        for week in 0..<9 { #expect(!stops(slow.handle(failed(.transient, after: .seconds(week * 7 * 86_400))))) }
        #expect(stops(slow.handle(failed(.transient, after: .seconds(10 * 7 * 86_400)))))
    }

    @Test func `it warns once at half way, stops at the end, and the first success of the probe undoes it`() {
        var machine = FailureMachine(IntegrationHealth(), rules: rules)
        var raised: [AlertKind] = []
        for tenth in 0...10 {
            for action in machine.handle(failed(.transient, inARow: tenth, after: .seconds(tenth * 26_000))) {
                if case .raise(let kind) = action { raised.append(kind) }
            }
        }
        #expect(raised == [.failing, .stopped])
        #expect(machine.health.stopped == .repeated)
        #expect(machine.handle(failed(.transient, after: .seconds(400_000))) == [.probe(after: rules.probeEvery)])
        #expect(machine.handle(.succeeded) == [.resume])
        #expect(machine.health == IntegrationHealth())
    }

    @Test func `what fails while the provider is down for everyone counts for nobody`() {
        var machine = FailureMachine(IntegrationHealth(), rules: rules)
        for day in 0..<100 {
            #expect(machine.handle(failed(.transient, down: true, after: .seconds(day * 86_400))).count == 1)
        }
        #expect(machine.health == IntegrationHealth())
    }

    @Test func `a success forgets every failure before it`() {
        var machine = FailureMachine(IntegrationHealth(), rules: rules)
        _ = machine.handle(failed(.transient))
        #expect(machine.health.failedRuns == 1)
        #expect(machine.handle(.succeeded) == [])
        #expect(machine.health == IntegrationHealth())
    }

    @Test(arguments: AlertKind.allCases) func `every alert says what, whom, what to do and when it is fixed`(
        kind: AlertKind
    ) {
        let draft = AlertDraft(
            kind, Failure(.transient, "it answers 503"),
            about: AlertSubject(customer: "acme", integration: "crm", provider: "salesforce", object: "accounts"))
        for text in [draft.cause, draft.effect, draft.advice, draft.fixedWhen, draft.subject, draft.key] {
            #expect(!text.isEmpty)
        }
        #expect(draft.subject == (kind == .outage ? "salesforce" : draft.isOfObject ? "acme/crm/accounts" : "acme/crm"))
    }

    private func stops(_ actions: [HealthAction]) -> Bool { actions.contains(.stop(.repeated)) }
}
