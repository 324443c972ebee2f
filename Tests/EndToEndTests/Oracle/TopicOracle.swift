import Foundation
import JSON
import Kafka
import Models
import Pipeline
import Postgres

/// The last value of every key on `records.*`, as a consumer of the topics sees it.
struct TopicOracle {
    let pipeline: Pipeline

    /// Every difference between the topics and the tables, in words.
    func differences() async throws -> [String] {
        var found: [String] = []
        let all = try await lastValues(
            of: ["accounts", "contacts", "deals"].map { "\(pipeline.topicPrefix)records.\($0)" })
        for (type, columns) in [
            ("accounts", "name"), ("contacts", "name"), ("deals", "title"),
        ] {
            let isEntity = type != "deals"
            let key = isEntity ? "t.id::text" : "o.public_id::text || ':' || t.external_id"
            let join = isEntity ? "" : "join tributary.integration_objects o on o.id = t.object_id"
            var expected: [String: String?] = [:]
            for row in try await pipeline.pool.query(
                "select \(key) as key, t.\(columns) as shown, t.deleted_at is not null as gone from tributary.\(type) t \(join)"
            ).rows {
                expected[try row.text("key")] = try row.bool("gone") ? .some(nil) : .some(try row.text("shown"))
            }
            let last = all["\(pipeline.topicPrefix)records.\(type)"] ?? [:]
            for (key, shown) in expected {
                guard let value = last[key] else {
                    // What was gone before anybody published it needs no tombstone.
                    if shown != nil { found.append("records.\(type) lacks \(key)") }
                    continue
                }
                let published = value.flatMap { try? JSONValue(parsing: $0) }?[columns]?.string
                if published != shown {
                    found.append("records.\(type) \(key): \(published ?? "gone"), table: \(shown ?? "gone")")
                }
            }
            for key in last.keys where expected[key] == nil {
                found.append("records.\(type) has \(key), which is in no table")
            }
        }
        return found
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
