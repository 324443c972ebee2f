import HTTPServer
import Models
import Synchronization

/// What a service's program gives to the code that wires it.
public struct ServiceContext: Sendable {
    /// The validated settings.
    public let configuration: Configuration
    /// The program's checks, shown by `/readyz`.
    public let health: Health
    /// The program's metrics, shown by `/metrics`.
    public let metrics: Metrics
    /// The machine's clock.
    public let clock: any WallClock
    /// A name for this process that no other one has, for leases and logs.
    public let instance: String
    /// The port that the HTTP server listens on.
    public let port: Int
    let routes: LiveRouter

    /// The value of a setting.
    public subscript<Value>(_ setting: Setting<Value>) -> Value { configuration[setting] }

    /// Adds a route to the program's HTTP server, as ``Router/on(_:_:_:)``.
    public func route(_ method: String, _ pattern: String, _ handler: @escaping Router.Handler) {
        routes.change { $0.on(method, pattern, handler) }
    }
}

/// A router that can change while it is used.
final class LiveRouter: Sendable {
    private let router = Mutex(Router())

    func change(_ body: (inout Router) -> Void) { router.withLock { body(&$0) } }

    func handle(_ request: Request) async throws -> Response {
        try await router.withLock { $0 }.handle(request)
    }
}
