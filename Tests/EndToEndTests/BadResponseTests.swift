import Foundation
import JSON
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// Whatever a provider answers, what is right is stored, what is wrong is named or counted, and the retriever lives on.
@Suite(.serialized, .alone) struct BadResponseTests {
    /// What `tributary status` says of each, as class and a part of the cause.
    private static let failures: [OddServer.Oddity: (kind: String, cause: String)] = [
        .html: ("definition", "HTML"), .truncated: ("transient", "not complete"), .cut: ("transient", "odd"),
        .flood: ("definition", "odd"), .deep: ("definition", "deep"), .latin: ("definition", "UTF-8"),
        .misshapen: ("definition", "does not fit"),
    ]

    @Test func `bad responses give classed failures or counted rejections and harm nothing else`() async throws {
        try await withTestDatabase { database in
            let server = try OddServer()
            let pipeline = try await Pipeline(
                database: database, catalog: TestCatalog.path, settings: QuickSettings.all)
            let file = """
                customers:
                  - key: acme
                    integrations:
                      - key: odd
                        provider: odd
                        settings: { base_url: "\(server.url)" }
                        secrets: { token: { env: ODD_TOKEN } }
                """
            let path = try pipeline.write(file, to: "apply.yaml")
            try await pipeline.tributary("apply", "-f", path, settings: ["ODD_TOKEN": "sk_odd"])
            do {
                try pipeline.start("scheduler")
                let retriever = try pipeline.start("retriever")
                try pipeline.start("processor")
                try await Self.waitForFailures(pipeline)
                try await Self.checkStatus(pipeline)
                // The valid page before the bad one is stored, whatever became of its run.
                for oddity in OddServer.Oddity.allCases {
                    let isWhole = oddity == .fine || oddity == .idless
                    try await Self.waitForRecords(isWhole ? 10 : 5, of: oddity, pipeline)
                }
                try await Self.checkRejections(pipeline)
                // A page may have 64 MB; of an endless one no more than that is ever held, and not for ever.
                let peak = try retriever.peakMemory()
                print("bad responses: the retriever's memory peaked at \(peak >> 20) MB")
                #expect(peak < 350 << 20, "the retriever held \(peak >> 20) MB; logs in \(pipeline.logs)")
                server.mend()
                for oddity in Self.failures.keys { try await pipeline.tributary("sync", "acme/odd/\(oddity.rawValue)") }
                for oddity in OddServer.Oddity.allCases { try await Self.waitForRecords(10, of: oddity, pipeline) }
                try await pipeline.wait(
                    for: "every object to be healthy again", within: .seconds(60),
                    until:
                        "not exists (select 1 from tributary.object_state where failure_class is not null or complete_until is null)"
                )
                #expect(retriever.outcome == nil, "the retriever ended; logs in \(pipeline.logs)")
            } catch {
                await pipeline.stop()
                throw error
            }
            await pipeline.stop()
        }
    }

    private static func waitForFailures(_ pipeline: Pipeline) async throws {
        try await pipeline.wait(
            for: "the failures", within: .seconds(120),
            until: """
                (select count(*) from tributary.object_state where failure_class is not null) = \(failures.count)
                and (select count(*) from tributary.object_state where complete_until is not null) = 2
                """)
    }

    private static func checkStatus(_ pipeline: Pipeline) async throws {
        let shown = try await pipeline.tributary("status")
        let lines = shown.split(separator: "\n")
        for (oddity, failure) in failures {
            let line = lines.first { $0.contains("acme/odd/\(oddity.rawValue) ") }
            #expect(
                line?.contains("\(failure.kind): ") == true && line?.contains(failure.cause) == true,
                "\(oddity): \(line.map(String.init) ?? shown); logs in \(pipeline.logs)")
        }
    }

    private static func checkRejections(_ pipeline: Pipeline) async throws {
        let missing = Int64(OddServer.idless.count)
        let run = try await pipeline.pool.query(
            """
            select h.fetched, h.stored, h.rejected, (select count(*) from tributary.rejected r where r.object_id = o.id
                and r.reason like 'there is no id%') as kept
            from tributary.sync_history h join tributary.integration_objects o on o.id = h.object_id where o.object = 'idless'
            """
        ).rows.first
        #expect(try run?.int("fetched") == 10 + missing)
        #expect(try run?.int("stored") == 10)
        #expect(try run?.int("rejected") == missing)
        #expect(try run?.int("kept") == missing)
        let others = try await pipeline.pool.query(
            """
            select count(*) as rejected from tributary.rejected r join tributary.integration_objects o on o.id = r.object_id
            where o.object <> 'idless'
            """
        ).rows.first?.int("rejected")
        #expect(others == 0)
    }

    private static func waitForRecords(_ count: Int, of oddity: OddServer.Oddity, _ pipeline: Pipeline) async throws {
        try await pipeline.wait(
            for: "\(count) records of \(oddity)", within: .seconds(60),
            until: """
                (select count(*) from tributary.interactions n join tributary.integration_objects o on o.id = n.object_id
                 where o.object = '\(oddity.rawValue)') = \(count)
                """)
    }
}
