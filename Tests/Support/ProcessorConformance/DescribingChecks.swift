import Models
import Processor
import Storage

extension DataStoreCheck {
    static let describing: [DataStoreCheck] = [
        DataStoreCheck("an account is described by its most recently modified source, in whatever order they arrive") {
            fixture in
            let pipeline = TestPipeline(fixture)
            for (number, order) in permutations([0, 1, 2]).enumerated() {
                let domain = "co\(number).com"
                let records = [
                    pipeline.record(1, "s\(number)", ["name": "Oldest", "domain": domain], modified: 10),
                    pipeline.record(6, "z\(number)", ["name": "Newest", "domain": domain], modified: 30),
                    pipeline.record(
                        4, "t\(number)", ["name": "Tied", "domain": domain, "not": "contacts"], modified: 30),
                ]
                for place in order { try await pipeline.store([records[place]]) }
                let sources = try await fixture.entities(.account).map(\.source).filter { $0.hasSuffix("\(number)") }
                try expect(sources, ["z\(number)"], "the source after \(order)")
            }
        },
        DataStoreCheck("when the describing source is deleted, the next one describes") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([
                pipeline.record(1, "a1", ["name": "First", "domain": "acme.com"], modified: 10),
                pipeline.record(6, "x1", ["name": "Second", "domain": "acme.com"], modified: 20),
            ])
            try expect(try await fixture.entities(.account).map(\.name), ["Second"])
            _ = try await pipeline.published()
            try await pipeline.store([
                pipeline.record(6, "x1", [:], modified: nil, run: 2, isDeleted: true, tellsIDAlone: true)
            ])
            let account = try await fixture.entities(.account)
            try expect(account.map(\.name), ["First"])
            try expect(account.map(\.isDeleted), [false])
            let value = try await pipeline.published()["tributary.records.accounts \(account[0].id)"]
            try expect(value??.contains("First"), true, "the published name")
        },
        DataStoreCheck("an account without sources is gone, and returns with one") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(1, "a1", ["name": "Acme", "domain": "acme.com"], modified: 10)])
            _ = try await pipeline.published()
            try await pipeline.store([
                pipeline.record(1, "a1", ["name": "Acme"], modified: 20, index: 1, isDeleted: true)
            ])
            let gone = try await fixture.entities(.account)
            try expect(gone.map(\.isDeleted), [true])
            try expect(try await pipeline.published(), ["tributary.records.accounts \(gone[0].id)": nil])
            try await pipeline.store([
                pipeline.record(6, "x1", ["name": "Acme Again", "domain": "acme.com"], modified: 5)
            ])
            let back = try await fixture.entities(.account)
            try expect(back.map(\.id), gone.map(\.id))
            try expect(back.map(\.name), ["Acme Again"])
            try expect(back.map(\.isDeleted), [false])
        },
        DataStoreCheck("stored payloads are mapped again with another definition") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([
                pipeline.record(4, "cus_1", ["name": "Ann", "email": "ann@acme.com"]),
                pipeline.record(4, "cus_2", ["name": "Bob", "email": "bob@acme.com"], index: 1),
            ])
            try expect(try await fixture.entities(.contact).map(\.isDeleted), [false, false])
            try await fixture.requestRemapping(objectID: 4, definition: "accounts")
            let remapping = Remapping(store: fixture.store, cache: pipeline.cache, clock: TestClock())
            var steps = 0
            while try await remapping.step(limit: 1) { steps += 1 }
            try expect(steps, 3, "the steps")
            try expect(try await fixture.entities(.contact).map(\.isDeleted), [true, true])
            try expect(try await fixture.entities(.account).map(\.isDeleted), [false, false])
        },
    ]

    static let publishing: [DataStoreCheck] = [
        DataStoreCheck("what is sent twice is sent as it is now") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(3, "d1", ["title": "Old"], modified: 1)])
            try await pipeline.store([pipeline.record(3, "d1", ["title": "New"], modified: 2, index: 1)])
            let value = try await pipeline.published().values.first
            try expect(value??.contains("New"), true)
        },
        DataStoreCheck("what was not sent stays to be published") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([pipeline.record(3, "d1", ["title": "Deal"])])
            struct Away: Error {}
            do {
                _ = try await fixture.publications.publishRecords(limit: 1) { _ in throw Away() }
                throw BrokenRule(description: "the error was swallowed")
            } catch is Away {}
            try expect(try await pipeline.published().count, 1)
        },
        DataStoreCheck("another broker gets everything again") { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.store([
                pipeline.record(1, "a1", ["name": "Acme"]), pipeline.record(2, "c1", ["name": "Ann"]),
                pipeline.record(3, "d1", ["title": "Deal"]), pipeline.record(5, "b1", ["room": "12"]),
            ])
            let first = try await pipeline.published()
            try expect(first.count, 4)
            try expect(try await fixture.publications.publishedCluster(), nil)
            try await fixture.publications.publish(to: "one", everything: false)
            try expect(try await pipeline.published().count, 0)
            try await fixture.publications.publish(to: "two", everything: true)
            try expect(try await fixture.publications.publishedCluster(), "two")
            try expect(try await pipeline.published(), first)
        },
    ]
}
