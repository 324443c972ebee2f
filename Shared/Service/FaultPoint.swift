import FoundationEssentials
import Glibc
import Synchronization

/// Places where a process kills itself as `kill -9` would, for the tests that prove that nothing is lost there. Inert
/// unless `TRIBUTARY_FAULT_POINT=<name>[:<nth>]` names one; `nth` counts the passes of this process, from 1.
public enum FaultPoint: String, Sendable, CaseIterable {
    /// Retriever: the page is declared, none of it is sent.
    case declaredNotProduced = "declared-not-produced"
    /// Retriever: the page is sent, the broker has not acknowledged it.
    case producedNotAcknowledged = "produced-not-acknowledged"
    /// Retriever: the broker has acknowledged the page, the database does not know.
    case acknowledgedNotMarked = "acknowledged-not-marked"
    /// Processor: the batch is stored, its offsets are not committed.
    case storedOffsetNotCommitted = "stored-offset-not-committed"
    /// Processor: changes are committed, their records are not published.
    case committedNotPublished = "committed-not-published"
    /// Scheduler: inside the transaction that closes runs.
    case insideClosingStatement = "inside-closing-statement"

    /// Retriever: the intent to renew a token is committed, the refresh token is not sent.
    case renewalIntended = "renewal-intended"
    /// Retriever: the authorisation server has answered with a new token, which is not stored.
    case renewalAnswered = "renewal-answered"

    /// Kills the process if this is the place, and the time, that the environment names.
    public static func pass(_ point: FaultPoint) {
        guard let armed, armed.point == point else { return }
        guard passes.add(1, ordering: .relaxed).newValue == armed.nth else { return }
        // Not through the log, whose buffer dies with the process: the test counts these lines.
        let line = "fault point \(point.rawValue) reached: killing this process\n"
        _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        kill(getpid(), SIGKILL)
        // The signal may be delivered to another thread first; nothing after this line may run.
        while true { pause() }
    }

    /// Whether the environment names this place.
    public static func isArmed(_ point: FaultPoint) -> Bool { armed?.point == point }

    /// What a value of the variable asks for; nil if it names no place.
    package static func parse(_ text: String) -> (point: FaultPoint, nth: Int)? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard let name = parts.first, let point = FaultPoint(rawValue: String(name)) else { return nil }
        guard parts.count == 2 else { return (point, 1) }
        guard let nth = Int(parts[1]), nth > 0 else { return nil }
        return (point, nth)
    }

    private static let passes = Atomic<Int>(0)
    private static let armed: (point: FaultPoint, nth: Int)? =
        ProcessInfo.processInfo.environment["TRIBUTARY_FAULT_POINT"].flatMap(parse)
}
