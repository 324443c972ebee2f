import Foundation
import JSON
import Kafka
import Pipeline
import Postgres
import PostgresHarness
import Testing

/// What an operator does with topics, with real processes: looking, sending what was rejected again, rebuilding.
@Suite(.serialized, .alone) struct TopicToolsTests {
    private let seed = UInt64.random(in: 0...99_999)
    private static let records = 120

    @Test func `topics are read, rejected messages are stored when they come again, topics are rebuilt`() async throws {
        try await withTestDatabase { database in
            let world = try await ScriptedWorld(
                database: database, recordsPerObject: [Self.records], seed: seed, pace: "1h",
                settings: QuickSettings.all)
            do {
                try await rejectDeals(true, in: world)
                for service in Chaos.services { try world.pipeline.start(service) }
                try await world.waitForInitialSyncs(within: .seconds(120))
                try await published(world)
                try await tap(world)
                try await replay(world)
                try await republish(world)
                try await reschedule(world)
            } catch {
                await world.pipeline.stop()
                throw error
            }
            await world.pipeline.stop()
        }
    }

    /// Makes the database refuse three deals as it refuses values that do not fit a column, or take them.
    private func rejectDeals(_ refuses: Bool, in world: ScriptedWorld) async throws {
        guard refuses else {
            try await world.pipeline.pool.query("drop trigger odd on tributary.deals")
            return
        }
        try await world.pipeline.pool.query(
            """
            create function tributary.odd() returns trigger language plpgsql as $$
            begin raise exception 'too odd' using errcode = '22003'; end $$
            """)
        try await world.pipeline.pool.query(
            """
            create trigger odd before insert on tributary.deals for each row
            when (new.external_id in ('d00000001', 'd00000050', 'd00000119')) execute function tributary.odd()
            """)
    }

    private func published(_ world: ScriptedWorld) async throws {
        try await world.pipeline.wait(
            for: "everything to be published", within: .seconds(60),
            until: """
                not exists (select 1 from tributary.outbox)
                  and not exists (select 1 from tributary.rejected where topic is not null and published_at is null)
                """)
    }

    private func count(_ sql: String, _ world: ScriptedWorld) async throws -> Int64? {
        try await world.pipeline.pool.query("select count(*) as number from \(sql)").rows.first?.int("number")
    }

    /// The messages that `tap --json` shows, one a line: all there are, unless `limit` says less.
    private func tapped(_ topic: String, _ world: ScriptedWorld, limit: Int? = nil) async throws -> [JSONValue] {
        let lines = try await world.pipeline.tributary(
            ["tap", topic, "--json"] + (limit.map { ["--limit", String($0)] } ?? []), settings: [:])
        return try lines.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            try JSONValue(parsing: Array($0.utf8))
        }
    }

    private func tap(_ world: ScriptedWorld) async throws {
        let messages = try await tapped("records.contacts", world)
        // Whoever gets a link later is published again.
        let names = messages.compactMap { message -> String? in
            guard let value = message["value"]?.string else { return nil }
            return try? JSONValue(parsing: Array(value.utf8))["name"]?.string
        }
        #expect(messages.count >= Self.records && names.count == messages.count)
        #expect(Set(names).count == Self.records)
        #expect(messages.allSatisfy { $0["headers"]?["ce_type"]?.string?.hasPrefix("tributary.record.") == true })
        let people = try await world.pipeline.tributary(["tap", "interactions.deals", "--limit", "1"], settings: [:])
        #expect(people.contains("tributary.interaction.retrieved.v1"), "\(people)")
        #expect(people.contains(#""title":"deals "#), "\(people)")
    }

    private func replay(_ world: ScriptedWorld) async throws {
        #expect(try await count("tributary.deals", world) == Int64(Self.records - 3))
        let dead = try await tapped("dead.interactions.deals", world, limit: 3)
        #expect(dead.count == 3)
        #expect(Set(dead.compactMap { $0["value"]?.string?.contains("\"id\":\"d0000") }) == [true])
        // Its cause is mended; before that it would come back.
        try await rejectDeals(false, in: world)
        let first = try await world.pipeline.tributary(["replay", "dead.interactions.deals", "--json"], settings: [:])
        #expect(first.contains(#""replayed" : 3"#), "\(first)")
        try await world.pipeline.wait(
            for: "the replayed deals to be stored", within: .seconds(30),
            until: "(select count(*) from tributary.deals) = \(Self.records)")
        let second = try await world.pipeline.tributary(["replay", "dead.interactions.deals"], settings: [:])
        #expect(second.contains("0 messages were sent again"), "each is sent once: \(second)")
        try await published(world)
    }

    private func republish(_ world: ScriptedWorld) async throws {
        let keys = try await count(
            """
            (select id::text from tributary.accounts union all select id::text from tributary.contacts
             union all select external_id from tributary.deals
             union all select external_id from tributary.interactions where external_id like 'e%') k
            """, world)
        let before = try await times("records.deals", world)
        #expect(before.count == Self.records)
        let said = try await world.pipeline.tributary(["republish", "--json"], settings: [:])
        #expect(said.contains(#""records" : \#(keys ?? -1)"#), "\(said)")
        try await published(world)
        let after = try await times("records.deals", world)
        #expect(after == before.mapValues { $0 + 1 }, "every deal is there again, each once more")
    }

    /// How often each key is on a topic.
    private func times(_ topic: String, _ world: ScriptedWorld) async throws -> [String: Int] {
        var times: [String: Int] = [:]
        for key in try await tapped(topic, world).compactMap({ $0["key"]?.string }) { times[key, default: 0] += 1 }
        return times
    }

    /// An override that a person applies decides when its object is due.
    private func reschedule(_ world: ScriptedWorld) async throws {
        let file = """
            customers:
              - key: customer1
                integrations:
                  - key: scripted
                    provider: scripted
                    settings: { base_url: "\(world.server.address(of: world.tenants[0]))" }
                    secrets: { token: { env: SCRIPTED_TOKEN } }
                    override: { objects: { contacts: { every: 10d } } }
            """
        let path = try world.pipeline.write(file, to: "paced.yaml")
        try await world.pipeline.tributary(
            ["apply", "-f", path], settings: ["SCRIPTED_TOKEN": ScriptedWorld.token])
        try await world.sync(.contacts, of: world.tenants[0], "--wait")
        try await world.sync(.deals, of: world.tenants[0], "--wait")
        let rows = try await world.pipeline.pool.query(
            """
            select o.object, extract(epoch from s.next_due_at - s.last_synced_at)::bigint as pause
            from tributary.object_state s join tributary.integration_objects o on o.id = s.object_id
            where o.object in ('contacts', 'deals') order by 1
            """
        ).rows
        let pauses = try rows.map { try $0.int("pause") }
        // A run is followed by one that is half a pace away at least; the customer's pace for everything is an hour.
        #expect(pauses.count == 2)
        #expect((432_000...1_296_000).contains(pauses.first ?? 0), "\(pauses)")
        #expect((1790...5410).contains(pauses.last ?? 0), "\(pauses)")
    }
}
