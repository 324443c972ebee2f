import Catalog
import Foundation
import HTTPClient
import JSON
import Kafka
import Models
import Retriever
import Service
import Storage

/// What several runs of one retriever share: its transport, its pacing and its fetching.
struct HostileRetriever {
    /// What came of a run.
    struct Result: Sendable {
        var ending: WatchedLedger.Ending?
        /// The ids of the records that reached the broker, page by page.
        var ids: [String]
        /// Why others could not be sent.
        var rejections: [String]
        /// Whether the run closes once each of its records has its receipt.
        var closes: Bool
    }

    /// Megabytes of a response, which bound what is held of one.
    static let bodyMegabytes = 16

    private let provider: ProviderDefinition
    private let fetcher: PageFetcher
    private let gate = BacklogGate(bounds: .init())
    private let clock = StillClock(now: Timestamp(seconds: 1_795_000_000))
    private let topics = TopicNames()

    /// A retriever that may connect to public addresses and to 127.0.0.1, or to public ones alone.
    init(publicOnly: Bool) throws {
        let objects = (Hostility.allCases.map(\.object) + [HostileServer.healthy]).map { name in
            // That empty pages end has nothing to do with how many pages there may be.
            let limits = name == Hostility.emptyPagesForEver.object ? ", limits: { pages: 2000 }" : ""
            return "  \(name): { type: notes, request: { path: /\(name) }\(limits) }"
        }
        let document = """
            provider: hostile
            title: Hostile
            settings: { base_url: { title: Address } }
            auth: { none: { none: {} } }
            base_url: "{{ settings.base_url }}"
            limits: { timeout: 3s, body: \(Self.bodyMegabytes), pages: 50 }
            pages: { cursor: next, into: { query: cursor } }
            records: items
            id: id
            objects:
            \(objects.joined(separator: "\n"))
            """
        var diagnostics = Diagnostics()
        guard
            let provider = CatalogFolder.provider(
                Array(document.utf8), file: "provider.yaml", folder: "hostile", diagnostics: &diagnostics)
        else { throw diagnostics }
        self.provider = provider
        let own = IPNetwork("127.0.0.1/32").map { [$0] } ?? []
        fetcher = PageFetcher(
            transport: try CurlTransport(CurlSettings(addresses: publicOnly ? .publicOnly : .allowing(own))),
            pacer: RequestPacer(unpaced: clock), clock: clock)
    }

    /// Retrieves `object` from the provider at `address`, with a ledger and a broker of its own.
    func run(_ object: String, at address: String) async throws -> Result {
        let settings: JSONValue = ["base_url": .string(address)]
        let definition = try provider.resolve(object: object, overrides: [], settings: settings)
        let ledger = MemoryRunLedger(clock: ManualClock(now: clock.now))
        let watched = WatchedLedger(ledger) {}
        let broker = MemoryBroker()
        let topic = topics.interactions(definition.object.type)
        try await broker.ensure([TopicSpecification(name: topic, partitions: 1)])
        let lease = await ledger.register(
            id: PublicID(now: clock.now), providers: nil, capacity: 1, lease: .seconds(1 << 40))
        let claimed = try await claim(definition, settings, ledger, lease)
        let retrieval = try Retrieval(
            definition, RetrievalContext(settings: settings, kind: .initial, until: clock.now))
        let writer = RunWriter(store: watched)
        let surroundings = RunTask.Surroundings(
            fetcher: fetcher,
            sender: PageSender(
                writer: writer, producer: broker.producer(), gate: gate, topics: topics, recover: { _ in }),
            writer: writer, store: watched, gate: gate, clock: clock, metrics: RetrieverMetrics(Metrics()))
        await RunTask(
            RunInProgress(claimed, retrieval: retrieval, traceparent: nil), lease: lease, around: surroundings
        )
        .retrieve(from: retrieval.start)
        return try await result(watched, claimed, broker.messages(of: topic))
    }

    private func claim(
        _ definition: ResolvedDefinition, _ settings: JSONValue, _ ledger: MemoryRunLedger, _ lease: RetrieverLease
    ) async throws -> ClaimedRun {
        let id = PublicID(now: clock.now)
        _ = await ledger.add(
            source: ObjectSource(customer: id, integration: id, object: id), customerID: 1, integrationID: 1,
            provider: definition.object.provider, object: definition.object.name, type: definition.object.type,
            every: .seconds(60), settings: settings.encoded)
        _ = await ledger.openDue(limit: 1)
        let rings = await ledger.ring(provider: definition.object.provider, minimum: 1)
        guard let claimed = await ledger.claim(rings, lease: lease).first else { throw Unclaimed() }
        _ = await ledger.use(
            definition: definition.hash, provider: definition.object.provider, object: definition.object.name,
            body: definition.body,
            claim: RunClaim(objectID: claimed.objectID, run: claimed.run, attempt: claimed.attempt), lease: lease)
        return claimed
    }

    private func result(
        _ watched: WatchedLedger, _ claimed: ClaimedRun, _ received: [ReceivedMessage]
    ) async throws -> Result {
        let messages = try received.map { try InteractionMessage($0) }
            .sorted { ($0.place.page, $0.place.index) < ($1.place.page, $1.place.index) }
        let claim = RunClaim(objectID: claimed.objectID, run: claimed.run, attempt: claimed.attempt)
        for (page, places) in Dictionary(grouping: messages.map(\.place), by: \.page) {
            await watched.ledger.receive(claim: claim, page: page, stored: places.map(\.index))
        }
        return Result(
            ending: await watched.endings.last, ids: messages.map(\.externalID),
            rejections: await watched.declared.joined().flatMap { $0.unsendable.map(\.reason) },
            closes: await watched.ledger.closeDrained(limit: 1).count == 1)
    }

    private struct Unclaimed: Error {}
}
