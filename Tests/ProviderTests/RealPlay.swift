import Catalog
import Credentials
import Exchanges
import HTTPClient
import Kafka
import Models
import Processor
import Retriever
import Service
import Storage
import Synchronization

/// Plays an exchange file through the retriever itself: its runs, its fetching and sending, libcurl, a run ledger, a
/// broker, and the processor's mapping of what arrives there.
struct RealPlay {
    /// What does not fit, in words for the writer of the file.
    private(set) var problems: [String] = []

    private let script: ExchangeScript
    private let retrieval: Retrieval
    private let provider: ScriptedProvider
    private let broker = MemoryBroker()
    private let topics = TopicNames()
    private let time: ManualClock
    private let ledger: MemoryRunLedger
    private let watched: WatchedLedger
    private let borders: Borders
    private let transport: any HTTPTransport
    private var connection: RealConnection?

    /// Hundreds of plays that end in a failure are no news.
    private static let quiet: Void = LogSystem.shared.configure(format: .text, levels: LogLevels(.error))

    /// How many messages there were at each restart.
    private final class Borders: Sendable {
        let offsets = Mutex<[Int]>([])
    }

    /// Plays `script` over the providers of `catalog`, its requests carried by `transport`.
    /// - Throws: what keeps it from being played at all.
    init(_ script: ExchangeScript, catalog: CatalogFolder, transport: any HTTPTransport) async throws {
        Self.quiet
        self.script = script
        retrieval = try script.retrieval(catalog: catalog)
        provider = try ScriptedProvider(script)
        self.transport = LedTransport(base: transport, server: provider.url)
        time = ManualClock(now: script.context.until)
        ledger = MemoryRunLedger(clock: time)
        let (borders, broker, topic) = (Borders(), broker, topics.interactions(retrieval.definition.object.type))
        self.borders = borders
        watched = WatchedLedger(ledger) { borders.offsets.withLock { $0.append(broker.messages(of: topic).count) } }
        try await broker.ensure([TopicSpecification(name: topic, partitions: 1)])
        defer { provider.stop() }
        do {
            connection = try await RealConnection(
                script, object: retrieval.definition.object, transport: self.transport)
        } catch {
            problems = provider.problems + ["the integration was not connected: \(error)"]
            return
        }
        try await play()
    }

    private mutating func play() async throws {
        let lease = await ledger.register(
            id: PublicID(now: time.now), providers: nil, capacity: 1, lease: .seconds(1 << 40))
        let object = await addObject()
        let run = try await claim(object, lease)
        try await retrieve(run, lease, from: retrieval.start)
        provider.beginResumption()
        // A request that is not as written explains whatever came of it.
        guard provider.problems.isEmpty else {
            problems = provider.problems
            return
        }
        let arrivals = Arrivals(
            messages: broker.messages(of: topics.interactions(retrieval.definition.object.type)),
            borders: borders.offsets.withLock { $0 }, declared: await watched.declared)
        problems += try await connection?.differences() ?? []
        problems += try arrivals.problems(script: script, definition: retrieval.definition)
        switch try checkedEnding(await watched.endings) {
        case .drained: problems += try await close(run, arrivals)
        case .postponed(let until, _): try await resume(object, lease, at: until)
        default: break
        }
    }

    // MARK: The run

    private func addObject() async -> Int64 {
        let definition = retrieval.definition.object
        let id = PublicID(now: time.now)
        return await ledger.add(
            source: ObjectSource(customer: id, integration: id, object: id), customerID: 1, integrationID: 1,
            provider: script.provider, object: script.object, type: definition.type, every: .seconds(60),
            settings: script.context.settings.encoded)
    }

