import Connections
import HTTPClient
import Kafka
import Models
import Service
import Storage

/// What one retriever process keeps going: its lease, its intake of rings and the runs themselves.
final class RetrieverProcess: Sendable {
    private let context: ServiceContext
    private let store: any RetrievalStore
    private let keeper: TopicKeeper
    private let preparation: RunPreparation
    private let providers: [String]?
    private let roster: RunRoster
    private let leases: LeaseKeeper
    private let gate: BacklogGate
    private let surroundings: RunTask.Surroundings
    private let pacer: RequestPacer
    private let metrics: RetrieverMetrics
    /// False only for the suite that proves that it would notice: runs go on although the lease they hung on is lost.
    private let abandonsWithLease: Bool
    private let logger = Logger(label: "retriever")

    /// `id` is what the process is called in the database, with its runs and its renewals of tokens.
    init(
        id: PublicID, context: ServiceContext, metrics: RetrieverMetrics, store: any RetrievalStore & SweepStore,
        budgets: any BudgetStore,
        producer: any MessageProducer,
        transport: any HTTPTransport, keeper: TopicKeeper, preparation: RunPreparation, providers: [String]?,
        abandonsWithLease: Bool = true
    ) {
        self.context = context
        self.store = store
        self.keeper = keeper
        self.preparation = preparation
        self.providers = providers
        self.abandonsWithLease = abandonsWithLease
        let capacity = context[RetrieverSettings.capacity]
        roster = RunRoster(capacity: capacity)
        pacer = RequestPacer(
            clock: context.clock, budgets: budgets, process: "\(id)", lease: context[RetrieverSettings.lease],
            metrics: metrics)
        leases = LeaseKeeper(
            store: store, id: id, providers: providers, capacity: capacity,
            duration: context[RetrieverSettings.lease])
        gate = BacklogGate(
            bounds: .init(
                perObject: Int64(context[RetrieverSettings.objectBacklog]),
                perCustomer: Int64(context[RetrieverSettings.customerBacklog])),
            patience: context[RetrieverSettings.receiptPatience], clock: context.clock)
        self.metrics = metrics
        let writer = RunWriter(store: store)
        surroundings = RunTask.Surroundings(
            fetcher: PageFetcher(
                transport: transport, pacer: pacer, clock: context.clock),
            sender: PageSender(
                writer: writer, producer: producer, gate: gate, topics: context.topics, recover: keeper.recover),
            writer: writer, store: store, gate: gate, clock: context.clock,
            metrics: metrics)
    }

    /// The services, in the order in which they start; they drain in the reverse order.
    func services(kafka: KafkaConfiguration, topics: TopicNames) -> [any Service] {
        let interval = context[RetrieverSettings.lease] / 3
        return [
            ClosureService("lease") { shutdown in
                // Ends after the intake and the runs, which need it to be alive while they drain.
                try await self.beating(every: interval).run(until: shutdown)
                try await self.leases.end()
            },
            RepeatingService("backlog", every: .milliseconds(50), context: context) {
                let objects = self.roster.objects
                guard !objects.isEmpty else { return false }
                await self.gate.startReading()
                await self.gate.update(try await self.store.backlog(objects: objects))
                return false
            },
            RepeatingService("limits", every: .milliseconds(100), context: context) {
                if !self.roster.objects.isEmpty { try await self.pacer.watch() }
                return false
            },
            ClosureService("runs") { shutdown in
                await shutdown.wait()
                self.roster.stopAll(.handBack)
                await self.roster.waitUntilEmpty()
            },
            ClosureService("intake") { shutdown in
                let consumer = try KafkaConsumer(
                    kafka,
                    group: self.providers.map { "\(topics.prefix)retriever.\($0.sorted().joined(separator: "."))" }
                        ?? "\(topics.prefix)retriever",
                    topics: self.providers.map { $0.map { topics.syncRequested(provider: $0) } }
                        ?? [topics.syncRequestedPattern])
                let intake = DoorbellIntake(consumer: consumer, store: self.store, roster: self.roster) {
                    self.start($0, under: $1)
                }
                try await RepeatingService(
                    "rings", every: .zero, context: self.context, recover: self.keeper.recover
                ) {
                    guard let lease = await self.leases.current else { return false }
                    return try await intake.take(lease: lease)
                }.run(until: shutdown)
                await consumer.close()
            },
        ]
    }

    private func beating(every interval: Duration) -> RepeatingService {
        RepeatingService("lease", every: interval, context: context) {
            switch try await self.leases.beat(freeSlots: self.roster.freeSlots) {
            case .alive(let lease):
                let orphans = try await self.store.handBackOrphans(
                    notAmong: self.roster.claims, claimedBefore: .seconds(10), lease: lease)
                if orphans > 0 {
                    self.logger.warning("runs that nobody worked on were handed back", [.count: .int(orphans)])
                }
            case .renewed(let lease):
                self.logger.info("registered", [.epoch: .int(lease.epoch)])
                if self.abandonsWithLease { self.roster.stopAll(.abandon) }
            }
            self.metrics.running.set(self.roster.claims.count)
            return false
        }
    }

    /// Starts a run that was claimed under `lease`.
    private func start(_ claimed: ClaimedRun, under lease: RetrieverLease) {
        metrics.noteClaim()
        let stopping = RunStop()
        roster.add(claimed.claim) { stopping.stop($0) }
        Task {
            defer { roster.remove(claimed.claim) }
            await retrieve(claimed, under: lease, stopping: stopping)
        }
    }

    private func retrieve(_ claimed: ClaimedRun, under lease: RetrieverLease, stopping: RunStop) async {
        do {
            guard let prepared = try await preparation.retrieval(of: claimed, lease: lease) else { return }
            let run = RunInProgress(
                claimed, retrieval: prepared.retrieval, credentials: prepared.credentials,
                traceparent: "\(TraceContext.new())")
            let task = RunTask(run, lease: lease, around: surroundings)
            stopping.follow { task.stop($0) }
            await task.retrieve(from: RunPreparation.position(of: claimed, in: prepared.retrieval))
            await pacer.finish(run: run.quotaUser.run)
        } catch let failure as Failure {
            logger.warning(
                "the run failed", [.failureClass: .text(failure.kind.rawValue), .cause: .text(failure.cause)])
            do {
                if try await store.fail(claimed.claim, with: failure, lease: lease) { metrics.noteFailure(failure) }
            } catch {
                logger.warning("the run is left as the database knows it", [.error: .error(error)])
            }
        } catch {
            // Found held by nobody later, and handed back.
            logger.warning("the run is left as the database knows it", [.error: .error(error)])
        }
    }
}
