import Foundation
import RawHTTPServer
import Synchronization

/// A provider that notes when each request arrives. Its listings never end, or after a few pages.
final class ArrivalServer: Sendable {
    struct Arrival: Sendable {
        var at: ContinuousClock.Instant
        var provider: String
        var customer: String
        /// The listing: one of a customer.
        var run: String
        /// The page that was asked for.
        var page: Int
        var wasRefused = false
    }

    private struct State {
        var arrivals: [Arrival] = []
        var refusal: (provider: String, seconds: Int)?
    }

    private final class Notes: Sendable {
        let state = Mutex(State())
    }

    private let notes: Notes
    private let server: RawHTTPServer

    init() throws {
        let notes = Notes()
        self.notes = notes
        server = try RawHTTPServer { Self.answer($0, at: .now, notes) }
    }

    func address(_ provider: String, _ customer: String, _ number: Int) -> String {
        "\(server.url)/\(provider)/\(customer)/\(number)"
    }

    /// What has arrived, of one provider, in the order of time.
    func arrivals(_ provider: String) -> [Arrival] {
        notes.state.withLock { $0.arrivals }.filter { $0.provider == provider }.sorted { $0.at < $1.at }
    }

    /// Answers the next request of `provider` with 429 and a `Retry-After`.
    func refuseNext(_ provider: String, for seconds: Int) {
        notes.state.withLock { $0.refusal = (provider, seconds) }
    }

    private static func answer(_ request: RawRequest, at time: ContinuousClock.Instant, _ notes: Notes) -> [RawStep] {
        guard let components = URLComponents(string: request.target),
            case let parts = components.path.split(separator: "/").map(String.init), parts.count == 4
        else { return [.response(404)] }
        let page = components.queryItems?.first { $0.name == "page" }?.value.flatMap { Int($0) } ?? 0
        var arrival = Arrival(at: time, provider: parts[0], customer: parts[1], run: parts[1] + parts[2], page: page)
        let refusal = notes.state.withLock { state -> Int? in
            var seconds: Int?
            if let refusal = state.refusal, refusal.provider == arrival.provider {
                seconds = refusal.seconds
                state.refusal = nil
                arrival.wasRefused = true
            }
            state.arrivals.append(arrival)
            return seconds
        }
        if let refusal { return [.response(429, [("Retry-After", "\(refusal)")])] }
        let next = arrival.provider == "free" && page >= 2 ? "null" : "\"\(page + 1)\""
        let body = "{\"items\":[{\"id\":\"\(page)\"}],\"next\":\(next)}"
        return [.response(200, [("Content-Type", "application/json")], body: Array(body.utf8))]
    }
}
