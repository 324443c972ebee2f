import Models

/// Runs services: starts them in order, and when it is time to end, drains them in reverse order, one after the other.
public struct ServiceGroup: Sendable {
    /// How a group ended.
    public enum Outcome: Sendable, Equatable {
        /// All ended as asked.
        case drained
        /// One ended or threw although nobody asked, or threw while it drained; the others were drained.
        case failed(service: String, error: String)
        /// These had not ended when the deadline passed or a person stopped waiting.
        case abandoned([String])
    }

    private let services: [any Service]
    private let deadline: Duration
    private let clock: any WallClock
    private let logger: Logger

    /// A group of `services`, which has `deadline` to drain.
    public init(
        _ services: [any Service], deadline: Duration, clock: any WallClock = SystemClock(),
        logger: Logger = Logger(label: "service")
    ) {
        self.services = services
        self.deadline = deadline
        self.clock = clock
        self.logger = logger
    }

    /// Runs until `shutdown` is given and all are drained, or one fails.
    /// - Parameter abandon: given when nobody wants to wait for the drain any longer.
    public func run(until shutdown: ShutdownSignal, abandon: ShutdownSignal = ShutdownSignal()) async -> Outcome {
        let (events, send) = AsyncStream.makeStream(of: ServiceGroupState.Event.self)
        let registrations = [
            shutdown.onShutdown { send.yield(.shutdown) }, abandon.onShutdown { send.yield(.abandon) },
        ]
        defer { for registration in registrations { registration.remove() } }
        let signals = services.map { _ in ShutdownSignal() }
        var state = ServiceGroupState(count: services.count)
        var tasks: [Task<Void, Never>] = []
        defer { for task in tasks { task.cancel() } }
        if services.isEmpty { send.yield(.shutdown) }
        send.yield(.begun)
        for await event in events {
            note(event)
            for action in state.handle(event) {
                switch action {
                case .start(let index): tasks.append(launch(index, signals[index], send))
                case .stop(let index): signals[index].trigger()
                case .beginDeadline: tasks.append(countDown(send))
                case .cancelAll: for task in tasks { task.cancel() }
                case .finish(let outcome): return named(outcome)
                }
            }
        }
        return .abandoned(services.map(\.name))
    }

    private func launch(
        _ index: Int, _ signal: ShutdownSignal, _ send: AsyncStream<ServiceGroupState.Event>.Continuation
    ) -> Task<Void, Never> {
        let service = services[index]
        return Task {
            do {
                // Whoever waits for a database in `start` must not keep the program from ending.
                try await signal.cancelling { try await service.start() }
                send.yield(.started(index))
                try await service.run(until: signal)
                send.yield(.ended(index, error: nil))
            } catch {
                send.yield(.ended(index, error: signal.isShuttingDown && error is CancellationError ? nil : "\(error)"))
            }
        }
    }

    private func countDown(_ send: AsyncStream<ServiceGroupState.Event>.Continuation) -> Task<Void, Never> {
        Task {
            guard (try? await clock.sleep(for: deadline)) != nil else { return }
            send.yield(.abandon)
        }
    }

    private func note(_ event: ServiceGroupState.Event) {
        switch event {
        case .started(let index): logger.debug("service started", [.service: .text(services[index].name)])
        case .ended(let index, let error?):
            logger.error("service failed", [.service: .text(services[index].name), .error: .text(error)])
        case .ended(let index, nil): logger.debug("service ended", [.service: .text(services[index].name)])
        case .shutdown: logger.info("shutting down", [.deadline: .of(DurationText.format(deadline))])
        case .begun, .abandon: break
        }
    }

    private func named(_ outcome: ServiceGroupState.Outcome) -> Outcome {
        switch outcome {
        case .drained: .drained
        case .failed(let index, let error):
            .failed(service: services[index].name, error: error ?? "it ended although nobody asked it to")
        case .abandoned(let indices): .abandoned(indices.map { services[$0].name })
        }
    }
}
