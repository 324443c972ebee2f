import Dispatch
import Glibc

/// Turns SIGTERM and SIGINT into shutdown signals: the first one begins the drain, the second one abandons it.
/// SIGPIPE is ignored, so that a peer that went away is an error of the write.
public final class ProcessSignals: Sendable {
    /// Given at the first SIGTERM or SIGINT.
    public let shutdown = ShutdownSignal()
    /// Given at the second one.
    public let abandon = ShutdownSignal()
    // Written in init only; a source that is not kept is cancelled.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// Takes the signals over for the whole process.
    public init() {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "tributary.signals")
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        self.sources = sources
        for source in sources {
            source.setEventHandler { @Sendable [shutdown, abandon] in
                if shutdown.isShuttingDown { abandon.trigger() }
                shutdown.trigger()
            }
            source.resume()
        }
    }
}
