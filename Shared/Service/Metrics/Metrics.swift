import Synchronization

/// The metrics of a program. Asking for one with the same name and labels gives the same handle; keep handles where
/// they are used often, they need no lock.
public final class Metrics: Sendable {
    /// The one of the program.
    public static let shared = Metrics()

    enum Handle: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }
    struct Family: Sendable {
        let help: String
        let type: String
        var handles: [Labels: Handle] = [:]
    }
    struct State {
        var families: [String: Family] = [:]
        var collectors: [@Sendable () -> Void] = []
    }
    let state = Mutex(State())

    /// An empty set of metrics.
    public init() {}

    /// A number that only grows. Its name ends in `_total`, after the unit if it has one.
    public func counter(_ name: String, _ help: String, _ labels: [String: String] = [:]) -> Counter {
        precondition(name.hasSuffix("_total"), "a counter's name ends in _total: \(name)")
        let handle = handle(name, help, "counter", labels) { .counter(Counter()) }
        guard case .counter(let counter) = handle else { preconditionFailure("\(name) is not a counter") }
        return counter
    }

    /// A number that goes up and down.
    public func gauge(_ name: String, _ help: String, _ labels: [String: String] = [:]) -> Gauge {
        let handle = handle(name, help, "gauge", labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = handle else { preconditionFailure("\(name) is not a gauge") }
        return gauge
    }

    /// A counter that someone else keeps and that is copied from there when rendered.
    func copiedCounter(_ name: String, _ help: String) -> Gauge {
        let handle = handle(name, help, "counter", [:]) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = handle else { preconditionFailure("\(name) is counted here") }
        return gauge
    }

    /// How values spread over `buckets` (upper bounds, growing, in the unit of the name).
    public func histogram(
        _ name: String, _ help: String, _ labels: [String: String] = [:], buckets: [Double] = Histogram.seconds
    ) -> Histogram {
        let handle = handle(name, help, "histogram", labels) { .histogram(Histogram(buckets: buckets)) }
        guard case .histogram(let histogram) = handle else { preconditionFailure("\(name) is not a histogram") }
        return histogram
    }

    /// Forgets one label set of a metric, for what is no longer there.
    public func remove(_ name: String, _ labels: [String: String]) {
        state.withLock { _ = $0.families[name]?.handles.removeValue(forKey: Labels(labels)) }
    }

    /// Calls `collector` before each rendering; it sets gauges. It must not wait.
    public func onRender(_ collector: @escaping @Sendable () -> Void) {
        state.withLock { $0.collectors.append(collector) }
    }

    private func handle(
        _ name: String, _ help: String, _ type: String, _ labels: [String: String], make: () -> Handle
    ) -> Handle {
        let key = Labels(labels)
        return state.withLock { state in
            if let handle = state.families[name]?.handles[key] { return handle }
            precondition(PrometheusText.isValidName(name), "not a name of a metric: \(name)")
            precondition(labels.keys.allSatisfy(PrometheusText.isValidLabel), "not names of labels: \(labels.keys)")
            let handle = make()
            state.families[name, default: Family(help: help, type: type)].handles[key] = handle
            return handle
        }
    }
}

/// A set of labels in a fixed order.
struct Labels: Hashable, Sendable {
    let pairs: [Pair]

    struct Pair: Hashable, Sendable {
        let name: String
        let value: String
    }

    init(_ labels: [String: String]) {
        pairs = labels.sorted { $0.key < $1.key }.map { Pair(name: $0.key, value: $0.value) }
    }
}
