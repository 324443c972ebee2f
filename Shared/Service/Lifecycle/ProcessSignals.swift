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

    /// Takes the signals over for the whole process, and returns when that is done. (They must not be set to SIG_IGN,
    /// as is done on Darwin: on Linux Dispatch installs a handler of its own, and a signal that comes before would be
    /// lost instead of ending the program.)
    public init() {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "tributary.signals")
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        for source in sources {
            source.setRegistrationHandler { @Sendable in registered.signal() }
            source.setEventHandler { @Sendable [shutdown, abandon] in
                if shutdown.isShuttingDown { abandon.trigger() }
                shutdown.trigger()
            }
            source.resume()
        }
        for _ in sources { registered.wait() }
    }
}
