import Catalog
import Testing

@Suite("The shipped providers")
struct ProvidersTests {
    @Test func haveNoErrorsAndNoWarnings() {
        let folder = CatalogFolder(path: CatalogPaths.providers)
        #expect(folder.diagnostics.sorted.map(\.description) == [])
        #expect(folder.providers.keys.contains("custom-rest"))
    }
}
