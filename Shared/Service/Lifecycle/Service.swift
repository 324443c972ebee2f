/// Something long-lived in a program.
public protocol Service: Sendable {
    /// What it is called in logs.
    var name: String { get }
    /// Gets ready; the services behind it in the group start when this returns. Does nothing unless implemented.
    func start() async throws
    /// Works until `shutdown` is given, then finishes or hands back what it holds, and returns. Returning or throwing
    /// before that ends the program with an error. Past the deadline its task is cancelled and not waited for.
    func run(until shutdown: ShutdownSignal) async throws
}

extension Service {
    /// Nothing to get ready.
    public func start() async throws {}
}

/// A service made of a closure.
public struct ClosureService: Service {
    /// What it is called.
    public let name: String
    private let body: @Sendable (ShutdownSignal) async throws -> Void

    /// A service that runs `body`.
    public init(_ name: String, _ body: @escaping @Sendable (ShutdownSignal) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Runs the closure.
    public func run(until shutdown: ShutdownSignal) async throws { try await body(shutdown) }
}
