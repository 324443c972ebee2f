import Catalog
import Exchanges
import JSON
import Kafka
import Models
import Processor
import Service
import Storage

/// The records of a run as they arrived at the broker, with those that could not be sent.
struct Arrivals {
    /// The messages; `borders` are how many there were when the run began anew.
    let messages: [ReceivedMessage]
    let borders: [Int]
    /// The pages that were declared, by the restarts before.
    let declared: [[PageDeclaration]]

    /// The places of the records of each page since the last restart.
    var lastPages: [Int32: [Int32]] {
        let places = messages.dropFirst(borders.last ?? 0).compactMap { try? InteractionMessage($0).place }
        return Dictionary(grouping: places, by: \.page).mapValues { $0.map(\.index) }
    }

    /// How they differ from what `script` says.
    func problems(script: ExchangeScript, definition: ResolvedDefinition) throws -> [String] {
        var yields = Yields(definition)
        var problems: [String] = []
        let mapping = try CatalogMappingReader(metrics: Metrics()).mapping(of: definition.body)
        for (restart, pages) in declared.enumerated() {
            let sent = try messages[range(restart)].map { try InteractionMessage($0) }
            for page in pages.sorted(by: { $0.page < $1.page }) {
                let messages = sent.filter { $0.place.page == page.page }
                for message in messages {
                    problems += try self.problems(message, script, definition, mapping)
                }
                let places = Dictionary(messages.map { ($0.place.index, $0) }) { $1 }
                let unsendable = Dictionary(page.unsendable.map { ($0.index, $0.reason) }) { $1 }
                if messages.count + unsendable.count != Int(page.expected) {
                    problems.append(
                        "page \(page.page) declared \(page.expected) records, and \(messages.count) came")
                }
                for place in Set(places.keys).union(unsendable.keys).sorted() {
                    if let reason = unsendable[place] { yields.add(rejected: reason) }
                    guard let message = places[place] else { continue }
                    try yields.add(
                        id: message.externalID, modifiedAt: message.modifiedAt, isDeleted: message.isDeleted,
                        payload: message.payload)
                }
            }
        }
        return problems + yields.differences(from: script.yields)
    }

    private func range(_ restart: Int) -> Range<Int> {
        let start = restart == 0 ? 0 : borders[restart - 1]
        return start..<(restart < borders.count ? borders[restart] : messages.count)
    }

    private func problems(
        _ message: InteractionMessage, _ script: ExchangeScript, _ definition: ResolvedDefinition,
        _ mapping: any RecordMapping
    ) throws -> [String] {
        var problems: [String] = []
        if message.definition != definition.hash { problems.append("a message names another definition") }
        if message.type != definition.object.type { problems.append("a message is of type \(message.type.name)") }
        if message.until > script.context.until { problems.append("a message has the window's end \(message.until)") }
        if !message.isDeleted, let payload = message.payload {
            problems += try MappingComparison.differences(
                mapping.records(in: payload), Yields.canonical(payload, of: definition))
        }
        return problems
    }
}
