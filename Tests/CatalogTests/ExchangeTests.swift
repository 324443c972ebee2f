import Catalog
import Exchanges
import Foundation
import Testing

/// Plays every provider's `exchanges/*.yaml` without network: the requests must be exactly as written, in order, and
/// the responses must yield the Interactions and canonical records written under `yields`, and end as `ends` says.
@Suite("Exchanges of the shipped providers", .serialized)
struct ExchangeTests {
    static let files = ExchangeFiles(providers: CatalogPaths.providers)
    static let catalog = CatalogFolder(path: CatalogPaths.providers)

    @Test func thereAreSome() {
        #expect(!Self.files.names.isEmpty)
    }

    @Test(arguments: files.names)
    func yieldWhatTheySay(_ file: String) throws {
        do {
            let play = try PurePlay(Self.files.script(file), catalog: Self.catalog)
            for problem in play.problems { Issue.record("\(file): \(problem)") }
        } catch {
            Issue.record("\(file): \(error)")
        }
    }
}
