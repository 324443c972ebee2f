import Models
import Postgres
import Processor
import ProcessorConformance
import Storage
import Testing

struct PostgresDataStoreTests {
    @Test("the Postgres tables keep every rule", arguments: DataStoreCheck.all)
    func conformance(_ check: DataStoreCheck) async throws {
        try await PostgresDataFixture.with { try await check.run($0) }
    }

    @Test func `rows that Postgres refuses are found and rejected, the rest of the batch is stored`() async throws {
        try await PostgresDataFixture.with { fixture in
            let pipeline = TestPipeline(fixture)
            try await pipeline.declare(3, expected: 20)
            let batch = (0..<20).map { number in
                pipeline.record(
                    3, "d\(number)", ["title": "Deal", "amount": [4, 11].contains(number) ? "1e999999" : "1.50"],
                    index: Int32(number))
            }
            let counts = try await pipeline.store(batch)
            #expect([counts.stored, counts.rejected] == [18, 2])
            #expect(try await fixture.records(.deals).count == 18)
            let page = try await fixture.page(PageKey(objectID: 3, run: 1, page: 0))
            #expect(
                page == PageFacts(bits: String(repeating: "1", count: 20), stored: 18, unchanged: 0, rejected: 2))
            let reasons = try await fixture.admin.query("select reason from tributary.rejected").rows.map {
                try $0.text("reason")
            }
            #expect(reasons.count == 2)
            #expect(reasons.allSatisfy { $0.contains("SQLSTATE 22") && !$0.contains("1e999999") })
        }
    }

    @Test func `payloads that Postgres cannot hold are rejected`() async throws {
        try await PostgresDataFixture.with { fixture in
            let pipeline = TestPipeline(fixture)
            var bad = pipeline.record(5, "b1", [:])
            bad.value = Array(#"{"room": tru}"#.utf8)[...]
            let counts = try await pipeline.store([bad, pipeline.record(5, "b2", ["room": "1"], index: 1)])
            #expect([counts.stored, counts.rejected] == [1, 1])
        }
    }

    @Test func `processors that meet the same companies at the same moment create each once`() async throws {
        try await PostgresDataFixture.with { fixture in
            let pipelines = (0..<4).map { _ in TestPipeline(fixture) }
            for object in [Int64(1), 6] { try await pipelines[0].declare(object, expected: 200) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, pipeline) in pipelines.enumerated() {
                    group.addTask {
                        for start in stride(from: 0, to: 200, by: 20) {
                            let batch = (start..<start + 20).map { place in
                                // Two objects have every company; the others of each pair deliver the same messages.
                                pipeline.record(
                                    number % 2 == 0 ? 1 : 6, "a\(place)",
                                    ["name": "Company \(place)", "domain": "company\(place).com"], index: Int32(place))
                            }
                            try await pipeline.store(number < 2 ? batch : batch.reversed(), declaring: false)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.entities(.account).count == 200)
            #expect(try await fixture.matches().count == 400)
            for object in [Int64(1), 6] {
                let page = try await fixture.page(PageKey(objectID: object, run: 1, page: 0))
                #expect(page?.stored == 200)
                #expect(page?.unchanged == 0)
            }
        }
    }

    @Test func `records and what they refer to are linked, although two processors store them at the same moment`()
        async throws
    {
        try await PostgresDataFixture.with { fixture in
            let pipelines = (0..<2).map { _ in TestPipeline(fixture) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 0..<150 {
                        try await pipelines[0].store(
                            [pipelines[0].record(1, "a\(number)", ["name": "Co \(number)"])], declaring: false)
                    }
                }
                group.addTask {
                    for number in 0..<150 {
                        try await pipelines[1].store(
                            [pipelines[1].record(3, "d\(number)", ["title": "D", "account": "a\(number)"])],
                            declaring: false)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.records(.deals).filter { $0.account == nil }.isEmpty)
        }
    }
}
