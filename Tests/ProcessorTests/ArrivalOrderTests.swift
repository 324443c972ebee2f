import Models
import Processor
import ProcessorConformance
import Storage
import Testing

/// Histories of records whose versions carry provider times, delivered in any order, in any batches, some twice: what is
/// stored in the end is the same.
struct ArrivalOrderTests {
    @Test("the end does not depend on the order of arrival", arguments: 0..<40)
    func order(_ seed: Int) async throws {
        var random = SplitMix(state: UInt64(seed) &* 0x9E37_79B9 &+ 1)
        let (reference, shuffled) = (MemoryDataFixture(), MemoryDataFixture())
        let pipeline = TestPipeline(reference)
        var history: [ReceivedMessage] = []
        for company in 0..<4 {
            let domain = "company\(company).com"
            for version in 0..<Int64(1 + random.next() % 3) {
                // Only what nothing refers to by its id: who was gone before anybody saw it cannot be linked to.
                let isDeletion = version == 2 && random.next() % 2 == 0
                let time = Int64(random.next() % 900)
                history.append(
                    pipeline.record(
                        1, "a\(company)", ["name": "A\(company)v\(time)", "domain": domain], modified: time))
                history.append(
                    pipeline.record(
                        6, "x\(company)", ["name": "X\(company)v\(time)", "domain": domain],
                        modified: Int64(random.next() % 900), isDeleted: isDeletion))
                history.append(
                    pipeline.record(
                        2, "c\(company)", ["name": "C\(time)", "email": "c\(company)@\(domain)"],
                        modified: Int64(random.next() % 900)))
                history.append(
                    pipeline.record(
                        3, "d\(company)",
                        ["title": "D\(time)", "account": "a\(company)", "contact": "c\((company + 1) % 4)"],
                        modified: Int64(random.next() % 900)))
            }
        }
        // Two versions of one record never share a time here; what then decides is the place, which is the same for all.
        var times: Set<String> = []
        history = history.filter { message in
            times.insert(
                (message.header(CloudEventHeader.subject) ?? "") + (message.header(CloudEventHeader.time) ?? "")
            )
            .inserted
        }
        try await pipeline.store(history)
        let other = TestPipeline(shuffled)
        var rest = (history + history.filter { _ in random.next() % 4 == 0 }).shuffled(using: &random)
        while !rest.isEmpty {
            let size = min(rest.count, 1 + Int(random.next() % 5))
            try await other.store(Array(rest[..<size]))
            rest.removeFirst(size)
        }
        #expect(try await Self.summary(shuffled) == Self.summary(reference))
    }

    /// What is stored, with ids replaced by the external ids of the first source.
    private static func summary(_ fixture: MemoryDataFixture) async throws -> [String] {
        var names: [PublicID: String] = [:]
        for match in try await fixture.matches() {
            let name = "\(match.interaction.objectID)/\(match.interaction.externalID)"
            names[match.entity] = min(names[match.entity] ?? name, name)
        }
        var lines: [String] = []
        for role in EntityRole.allCases {
            for entity in try await fixture.entities(role) {
                lines.append(
                    "\(role) \(names[entity.id] ?? "?") \(entity.name ?? "") \(entity.source) \(entity.isDeleted) "
                        + (entity.account.flatMap { names[$0] } ?? "-"))
            }
        }
        for deal in try await fixture.records(.deals) {
            lines.append(
                "deal \(deal.key.externalID) \(deal.title ?? "") \(deal.isDeleted) "
                    + "\(deal.account.flatMap { names[$0] } ?? "-") \(deal.contact.flatMap { names[$0] } ?? "-")")
        }
        return lines.sorted()
    }
}

/// A small generator that a seed reproduces.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
