import CCurl  // SOCK_STREAM is in a header that belongs to no module of Glibc; a release build finds it only here
import Dispatch
import Glibc

/// Looks names up with the system's resolver, off the cooperative threads, for the one case in which libcurl does not:
/// a target behind a proxy.
struct HostResolver: Sendable {
    private let queue = DispatchQueue(label: "tributary.resolver", attributes: .concurrent)

    /// The addresses of `host`, best first.
    /// - Throws: `unresolvedHost`, `timeoutConnecting` after `limit`, `cancelled`. The lookup itself cannot be stopped;
    ///   its answer then goes nowhere.
    func addresses(of host: String, within limit: Duration) async throws(HTTPError) -> [IPAddress] {
        let answer = FirstAnswer()
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                answer.await(continuation)
                queue.async { answer.give(Self.lookUp(host)) }
                queue.asyncAfter(deadline: .now() + .milliseconds(MonotonicTime.milliseconds(limit))) {
                    answer.give(.failure(HTTPError(.timeoutConnecting, "\(host): no address within \(limit)")))
                }
            }
        } onCancel: {
            answer.give(.failure(HTTPError(.cancelled, "\(host): cancelled")))
        }
        return try result.get()
    }

    private static func lookUp(_ host: String) -> Result<[IPAddress], HTTPError> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else {
            return .failure(HTTPError(.unresolvedHost, "\(host): the name is unknown"))
        }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var entry = list
        while let current = entry {
            if let raw = current.pointee.ai_addr,
                let address = IPAddress(UnsafeRawPointer(raw), length: Int(current.pointee.ai_addrlen))
            {
                found.append(address)
            }
            entry = current.pointee.ai_next
        }
        return .success(found)
    }
}

/// The first of several answers counts.
private final class FirstAnswer: Sendable {
    typealias Answer = Result<[IPAddress], HTTPError>
    private enum State {
        case open
        case awaited(UnsafeContinuation<Answer, Never>)
        case answered(Answer)
        case done
    }
    private let state = PthreadLock(State.open)

    func await(_ continuation: UnsafeContinuation<Answer, Never>) {
        let early: Answer? = state.withLock { state in
            if case .answered(let answer) = state {
                state = .done
                return answer
            }
            state = .awaited(continuation)
            return nil
        }
        if let early { continuation.resume(returning: early) }
    }

    func give(_ answer: Answer) {
        let continuation: UnsafeContinuation<Answer, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .answered(answer)
                return nil
            case .awaited(let continuation):
                state = .done
                return continuation
            case .answered, .done: return nil
            }
        }
        continuation?.resume(returning: answer)
    }
}
