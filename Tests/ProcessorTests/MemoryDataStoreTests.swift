import Models
import Processor
import ProcessorConformance
import Storage
import Testing

struct MemoryDataStoreTests {
    @Test("the memory tables keep every rule", arguments: DataStoreCheck.all)
    func conformance(_ check: DataStoreCheck) async throws {
        try await check.run(MemoryDataFixture())
    }
}

struct MemoryDataFixture: DataStoreFixture {
    let memory = MemoryDataStore(objects: TestObjects.all, definitions: TestObjects.definitions)
    var store: any DataStore { memory }
    var publications: any PublicationStore { memory }

    func declare(_ page: DeclaredPage) async throws {
        await memory.change { $0.declare(page) }
    }

    func sendBarrier(_ id: Int64, partition: Int32) async throws {}

    func forgetPages() async throws { await memory.change { $0.pages = [:] } }

    func requestRemapping(objectID: Int64, definition: String) async throws {
        await memory.change { $0.remappings[objectID] = (definition, "") }
    }

    func page(_ key: PageKey) async throws -> PageFacts? {
        await memory.contents.pages[key].map {
            PageFacts(
                bits: $0.bits.description, stored: $0.stored, unchanged: $0.unchanged, rejected: $0.rejected)
        }
    }

    func entities(_ role: EntityRole) async throws -> [EntityFacts] {
        await (memory.contents.entities[role] ?? [:]).values.map { entity in
            EntityFacts(
                id: entity.row.id, name: entity.row.record.text("name"),
                source: entity.row.source.interaction.externalID, isDeleted: entity.isDeleted,
                revision: entity.revision, account: entity.row.account?.entity,
                accountRule: entity.row.account?.rule?.rawValue)
        }.sorted { $0.id < $1.id }
    }

    func records(_ type: InteractionType) async throws -> [RecordFacts] {
        await (memory.contents.records[type] ?? [:]).values.map { record in
            RecordFacts(
                key: record.row.key, title: record.row.record.text("title"), isDeleted: record.isDeleted,
                account: record.row.account?.entity, contact: record.row.contact?.entity)
        }.sorted { $0.key < $1.key }
    }

    func matches() async throws -> [MatchFacts] {
        await memory.contents.matches.values.map { match in
            MatchFacts(
                role: match.row.source.role, interaction: match.row.source.interaction, entity: match.row.entity,
                rule: match.row.rule.rawValue, evidence: match.row.evidence)
        }
    }

    func passedBarriers() async throws -> Set<String> { await memory.contents.barriers }
}
