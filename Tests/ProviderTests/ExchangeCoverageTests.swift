import Catalog
import Exchanges
import Testing

/// Files that fit prove nothing of what no file shows.
@Suite("What the exchanges of a provider show")
struct ExchangeCoverageTests {
    private static let catalog = CatalogFolder(path: ProviderFolder.path)
    private static let scripts: [String: [ExchangeScript]] = {
        let files = ExchangeFiles(providers: ProviderFolder.path)
        return Dictionary(grouping: files.names.compactMap { try? files.script($0) }, by: \.provider)
    }()

    @Test(arguments: catalog.providers.keys.sorted())
    func isEverythingThatItHas(_ name: String) throws {
        let provider = try #require(Self.catalog.providers[name])
        let shown = Set((Self.scripts[name] ?? []).flatMap(ExchangeKind.kinds))
        for kind in ExchangeKind.required(of: provider).subtracting(shown).map(\.rawValue).sorted() {
            Issue.record("\(name) has no exchange file that shows: \(kind)")
        }
    }

    /// Each way of authorisation whose tokens are renewed has its own address, authentication and body.
    @Test(arguments: catalog.providers.keys.sorted())
    func isTheRenewalOfEveryToken(_ name: String) throws {
        let provider = try #require(Self.catalog.providers[name])
        let renewing = (Self.scripts[name] ?? []).filter { ExchangeKind.kinds(of: $0).contains(.renewed) }
        let shown = try renewing.compactMap { script in
            try script.tokenMethod(of: script.retrieval(catalog: Self.catalog).definition.object)?.name
        }
        for method in provider.authorization where method.isRenewable && !shown.contains(method.name) {
            Issue.record("\(name) has no exchange file in which a token of auth.\(method.name) is renewed")
        }
    }
}
