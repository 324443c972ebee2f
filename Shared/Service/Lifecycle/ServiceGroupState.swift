/// What a group of services does when something happens. Pure: `handle` turns an event into actions.
struct ServiceGroupState {
    /// What happened.
    enum Event: Equatable {
        /// The group was set going.
        case begun
        /// The service at an index is ready.
        case started(Int)
        /// The service at an index has ended, with what it threw.
        case ended(Int, error: String?)
        /// It is time to end.
        case shutdown
        /// The drain has taken too long, or a person does not want to wait for it.
        case abandon
    }
    /// What is to be done.
    enum Action: Equatable {
        /// Start the service at an index, and run it when it is ready.
        case start(Int)
        /// Tell the service at an index that it is time to end.
        case stop(Int)
        /// From now on the drain has its deadline.
        case beginDeadline
        /// Cancel what still runs.
        case cancelAll
        /// The group is done.
        case finish(Outcome)
    }
    /// How a group ended.
    enum Outcome: Equatable {
        case drained
        case failed(index: Int, error: String?)
        case abandoned([Int])
    }
    private enum Phase { case running, draining, finished }

    private let count: Int
    private var phase = Phase.running
    private var alive: Set<Int> = []
    private var failure: (index: Int, error: String?)?

    init(count: Int) { self.count = count }

    mutating func handle(_ event: Event) -> [Action] {
        switch (phase, event) {
        case (.finished, _): return []
        case (.running, .begun): return startNext(0)
        case (.running, .started(let index)): return startNext(index + 1)
        case (.running, .ended(let index, let error)):
            alive.remove(index)
            failure = (index, error)
            return drain()
        case (.running, .shutdown): return drain()
        case (.draining, .ended(let index, let error)):
            alive.remove(index)
            if let error, failure == nil { failure = (index, error) }
            return stopNext()
        case (_, .abandon):
            phase = .finished
            return [.cancelAll, .finish(.abandoned(alive.sorted()))]
        case (.draining, .begun), (.draining, .started), (.draining, .shutdown): return []
        }
    }

    private mutating func startNext(_ index: Int) -> [Action] {
        guard index < count else { return [] }
        alive.insert(index)
        return [.start(index)]
    }

    private mutating func drain() -> [Action] {
        phase = .draining
        return [.beginDeadline] + stopNext()
    }

    /// The last one that is alive is told to end; being told twice does no harm.
    private mutating func stopNext() -> [Action] {
        if let last = alive.max() { return [.stop(last)] }
        phase = .finished
        return [.finish(failure.map { .failed(index: $0.index, error: $0.error) } ?? .drained)]
    }
}
