import Foundation
import JSON
import Kafka
import Models
import Pipeline
import Postgres

/// The last value of every key on `records.*`, as a consumer of the topics sees it.
struct TopicOracle {
    let pipeline: Pipeline

    private static let types = ["accounts", "contacts", "deals"]
    /// Columns that are not published under their own name, or not at all. Every other one of a typed table, a new one
    /// too, has to be in its message.
    private static let unpublished: Set<String> = [
        "customer_id", "integration_id", "object_id", "external_id", "source_object_id", "source_external_id",
        "source_modified", "revision", "changed_at", "deleted_at", "account_external_id", "account_domain",
        "contact_external_id", "contact_email",
    ]

    /// Every difference between the topics and the tables, in words.
    func differences() async throws -> [String] {
        let all = try await lastValues(of: (Self.types + ["custom"]).map { "\(pipeline.topicPrefix)records.\($0)" })
        var found = try await custom(all["\(pipeline.topicPrefix)records.custom"] ?? [:])
        for type in Self.types { found += try await typed(type, all["\(pipeline.topicPrefix)records.\(type)"] ?? [:]) }
        return found
    }

    /// Compares every field and link of a canonical type, its version and its source.
    private func typed(_ type: String, _ last: [String: [UInt8]?]) async throws -> [String] {
        let isEntity = type != "deals"
        let key = isEntity ? "t.id::text" : "o.public_id::text || ':' || t.external_id"
        let object = isEntity ? "t.source_object_id" : "t.object_id"
        var found: [String] = []
        var unseen = Set(last.keys)
        for row in try await pipeline.pool.query(
            """
            select \(key) as key, row_to_json(t)::text as fields, t.deleted_at is not null as gone,
              o.public_id::text as object, \(isEntity ? "t.source_external_id" : "t.external_id") as external_id
            from tributary.\(type) t left join tributary.integration_objects o on o.id = \(object)
            """
        ).rows {
            let key = try row.text("key")
            unseen.remove(key)
            let isGone = try row.bool("gone")
            guard let value = last[key] else {
                // What was gone before anybody published it needs no tombstone.
                if !isGone { found.append("records.\(type) lacks \(key)") }
                continue
            }
            guard let value else {
                if !isGone { found.append("records.\(type) \(key) is gone, the table has it") }
                continue
            }
            if isGone {
                found.append("records.\(type) \(key) is there, gone from the table")
                continue
            }
            let published = try JSONValue(parsing: value)
            var expected: [(String, JSONValue?, JSONValue?)] = []
            if case .object(let columns) = try JSONValue(parsing: Array(try row.text("fields").utf8)) {
                expected = columns.filter { !Self.unpublished.contains($0.0) }.map { ($0.0, $0.1, published[$0.0]) }
                expected.append(("version", columns["revision"], published["version"]))
            }
            expected += [
                ("type", .string(type), published["type"]),
                ("source.object", .string(try row.text("object")), published["source"]?["object"]),
                ("source.external_id", .string(try row.text("external_id")), published["source"]?["external_id"]),
            ]
            for (name, wanted, shown) in expected where Self.text(wanted) != Self.text(shown) {
                found.append("records.\(type) \(key): \(name) is \(Self.text(shown)), table: \(Self.text(wanted))")
            }
        }
        return found + unseen.map { "records.\(type) has \($0), which is in no table" }
    }

    /// Custom records stand on their topic as the provider sent them, byte for byte.
    private func custom(_ last: [String: [UInt8]?]) async throws -> [String] {
        var found: [String] = []
        var unseen = Set(last.keys)
        for row in try await pipeline.pool.query(
            """
            select o.public_id::text || ':' || n.external_id as key, n.payload::text as payload,
              n.deleted_at is not null as gone
            from tributary.interactions n join tributary.integration_objects o on o.id = n.object_id
            where o.interaction_type not in ('accounts', 'contacts', 'deals', 'tickets', 'tasks')
            """
        ).rows {
            let key = try row.text("key")
            unseen.remove(key)
            let payload = try row.bool("gone") ? nil : try row.textIfPresent("payload").map { Array($0.utf8) }
            guard let value = last[key] else {
                if payload != nil { found.append("records.custom lacks \(key)") }
                continue
            }
            if value != payload { found.append("records.custom \(key) is not what is stored") }
        }
        return found + unseen.map { "records.custom has \($0), which is in no table" }
    }

    /// Amounts are published as texts, so numbers compare by their digits.
    private static func text(_ value: JSONValue?) -> String {
        switch value {
        case nil, .null: "nothing"
        case .string(let text): text
        case .some(let value): value.text
        }
    }

    /// The last value of each key, by topic; nil for a tombstone.
    func lastValues(of topics: [String]) async throws -> [String: [String: [UInt8]?]] {
        let consumer = try KafkaConsumer(
            KafkaConfiguration(bootstrapServers: pipeline.brokers, clientID: "oracle"),
            group: "oracle-\(UInt64.random(in: 0 ... .max))", topics: topics)
        var last: [String: [String: [UInt8]?]] = [:]
        var idle = 0
        while idle < 5 || (last.isEmpty && idle < 15) {
            let messages = try await consumer.poll(maximum: 2000, timeout: .seconds(1))
            idle = messages.isEmpty ? idle + 1 : 0
            for message in messages {
                guard let key = message.key else { continue }
                last[message.topic, default: [:]][String(decoding: key, as: UTF8.self)] = .some(
                    message.value.map { Array($0) })
            }
        }
        await consumer.close()
        return last
    }
}
