import Models
import Storage

extension ControlCheck {
    /// Every rule.
    public static let all: [ControlCheck] = applying + pacing + stopping + reporting

    private static let applying: [ControlCheck] = [
        ControlCheck("what is applied is there and due at once, and applying it again changes nothing") { fixture in
            let first = try await fixture.apply(customer())
            try expect([first.created, first.changed, first.unchanged], [3, 0, 0])
            let object = try await fixture.object()
            try expect(object.name, "acme/crm/people")
            try expect([object.provider, object.type, object.state], ["crm", "contacts", "idle"])
            let due = try there(object.nextDueAt)
            try expect(due <= (try await fixture.now()), true, "due at once")
            let second = try await fixture.apply(customer())
            try expect([second.created, second.changed, second.unchanged], [0, 0, 3])
            try expect(try await fixture.object().id, object.id)
        },
        ControlCheck("what differs is changed, and nothing else") { fixture in
            try await fixture.apply(customer())
            let report = try await fixture.apply(customer(weight: 2, enabled: false))
            try expect([report.created, report.changed, report.unchanged], [0, 2, 1])
            try expect(try await fixture.object().state, "disabled")
        },
        ControlCheck("what is not mentioned stays") { fixture in
            try await fixture.apply(customer(override: #"{"settle":"5m"}"#))
            var bare = customer()
            bare.integrations = []
            try await fixture.apply(bare, customer("other"))
            try expect(try await fixture.object().state, "idle")
            try await fixture.apply(customer())
            let target = try await fixture.reports.target(object: fixture.object().id)
            try expect(try await fixture.integrations.overrides(object: target?.id ?? 0).count, 1)
        },
        ControlCheck("an integration keeps its provider, and what is refused leaves nothing behind") { fixture in
            try await fixture.apply(customer())
            do {
                try await fixture.apply(customer("other"), customer(provider: "erp"))
                throw BrokenRule(description: "the provider could be changed")
            } catch let failure as Failure {
                try expect(failure.kind, .configuration)
            }
            try expect(try await fixture.reports.objects(named: nil, counting: .none).map(\.name), ["acme/crm/people"])
        },
        ControlCheck("the overrides of everyone concern an object, the widest first") { fixture in
            try await fixture.apply(
                customer(
                    overrides: ["crm": #"{"a":1}"#, "erp": #"{"a":2}"#], override: #"{"a":3}"#,
                    objectOverride: #"{"a":4}"#), customer("other", overrides: ["crm": #"{"a":5}"#]))
            let target = try await fixture.reports.target(object: fixture.object().id)
            let overrides = try await fixture.integrations.overrides(object: target?.id ?? 0)
            try expect(overrides.map(\.reach), [.customer, .integration, .integrationObject])
            try expect(
                overrides.map { String(decoding: $0.patch, as: UTF8.self) }, [#"{"a":1}"#, #"{"a":3}"#, #"{"a":4}"#])
        },
    ]

    private static let pacing: [ControlCheck] = [
        ControlCheck("paces are resolved from all overrides, those applied before included") { fixture in
            try await fixture.apply(customer(overrides: ["crm": #"{"a":1}"#], override: #"{"a":2}"#))
            let asked = Asked()
            _ = try await fixture.control.apply([customer(objectOverride: #"{"a":3}"#)], now: fixture.now()) { object in
                asked.note(object)
                return ObjectPace()
            }
            try expect(asked.objects.map(\.provider), ["crm"])
            try expect(asked.objects.map(\.object), ["people"])
            try expect(
                asked.objects.map { $0.overrides.map(\.reach) }, [[.customer, .integration, .integrationObject]])
        },
        ControlCheck("the narrowest says how often: the object itself, an override, the customer, the provider") {
            fixture in
            try await fixture.apply(customer())
            try await fixture.sync(fixture.object(), secondsAgo: 1)
            // Each is far from the others, for slots lie anywhere in half a pace to one and a half.
            let steps: [(CustomerSpecification, ObjectPace?, Double)] = [
                (customer(paces: ["crm": .seconds(36_000)]), ObjectPace(), 36_000),
                (
                    customer(paces: ["crm": .seconds(36_000)]),
                    ObjectPace(every: .seconds(360_000), isOverridden: true),
                    360_000
                ),
                (customer(), nil, 360_000),
                (customer(every: .seconds(3_600_000)), nil, 3_600_000),
                (customer(), nil, 360_000),
                (customer(), ObjectPace(), 36_000),
                // What an object has of itself says something only where nobody else does.
                (customer(), ObjectPace(every: .seconds(360)), 36_000),
            ]
            for (index, (customer, pace, expected)) in steps.enumerated() {
                try await fixture.apply(customer, pace: pace)
                let share = try await fixture.pause() / expected
                try expect((0.45...1.55).contains(share), true, "step \(index): \(share) of the pace, so it")
            }
        },
        ControlCheck(
            "of a customer's paces that for the object goes first, then its provider's, its type's, everything's"
        ) {
            fixture in
            try await fixture.apply(customer())
            try await fixture.sync(fixture.object(), secondsAgo: 1)
            let subjects: [(String, Double)] = [
                ("", 36_000), ("contacts", 360_000), ("crm", 3_600_000), ("crm/people", 36_000_000),
            ]
            for (subject, seconds) in subjects {
                // What is said of others changes nothing.
                for other in ["erp", "deals", "crm/firms", "erp/people"] {
                    try await fixture.apply(customer(paces: [other: .seconds(60)]))
                }
                try await fixture.apply(customer(paces: [subject: .seconds(Int64(seconds))]))
                let share = try await fixture.pause() / seconds
                try expect((0.45...1.55).contains(share), true, "'\(subject)': \(share) of the pace, so it")
            }
        },
        ControlCheck("an object that is late by its new pace is due at once") { fixture in
            try await fixture.apply(customer())
            try await fixture.sync(fixture.object(), secondsAgo: 300)
            try expect(try await fixture.pause(), 600)
            try await fixture.apply(customer(), pace: ObjectPace(every: .seconds(60), isOverridden: true))
            let due = try there(try await fixture.object().nextDueAt)
            try expect(due <= (try await fixture.now()), true, "due at once")
        },
        ControlCheck("a pace that stays moves nothing") { fixture in
            let pace = ObjectPace(every: .seconds(3600), isOverridden: true)
            try await fixture.apply(customer(), pace: pace)
            try await fixture.sync(fixture.object(), secondsAgo: 300)
            try await fixture.apply(customer(), pace: pace)
            try expect(try await fixture.pause(), 600)
        },
    ]

    private static let stopping: [ControlCheck] = [
        ControlCheck("an object is never there without the credential that it is applied with") { fixture in
            struct NoKey: Error {}
            var sealing = customer()
            sealing.integrations[0].credential = { _ in throw NoKey() }
            let wanted = sealing
            do {
                try await fixture.apply(wanted)
                throw BrokenRule(description: "it was applied although its secrets could not be sealed")
            } catch is NoKey {}
            try expect(try await fixture.reports.objects(named: nil, counting: .none).map(\.name), [])
        },
        ControlCheck("a credential wakes an integration that was stopped, and has a version more each time") {
            fixture in
            try await fixture.apply(customer())
            let integration = try await fixture.integration()
            try await fixture.stop(integration: integration, because: Failure(.authorization, "it answers 401"))
            let stopped = try await fixture.object()
            try expect(stopped.state, "disabled")
            try expect(stopped.failureClass, "authorization")
            try expect(stopped.failureCause, "it answers 401")
            try expect(stopped.nextDueAt, nil)
            try expect(try await fixture.integrations.credential(integration: integration), nil)
            for version in 1...2 as ClosedRange<Int64> {
                var sealing = customer()
                sealing.integrations[0].credential = { _ in
                    StoredCredential(ciphertext: [UInt8(version)], keyID: "k", version: 1)
                }
                try await fixture.apply(sealing)
                let stored = try await fixture.integrations.credential(integration: integration)
                try expect(stored?.ciphertext, [UInt8(version)])
                try expect(stored?.version, version)
            }
            try expect(try await fixture.object().state, "idle")
            try expect(try await fixture.object().failureClass, nil)
        },
        ControlCheck("applying does not start what a failure has stopped, enabling does") { fixture in
            try await fixture.apply(customer())
            try await fixture.sync(fixture.object(), secondsAgo: 10)
            let integration = try await fixture.integration()
            try await fixture.stop(integration: integration, because: Failure(.authorization, "it answers 401"))
            try await fixture.apply(customer())
            try expect(try await fixture.object().state, "disabled")
            try await fixture.control.enable(integration: integration)
            let due = try there(try await fixture.object().nextDueAt)
            try expect(due <= (try await fixture.now()), true, "due at once")
        },
    ]

    private static let reporting: [ControlCheck] = [
        ControlCheck("objects are found by the parts of their name and by their id, and listed by name") { fixture in
            try await fixture.apply(customer("b"), customer("a"), customer("a1"))
            let all = try await fixture.reports.objects(named: nil, counting: .none)
            try expect(all.map(\.name), ["a/crm/people", "a1/crm/people", "b/crm/people"])
            for (name, found) in [
                ("a", 1), ("a/crm", 1), ("a/crm/people", 1), ("a/c", 0), ("", 0), (all[1].id.description, 1),
            ] {
                try expect(
                    try await fixture.reports.objects(named: name, counting: .none).count, found, "objects of '\(name)'"
                )
            }
        },
        ControlCheck("records are counted where that is asked for, deleted ones are not") { fixture in
            try await fixture.apply(customer(type: .custom("visits")))
            try await fixture.store(records: 3, rejected: 2, of: fixture.object().id)
            for (counting, records, rejected) in [(RecordCount.none, 0, 0), (.estimated, 3, 2), (.exact, 3, 2)] {
                let object = try await fixture.object(counting: counting)
                try expect([object.records, object.rejected], [Int64(records), Int64(rejected)], "\(counting)")
                try expect(object.recordsAreEstimated, false)
            }
        },
        ControlCheck("runs are shown newest first, and those that found nothing are counted") { fixture in
            try await fixture.apply(customer())
            let object = try await fixture.object()
            let start = try await fixture.now() - .seconds(100)
            for run in 1...5 as ClosedRange<Int64> {
                let report = RunReport(
                    run: run, kind: run == 1 ? "initial" : "incremental", outcome: run == 4 ? "failed" : "succeeded",
                    openedAt: start + .seconds(run), endedAt: start + .seconds(run + 1), attempts: 1, pages: 2,
                    fetched: run == 3 ? 0 : 7, stored: run == 3 ? 0 : 4, unchanged: run == 3 ? 0 : 2,
                    rejected: run == 3 ? 0 : 1, failure: run == 4 ? "transient: it answers 500" : nil)
                try await fixture.end(report, of: object.id)
            }
            let (runs, empty) = try await fixture.reports.runs(object: object.id, limit: 3)
            try expect(runs.map(\.run), [5, 4, 2])
            try expect(runs.map(\.failure), [nil, "transient: it answers 500", nil])
            try expect(runs.first.map { [$0.fetched, $0.stored, $0.unchanged, $0.rejected] }, [7, 4, 2, 1])
            try expect(empty, 1)
        },
        ControlCheck("a sync is due when it is asked for, and is the next run unless one is under way") { fixture in
            try await fixture.apply(customer())
            let object = try await fixture.object()
            try expect(try await fixture.reports.requestSync(object: object.id, full: false), 1)
            try await fixture.sync(object, secondsAgo: 5, run: 7)
            try expect(try await fixture.reports.requestSync(object: object.id, full: false), 8)
            let due = try there(try await fixture.object().nextDueAt)
            try expect(due <= (try await fixture.now()), true, "due at once")
            try await fixture.begin(run: 8, of: object.id)
            try expect(try await fixture.reports.requestSync(object: object.id, full: true), nil)
            try expect(try await fixture.object().state, "running")
        },
        ControlCheck("a mapping that is asked for again starts at the beginning") { fixture in
            try await fixture.apply(customer())
            guard let target = try await fixture.reports.target(object: fixture.object().id) else {
                throw BrokenRule(description: "there is no target")
            }
            try expect([target.provider, target.object], ["crm", "people"])
            try expect(String(decoding: target.settings, as: UTF8.self), #"{"region":"eu"}"#)
            try expect(try await fixture.reports.remapping(object: target.id), nil)
            for definition in ["one", "two"] {
                try await fixture.reports.requestRemapping(
                    object: target.id, provider: target.provider, name: target.object, definition: definition,
                    body: Array("{}".utf8))
                try expect(try await fixture.reports.remapping(object: target.id), "")
            }
        },
        ControlCheck("everything that is stored is published again, and what is deleted") { fixture in
            try await fixture.apply(customer(type: .custom("visits")))
            try expect(try await fixture.reports.republish(), 0)
            try await fixture.store(records: 3, rejected: 0, of: fixture.object().id)
            try expect(try await fixture.reports.republish(), 4)
        },
    ]
}
