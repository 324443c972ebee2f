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

    /// Each way of authorisation has its own addresses, authentication and bodies.
    @Test(arguments: catalog.providers.keys.sorted())
    func isEveryRequestForAToken(_ name: String) throws {
        let provider = try #require(Self.catalog.providers[name])
        let (connected, renewed) = (try Self.methods(.connected, name), try Self.methods(.renewed, name))
        for method in provider.authorization {
            if method.needsConsent, !connected.contains(method.name) {
                Issue.record("\(name) has no exchange file in which a person connects with auth.\(method.name)")
            }
            if method.isRenewable, !renewed.contains(method.name) {
                Issue.record("\(name) has no exchange file in which a token of auth.\(method.name) is renewed")
            }
        }
    }

    /// The ways of authorisation of which files of a provider show `kind`.
    private static func methods(_ kind: ExchangeKind, _ provider: String) throws -> Set<String> {
        let scripts = (scripts[provider] ?? []).filter { ExchangeKind.kinds(of: $0).contains(kind) }
        return Set(
            try scripts.compactMap { script in
                try script.tokenMethod(of: script.retrieval(catalog: catalog).definition.object)?.name
            })
    }
}
