import CCurl

/// What other threads want from the loop, and the bell that wakes it.
final class CurlInbox: Sendable {
    /// An order to the loop.
    enum Command {
        case start(CurlExchange, UnsafeContinuation<Result<HTTPResponse, HTTPError>, Never>)
        case cancel(CurlExchange)
    }

    /// What was handed over since the last look.
    struct Mail {
        var commands: [Command] = []
        var isClosing = false
    }

    private struct State {
        var mail = Mail()
        /// Nil once the loop has ended: nobody may ring a bell that is gone.
        var multi: UnsafeMutableRawPointer?
    }

    private let state: PthreadLock<State>

    init(multi: UnsafeMutableRawPointer) {
        state = PthreadLock(State(multi: multi))
    }

    /// Hands over `command`. False if the loop has ended.
    func send(_ command: Command) -> Bool {
        state.withLock { state in
            guard let multi = state.multi, !state.mail.isClosing else { return false }
            state.mail.commands.append(command)
            // Whoever finds the box empty rings; the others' letters are taken with it.
            if state.mail.commands.count == 1 { curl_multi_wakeup(multi) }
            return true
        }
    }

    /// Asks the loop to end.
    func close() {
        state.withLock { state in
            state.mail.isClosing = true
            if let multi = state.multi { curl_multi_wakeup(multi) }
        }
    }

    /// Everything handed over so far.
    func take() -> Mail {
        state.withLock { state in
            let mail = state.mail
            state.mail.commands = []
            return mail
        }
    }

    /// The loop has ended; returns what came too late.
    func shut() -> [Command] {
        state.withLock { state in
            state.multi = nil
            let late = state.mail.commands
            state.mail = Mail(commands: [], isClosing: true)
            return late
        }
    }
}
