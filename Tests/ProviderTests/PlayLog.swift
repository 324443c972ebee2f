import Catalog
import Exchanges
import HTTPClient

/// Plays each exchange file once, however many tests want to know.
actor PlayLog {
    static let shared = PlayLog()

    private let files = ExchangeFiles(providers: ProviderFolder.path)
    private let catalog = CatalogFolder(path: ProviderFolder.path)
    private var plays: [String: Task<[String], Never>] = [:]
    private var transport: CurlTransport?

    /// What does not fit in the file `name`; empty where all does.
    func problems(of name: String) async -> [String] {
        if let play = plays[name] { return await play.value }
        let play = Task { await self.play(name) }
        plays[name] = play
        return await play.value
    }

    private func play(_ name: String) async -> [String] {
        do {
            return try await RealPlay(files.script(name), catalog: catalog, transport: try shared()).problems
        } catch {
            return ["\(error)"]
        }
    }

    private func shared() throws -> CurlTransport {
        if let transport { return transport }
        let made = try CurlTransport(CurlSettings(addresses: .any))
        transport = made
        return made
    }
}
