import Catalog
import JSON
import Models
import Service
import Storage

/// Carries out what the machine of one run says.
package struct RunTask: Sendable {
    /// What a run needs of its process.
    package final class Surroundings: Sendable {
        let fetcher: PageFetcher
        let sender: PageSender
        let writer: RunWriter
        let store: any RetrievalStore
        let sweeps: SweepPages
        let gate: BacklogGate
        let clock: any WallClock
        let metrics: RetrieverMetrics
        let backoff = Backoff(base: .milliseconds(250), cap: .seconds(20))

        /// What all runs of a process share.
        package init(
            fetcher: PageFetcher, sender: PageSender, writer: RunWriter,
            store: any RetrievalStore & SweepStore, gate: BacklogGate, clock: any WallClock, metrics: RetrieverMetrics
        ) {
            self.fetcher = fetcher
            self.sender = sender
            self.writer = writer
            self.store = store
            sweeps = SweepPages(store: store)
            self.gate = gate
            self.clock = clock
            self.metrics = metrics
        }
    }

    private typealias Event = RetrievalEvent<PagePosition>
    private let run: RunInProgress
    private let lease: RetrieverLease
    private let around: Surroundings
    private let logger: Logger
    private let events: AsyncStream<Event>
    private let send: AsyncStream<Event>.Continuation

    /// The retrieval of `run`, which was claimed under `lease`.
    package init(_ run: RunInProgress, lease: RetrieverLease, around: Surroundings) {
        self.run = run
        self.lease = lease
        self.around = around
        logger = Logger(label: "retrieval").with([
            .provider: .text(run.claimed.provider), .object: .text("\(run.claimed.source.object)"),
            .run: .int(run.claimed.run), .attempt: .int(run.claimed.attempt),
        ])
        (events, send) = AsyncStream.makeStream(of: Event.self)
    }

    /// Ends the run early: handed back after what is under way, or abandoned at once.
    func stop(_ reason: RunRoster.Stop) {
        switch reason {
        case .handBack: send.yield(.stop)
        case .abandon: send.yield(.claimLost)
        }
    }

    /// Retrieves until the run is let go of.
    package func retrieve(from position: PagePosition) async {
        let progress = RunProgress(run.claimed, from: position)
        send.yield(.begun)
        await withDiscardingTaskGroup { group in
            for await event in events {
                for action in begin(event, progress, in: &group) {
                    await end(action, progress)
                    send.finish()
                }
            }
            group.cancelAll()
        }
    }

    /// Begins what follows from `event`, and returns what ends the run. Not a part of the task that waits for events:
    /// every value that an `async` function handles is kept in its frame for as long as it runs.
    @inline(never)
    private func begin(
        _ event: Event, _ progress: RunProgress, in group: inout DiscardingTaskGroup
    ) -> [RetrievalAction<PagePosition>] {
        let fetched = progress.fetched
        var endings: [RetrievalAction<PagePosition>] = []
        for action in progress.handle(event) {
            switch action {
            case .fetch(let position, let number, let failures):
                group.addTask { await fetch(position, number, failures, onto: fetched) }
            case .send(let number, let acknowledged):
                guard let page = progress.take(number) else { continue }
                group.addTask { await deliver(page.page, number, page.position, acknowledged) }
            case .restart:
                group.addTask { await restart() }
            case .release, .fail, .abandon: endings.append(action)
            }
        }
        return endings
    }

    private func end(_ action: RetrievalAction<PagePosition>, _ progress: RunProgress) async {
        switch action {
        case .release(let release): await letGo(release, cursor: progress.cursor)
        case .fail(let failure): await fail(failure)
        default: logger.info("the run belongs to another retriever now")
        }
    }

    private func fetch(_ position: PagePosition, _ number: Int32, _ failures: Int, onto shelf: PageShelf) async {
        do {
            if failures > 0 { try await around.clock.sleep(for: around.backoff.delay(after: failures)) }
            try await around.gate.pass(object: run.claimed.objectID, customer: run.claimed.customerID)
            if let comparison = run.retrieval.comparison(at: position) {
                try await compare(comparison, number, at: position, onto: shelf)
                return
            }
            switch try await around.fetcher.fetch(
                run.retrieval, at: position, user: run.quotaUser, credentials: run.credentials)
            {
            case .page(let page):
                run.bound(by: page.providerClock)
                // What a sweep has seen is kept before it can be compared.
                guard try await around.sweeps.keep(page.content, of: run.claimed.claim, lease: lease) else {
                    send.yield(.claimLost)
                    return
                }
                put(page, number, position, onto: shelf)
            case .trouble(let trouble):
                around.metrics.note(trouble)
                logger.info("a page could not be read", [.page: .int(number), .cause: .text(trouble.failure.cause)])
                send.yield(.notFetched(trouble))
            }
        } catch is CancellationError {
            return
        } catch is BacklogGate.HeldUp {
            logger.info("the run makes room until its records are stored", [.page: .int(number)])
            send.yield(.heldUp)
        } catch {
            send.yield(.notFetched(.retry(Failure(.transient, "\(error)", isOurs: true))))
        }
    }

    private func compare(
        _ comparison: SweepComparison, _ number: Int32, at position: PagePosition, onto shelf: PageShelf
    ) async throws {
        let page = try await around.sweeps.page(
            comparison, of: run.retrieval, claim: run.claimed.claim, lease: lease)
        guard let page else {
            send.yield(.claimLost)
            return
        }
        if let refusal = page.ignored { logger.warning("the sweep removed nothing", [.cause: .text(refusal)]) }
        put(PageFetcher.Page(content: page, providerClock: nil), number, position, onto: shelf)
    }

    private func put(_ page: PageFetcher.Page, _ number: Int32, _ position: PagePosition, onto shelf: PageShelf) {
        around.metrics.note(page.content)
        shelf.put(page, number: number, position: position)
        let next: PagePosition? =
            switch page.content.step {
            case .next(let next), .overlapMissed(let next): next
            case .end: nil
            }
        send.yield(.fetched(next: next))
    }

    private func deliver(
        _ page: PageFetcher.Page, _ number: Int32, _ position: PagePosition, _ acknowledged: ClosedRange<Int32>?
    ) async {
        do {
            let outcome = try await around.sender.send(
                page, number: number, of: run, at: position.json.encoded, acknowledged: acknowledged, lease: lease)
            switch outcome {
            case .acknowledged: send.yield(.acknowledged(page: number))
            case .claimLost: send.yield(.claimLost)
            case .refused(let failure): send.yield(.notSent(failure))
            }
        } catch {
            giveUp(error)
        }
    }

    private func restart() async {
        do {
            guard try await around.store.restart(run.claimed.claim, lease: lease) else {
                send.yield(.claimLost)
                return
            }
            send.yield(.restarted(try run.restart()))
        } catch let failure as Failure {
            send.yield(.notFetched(.fail(failure)))
        } catch {
            giveUp(error)
        }
    }

    private func letGo(_ release: RetrievalAction<PagePosition>.Release, cursor: JSONValue?) async {
        let ending: RunRelease.Ending
        switch release.ending {
        case .drain: ending = .drain(cursor: cursor?.encoded)
        case .awaitReceipts: ending = .awaitReceipts
        case .handBack: ending = .handBack
        case .postpone(let failure): ending = .postpone(wakeAt: wakeTime(failure), cause: failure)
        }
        do {
            _ = try await around.writer.release(
                RunRelease(
                    claim: run.claimed.claim, acknowledged: release.acknowledged,
                    position: release.position?.json.encoded, nextPage: release.nextPage, ending: ending,
                    providerClock: run.unwrittenClock), lease: lease)
            around.metrics.note(release.ending)
        } catch {
            giveUp(error)
        }
    }

    private func wakeTime(_ failure: Failure) -> Timestamp {
        var generator = SystemRandomNumberGenerator()
        return WakeTime.after(
            failure, postponements: run.claimed.postponements, now: around.clock.now, using: &generator)
    }

    private func fail(_ failure: Failure) async {
        logger.warning(
            "the run failed", [.failureClass: .text(failure.kind.rawValue), .cause: .text(failure.cause)])
        do {
            if try await around.store.fail(run.claimed.claim, with: failure, lease: lease) {
                around.metrics.noteFailure(failure)
            }
            if failure.kind == .authorization { try await run.credentials.reconsider() }
        } catch {
            giveUp(error)
        }
    }

    /// The database could not be made to take a write: the run stays as it is there, until this process finds that it
    /// holds a run that nobody works on, or its lease ends.
    private func giveUp(_ error: any Error) {
        logger.warning("the run is left as the database knows it", [.error: .error(error)])
        send.yield(.claimLost)
    }
}

extension RetrievalTrouble {
    var failure: Failure {
        switch self {
        case .retry(let failure), .postpone(let failure), .restart(let failure), .fail(let failure): failure
        }
    }
}