    private func claim(_ object: Int64, _ lease: RetrieverLease) async throws -> ClaimedRun {
        _ = await ledger.openDue(limit: 1)
        let rings = await ledger.ring(provider: script.provider, minimum: 1)
        guard var run = await ledger.claim(rings, lease: lease).first else {
            throw ExchangeScript.Problem(description: "the run could not be claimed")
        }
        run.kind = script.context.kind
        run.completeUntil = script.context.completeUntil
        run.until = script.context.until
        let definition = retrieval.definition
        _ = await ledger.use(
            definition: definition.hash, provider: script.provider, object: script.object, body: definition.body,
            claim: RunClaim(objectID: run.objectID, run: run.run, attempt: run.attempt), lease: lease)
        return run
    }

    private func retrieve(_ claimed: ClaimedRun, _ lease: RetrieverLease, from position: PagePosition) async throws {
        let clock = StillClock(now: script.context.until)
        let writer = RunWriter(store: watched)
        let gate = BacklogGate(bounds: .init())
        let surroundings = RunTask.Surroundings(
            fetcher: PageFetcher(
                transport: transport, pacer: RequestPacer(unpaced: clock), clock: clock,
                // Requests that come at once come in any order, which a file has to allow.
                requestsAtOnce: script.steps.contains { $0.count > 1 } ? 4 : 1),
            sender: PageSender(
                writer: writer, producer: broker.producer(), gate: gate, topics: topics, recover: { _ in }),
            writer: writer, store: watched, gate: gate, clock: clock, metrics: RetrieverMetrics(Metrics()))
        let run = RunInProgress(
            claimed, retrieval: retrieval, credentials: connection?.credentials ?? RunCredentials(), traceparent: nil)
        await RunTask(run, lease: lease, around: surroundings).retrieve(from: position)
    }

    // MARK: Its end

    private mutating func checkedEnding(_ endings: [WatchedLedger.Ending]) throws -> WatchedLedger.Ending {
        guard let ending = endings.first, endings.count == 1 else {
            throw ExchangeScript.Problem(description: "the run ended \(endings.count) times")
        }
        let words = script.ends.split(separator: " ")
        let expected =
            switch words.first {
            case "page", "ignored": "drained"
            case "failed": "failed \(words.last ?? "")"
            default: "postponed \(words.last ?? "")"
            }
        let (found, failure): (String, Failure?) =
            switch ending {
            case .drained: ("drained", nil)
            case .postponed(_, let failure): ("postponed \(failure.kind.rawValue)", failure)
            case .heldUp: ("held up", nil)
            case .handedBack: ("handed back", nil)
            case .failed(let failure): ("failed \(failure.kind.rawValue)", failure)
            }
        if found != expected {
            problems.append(
                "the run is \(found)\(failure.map { ": \($0.cause)" } ?? ""); by 'ends: \(script.ends)' it is \(expected)"
            )
        }
        if let retryAt = script.retryAt, case .postponed(let until, _) = ending, until != retryAt {
            problems.append("the run goes on at \(until), written is 'retry_at: \(retryAt)'")
        }
        return ending
    }

    /// Once every record has its receipt, the run closes and moves Complete Until.
    private func close(_ run: ClaimedRun, _ arrivals: Arrivals) async throws -> [String] {
        let claim = RunClaim(objectID: run.objectID, run: run.run, attempt: run.attempt)
        for (page, places) in arrivals.lastPages { await ledger.receive(claim: claim, page: page, stored: places) }
        guard await ledger.closeDrained(limit: 1).count == 1 else {
            return ["the run does not close although every record has its receipt"]
        }
        let complete = await ledger.facts(of: run.objectID)?.completeUntil
        return complete.map { $0 > script.context.until } ?? true
            ? ["Complete Until is \(complete?.description ?? "missing") after the run"] : []
    }

    /// The position was kept: at its time, the run goes on with the request that it was postponed at.
    private mutating func resume(_ object: Int64, _ lease: RetrieverLease, at time: Timestamp) async throws {
        self.time.advance(by: time - self.time.now)
        guard await ledger.wakePostponed(limit: 1) == 1 else {
            problems.append("the postponed run does not wake at \(time)")
            return
        }
        let run = try await claim(object, lease)
        try await retrieve(run, lease, from: RunPreparation.position(of: run, in: retrieval))
        problems += provider.problems
    }
}
