import Models

/// The course of one claimed run, as a pure state machine: what happened goes in, what is to be done comes out.
///
/// Pages are fetched one after the other, because each tells where the next one is. Behind that they overlap: while
/// one page is on its way to the broker the next is fetched, so that a run is as fast as the slower of the two.
package struct RetrievalMachine<Position: Sendable & Equatable>: Sendable {
    /// Bounds of the machine.
    package struct Bounds: Sendable {
        /// Pages that are fetched and not acknowledged.
        package var pagesUnderWay = 4
        /// Tries of one request, before the run is postponed.
        package var tries = 5
        /// Postponements, before a transient failure ends the run.
        package var postponements = 12

        /// The defaults.
        package init() {}
    }

    private enum Goal: Equatable {
        case everything
        case awaitReceipts
        case handBack
        case postpone(Failure)
        case fail(Failure)
        case restart
        case over
    }

    private let bounds: Bounds
    private let postponements: Int
    /// Where the page that is fetched next starts; nil behind the last one.
    private var position: Position?
    private var nextPage: Int32
    private var isFetching = false
    private var failures = 0
    private var hasRestarted = false
    private var goal = Goal.everything
    /// Fetched, and neither declared nor sent; with the position that each starts at.
    private var waiting: [(page: Int32, position: Position)] = []
    private var underWay: Set<Int32> = []
    private var acknowledged: Set<Int32> = []
    /// The lowest page that is not marked acknowledged in the database.
    private var firstUnmarked: Int32
    private var isBroken = false

    /// A run that starts, or goes on, at `position` with page `page`.
    /// - Parameters:
    ///   - postponements: how often the run has been postponed.
    package init(position: Position, page: Int32, postponements: Int, bounds: Bounds = Bounds()) {
        self.bounds = bounds
        self.position = position
        self.postponements = postponements
        nextPage = page
        firstUnmarked = page
    }

    /// Takes note of what happened and says what is to be done.
    package mutating func handle(_ event: RetrievalEvent<Position>) -> [RetrievalAction<Position>] {
        guard goal != .over else { return [] }
        switch event {
        case .begun: break
        case .fetched(let next):
            isFetching = false
            failures = 0
            guard goal == .everything, let here = position else { break }
            waiting.append((nextPage, here))
            nextPage += 1
            position = next
        case .notFetched(let trouble):
            isFetching = false
            if goal == .everything { take(trouble) }
        case .acknowledged(let page):
            underWay.remove(page)
            acknowledged.insert(page)
        case .notSent(let failure):
            // Pages behind it may have been acknowledged; the next attempt starts at the first that was not.
            isBroken = true
            underWay.removeAll()
            goal = .postpone(failure)
        case .claimLost:
            goal = .over
            return [.abandon]
        case .restarted(let start):
            position = start
            nextPage = 0
            firstUnmarked = 0
            acknowledged = []
            goal = .everything
        case .heldUp:
            isFetching = false
            if goal == .everything { goal = .awaitReceipts }
        case .stop:
            if goal == .everything { goal = .handBack }
        }
        return next()
    }

    private mutating func take(_ trouble: RetrievalTrouble) {
        switch trouble {
        case .retry(let failure):
            failures += 1
            guard failures >= bounds.tries else { return }
            goal = postponements < bounds.postponements ? .postpone(failure) : .fail(failure)
        case .postpone(let failure): goal = .postpone(failure)
        case .fail(let failure): goal = .fail(failure)
        case .restart(let failure):
            if hasRestarted {
                goal = .fail(
                    Failure(.definition, "the provider refuses the position again after a restart: \(failure.cause)"))
            } else {
                hasRestarted = true
                goal = .restart
            }
        }
    }

    private mutating func next() -> [RetrievalAction<Position>] {
        var actions: [RetrievalAction<Position>] = []
        // What was fetched before a failure or a postponement is good; only a hand-back is in a hurry.
        if goal != .handBack, goal != .restart, !isBroken {
            while let first = waiting.first, underWay.count < bounds.pagesUnderWay {
                waiting.removeFirst()
                underWay.insert(first.page)
                actions.append(.send(page: first.page, acknowledged: markAcknowledged()))
            }
        }
        if goal == .everything, !isFetching, let position, underWay.count + waiting.count < bounds.pagesUnderWay {
            isFetching = true
            actions.append(.fetch(position, page: nextPage, failures: failures))
        }
        guard actions.isEmpty, !isFetching, underWay.isEmpty else { return actions }
        return finish()
    }

    /// What ends the run once nothing is under way.
    private mutating func finish() -> [RetrievalAction<Position>] {
        switch goal {
        case .everything:
            guard position == nil, waiting.isEmpty else { return [] }
            return over(.release(release(.drain)))
        case .awaitReceipts: return over(.release(release(.awaitReceipts)))
        case .handBack: return over(.release(release(.handBack)))
        case .postpone(let failure): return over(.release(release(.postpone(failure))))
        case .fail(let failure): return over(.fail(failure))
        case .restart:
            waiting = []
            return [.restart]
        case .over: return []
        }
    }

    private mutating func over(_ action: RetrievalAction<Position>) -> [RetrievalAction<Position>] {
        goal = .over
        return [action]
    }

    private mutating func release(_ ending: RetrievalAction<Position>.Release.Ending)
        -> RetrievalAction<Position>.Release
    {
        let resume = waiting.first
        return RetrievalAction.Release(
            ending: ending, acknowledged: markAcknowledged(), position: resume?.position ?? position,
            nextPage: resume?.page ?? nextPage)
    }

    /// The pages from the first unmarked one on that are acknowledged without a gap.
    private mutating func markAcknowledged() -> ClosedRange<Int32>? {
        var end = firstUnmarked
        while acknowledged.remove(end) != nil { end += 1 }
        guard end > firstUnmarked else { return nil }
        defer { firstUnmarked = end }
        return firstUnmarked...(end - 1)
    }
}
