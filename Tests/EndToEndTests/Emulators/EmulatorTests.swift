import Foundation
import Pipeline
import PostgresHarness
import Testing

/// Eight providers as somebody else has built them, from the authorisation page to the table.
@Suite(.serialized, .alone, .enabled(if: Emulate.absence == nil, "\(Emulate.absence ?? "")"))
struct EmulatorTests {
    @Test(.timeLimit(.minutes(4)))
    func `connect, sync, change, sync again: only the change is stored`() async throws {
        try await withTestDatabase { database in
            let catalog = URL(fileURLWithPath: #filePath).appending(path: "../../../../Shared/Catalog/Providers")
                .standardized.path
            let pipeline = try await Pipeline(database: database, catalog: catalog, settings: QuickSettings.all)
            do {
                try await Self.run(pipeline)
            } catch {
                await pipeline.stop()
                throw error
            }
            await pipeline.stop()
        }
    }

    private static func run(_ pipeline: Pipeline) async throws {
        let port = try FreePort.any()
        let emulate = try await Emulate(
            pipeline, seed: EmulatedFiles.seed(redirect: "http://127.0.0.1:\(port)/callback"))
        let world = EmulatedWorld(emulate: emulate)
        try await world.make()
        let file = try pipeline.write(EmulatedFiles.apply(emulate), to: "apply.yaml")
        try await pipeline.tributary("apply", "-f", file, settings: EmulatedFiles.secrets)
        for (integration, person) in EmulatedFiles.people {
            let said = try await Consent(pipeline).connect("acme/\(integration)", as: person, redirectPort: port)
            #expect(said.contains("verified:") && said.contains("is connected"), "\(said)")
        }
        for service in ["scheduler", "retriever", "processor"] { try pipeline.start(service) }
        try await pipeline.wait(
            for: "the first syncs", within: .seconds(90),
            until: "not exists (select 1 from tributary.object_state where complete_until is null or state <> 'idle')")
        for object in EmulatedObject.all { try await check(object, run: 1, is: object.first, pipeline) }

        try await world.change()
        for object in EmulatedObject.all {
            try await pipeline.tributary("sync", "acme/\(object.service)/\(object.object)", "--wait")
            try await check(object, run: 2, is: object.second, pipeline)
            if let mark = object.mark { try await checkStored(mark, object, pipeline) }
        }
    }

    /// Compares the counts that `tributary runs` shows.
    private static func check(
        _ object: EmulatedObject, run: Int, is expected: EmulatedObject.Counts, _ pipeline: Pipeline
    ) async throws {
        let text = try await pipeline.tributary("runs", "acme/\(object.service)/\(object.object)", "--json")
        let shown = try JSONDecoder().decode([ShownRun].self, from: Data(text.utf8)).first { $0.run == run }
        // A run that found nothing new is not among them.
        let found = shown.map { EmulatedObject.Counts(fetched: $0.fetched, stored: $0.stored) }
        #expect(
            found == expected || (found == nil && expected.stored == 0),
            "\(object), run \(run): \(text); logs in \(pipeline.logs)")
        #expect(shown.map { $0.outcome == "succeeded" && $0.rejected == 0 } ?? true, "\(object), run \(run): \(text)")
    }

    private struct ShownRun: Decodable {
        let run: Int
        let outcome: String
        let fetched: Int
        let stored: Int
        let rejected: Int
    }

    private static func checkStored(_ mark: String, _ object: EmulatedObject, _ pipeline: Pipeline) async throws {
        let rows = try await pipeline.pool.query(
            """
            select count(*) as found from tributary.interactions n
            join tributary.integration_objects o on o.id = n.object_id
            join tributary.integrations i on i.id = o.integration_id
            where i.key = $1 and o.object = $2 and n.payload::text like '%' || $3 || '%'
            """, [.text(object.service.rawValue), .text(object.object), .text(mark)]
        ).rows
        #expect(try rows.first?.int("found") == 1, "\(object): '\(mark)' is not stored; logs in \(pipeline.logs)")
    }
}
