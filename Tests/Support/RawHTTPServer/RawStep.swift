import Foundation

/// One thing that the server does in answer to a request. After the last step it reads the next request of the same
/// connection.
public enum RawStep: Sendable {
    /// Sends bytes.
    case send([UInt8])
    /// Sends bytes one at a time with a pause after each.
    case drip([UInt8], every: Duration)
    /// Sends the same bytes again and again until the client has enough.
    case flood([UInt8])
    /// Waits until the gate is open.
    case wait(Gate)
    /// Says nothing until the client goes away.
    case hang
    /// Ends the connection in good order (FIN).
    case close
    /// Breaks the connection off (RST).
    case reset

    /// Sends text.
    public static func text(_ text: String) -> RawStep { .send(Array(text.utf8)) }

    /// Sends a correct response.
    public static func response(
        _ status: Int = 200, _ headers: [(String, String)] = [], body: [UInt8] = []
    ) -> RawStep {
        var head = "HTTP/1.1 \(status) Some Reason\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return .send(Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body)
    }
}

/// A door that a test opens once.
public final class Gate: Sendable {
    // NSCondition is a lock; the value is touched only while it is held.
    private final class State: @unchecked Sendable {
        let condition = NSCondition()
        var isOpen = false
    }
    private let state = State()

    /// A closed gate.
    public init() {}

    /// Lets everyone through, from now on.
    public func open() {
        state.condition.lock()
        state.isOpen = true
        state.condition.broadcast()
        state.condition.unlock()
    }

    func wait() {
        state.condition.lock()
        while !state.isOpen { state.condition.wait() }
        state.condition.unlock()
    }
}
