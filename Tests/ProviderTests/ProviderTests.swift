import Catalog
import Exchanges
import Testing

/// Every provider's exchanges through the retriever itself, against a server that fails a request that is not written.
/// One after the other: a thousand plays at once would starve whatever else is tested.
@Suite("Providers through the retriever", .serialized)
struct ProviderTests {
    /// What there is at least.
    static let minimum = (providers: 60, objects: 400)

    static let files = ExchangeFiles(providers: ProviderFolder.path)

    @Test(.timeLimit(.minutes(5)), arguments: files.names)
    func areRetrievedAsTheirExchangesSay(_ file: String) async {
        for problem in await PlayLog.shared.problems(of: file) { Issue.record("\(file): \(problem)") }
    }

    @Test(.timeLimit(.minutes(10)))
    func areAsManyAsTheTableSays() async throws {
        var table = ExchangeTable(CatalogFolder(path: ProviderFolder.path))
        for file in Self.files.names {
            let isGreen = await PlayLog.shared.problems(of: file).isEmpty
            // What cannot be read is told of by the test above.
            if let script = try? Self.files.script(file) { table.add(script, isGreen: isGreen) }
        }
        print(table.text)
        #expect(table.providers >= Self.minimum.providers)
        #expect(table.objects >= Self.minimum.objects)
        #expect(table.played == Self.files.names.count)
    }
}
