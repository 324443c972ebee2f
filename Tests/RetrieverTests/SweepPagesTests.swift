import Catalog
import Models
import Retriever
import Storage
import Synchronization
import Testing

@Suite struct SweepPagesTests {
    private struct StillClock: WallClock {
        var now: Timestamp { Timestamp(seconds: 1_769_860_800) }
        func sleep(for duration: Duration) async throws {}
    }

    /// A claimed run over an object that holds `stored`, and what sweeps it.
    private struct Sweep {
        let ledger = MemoryRunLedger(clock: StillClock())
        let lease: RetrieverLease
        let claim: RunClaim
        let retrieval: Retrieval
        let pages: SweepPages

        init(stored: [String]) async throws {
            let id = PublicID(now: Timestamp(seconds: 0))
            let object = await ledger.add(
                source: ObjectSource(customer: id, integration: id, object: id), customerID: 1, integrationID: 1,
                provider: "p", object: "things", type: .contacts, every: .seconds(60))
            lease = await ledger.register(id: id, providers: nil, capacity: 1, lease: .seconds(60))
            _ = await ledger.openDue(limit: 1)
            let run = try #require(
                await ledger.claim(ledger.ring(provider: "p", minimum: 1), lease: lease).first)
            claim = RunClaim(objectID: object, run: run.run, attempt: run.attempt)
            await ledger.store(stored, of: object)
            var diagnostics = Diagnostics()
            let text = """
                provider: p
                base_url: https://api.example.com
                objects:
                  things: { type: things, id: id, request: { path: /ids }, sweep: { share: 20% } }
                """
            let provider = try #require(
                CatalogFolder.provider(
                    Array(text.utf8), file: "p", folder: nil, diagnostics: &diagnostics))
            retrieval = try Retrieval(
                provider.resolve(object: "things"), RetrievalContext(kind: .sweep, until: StillClock().now))
            pages = SweepPages(store: ledger)
        }

        /// Lists `ids` as one page and compares until the end.
        func removed(listing ids: [String]) async throws -> (ids: [String], refusal: String?, pages: Int) {
            let body = "[" + ids.map { "{\"id\":\"\($0)\"}" }.joined(separator: ",") + "]"
            let outcome = retrieval.interpret(
                ProviderResponse(status: 200, body: Array(body.utf8)), at: retrieval.start, now: StillClock().now)
            guard case .page(let listed) = outcome else { return ([], "no page", 0) }
            #expect(try await pages.keep(listed, of: claim, lease: lease))
            var step = listed.step
            var removed: [String] = []
            var count = 0
            while case .next(let position) = step {
                let comparison = try #require(retrieval.comparison(at: position))
                let page = try #require(
                    try await pages.page(comparison, of: retrieval, claim: claim, lease: lease))
                if let refusal = page.ignored { return (removed, refusal, count) }
                removed += page.records.map(\.externalID)
                count += 1
                step = page.step
            }
            return (removed, nil, count)
        }
    }

    private static let hundred = (0..<100).map { "id\(100 + $0)" }

    @Test func `exactly what was not listed goes`() async throws {
        let sweep = try await Sweep(stored: Self.hundred)
        let kept = Self.hundred.filter { !$0.hasSuffix("7") }
        let found = try await sweep.removed(listing: kept + ["new"])
        #expect(found.ids == Self.hundred.filter { $0.hasSuffix("7") })
        #expect(found.refusal == nil)
    }

    @Test func `many deletions come in several pages`() async throws {
        let stored = (0..<6000).map { "id\(10_000 + $0)" }
        let sweep = try await Sweep(stored: stored)
        let found = try await sweep.removed(listing: Array(stored.dropFirst(1100)))
        #expect(found.ids == Array(stored.prefix(1100)))
        #expect(found.pages == 3)
    }

    @Test(arguments: [0, 40, 79])
    func `an empty answer and one that lacks more than the share remove nothing and say so`(_ listed: Int) async throws
    {
        let sweep = try await Sweep(stored: Self.hundred)
        let found = try await sweep.removed(listing: Array(Self.hundred.prefix(listed)))
        #expect(found.ids == [])
        #expect(found.refusal?.contains("nothing was removed") == true)
    }

    @Test func `a lost claim ends it`() async throws {
        let sweep = try await Sweep(stored: Self.hundred)
        await sweep.ledger.release(sweep.lease)
        let page = try await sweep.pages.page(
            SweepComparison(after: nil, share: 0.2), of: sweep.retrieval, claim: sweep.claim, lease: sweep.lease)
        #expect(page == nil)
    }
}
