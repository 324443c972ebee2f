import Models
import Synchronization

/// A number that only grows.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    /// The number now.
    public var value: UInt64 { count.load(ordering: .relaxed) }

    /// Adds `amount`; nothing if it is negative.
    public func increment(by amount: Int = 1) {
        if amount > 0 { count.wrappingAdd(UInt64(amount), ordering: .relaxed) }
    }
}

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let bits = AtomicNumber()

    /// The number now.
    public var value: Double { bits.value }

    /// Sets the number.
    public func set(_ value: Double) { bits.set(value) }

    /// Sets the number.
    public func set(_ value: some BinaryInteger) { bits.set(Double(value)) }

    /// Adds `amount`, which may be negative.
    public func add(_ amount: Double) { bits.add(amount) }
}

/// How values spread over fixed buckets.
public final class Histogram: Sendable {
    /// Buckets for how long something takes, from a millisecond to a minute.
    public static let seconds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Buckets for sizes in bytes, from 256 B to 64 MB.
    public static let bytes: [Double] = (4...13).map { Double(1 << ($0 * 2)) }

    let buckets: [Double]
    // One element more than there are bounds: what is above all of them.
    private let counts: [AtomicCount]
    private let total = AtomicNumber()

    init(buckets: [Double]) {
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }, "buckets have to grow: \(buckets)")
        self.buckets = buckets
        counts = (0...buckets.count).map { _ in AtomicCount() }
    }

    /// Counts `value`.
    public func observe(_ value: Double) {
        let index = buckets.firstIndex { value <= $0 } ?? buckets.count
        counts[index].increment()
        total.add(value)
    }

    /// Counts a duration, in seconds.
    public func observe(_ duration: Duration) { observe(Double(duration.microseconds) / 1e6) }

    /// How many values each bucket and all buckets below it hold; the last one holds all.
    var cumulativeCounts: [UInt64] {
        var sum: UInt64 = 0
        return counts.map { count in
            sum += count.value
            return sum
        }
    }

    /// The sum of all values.
    var sum: Double { total.value }
}

private final class AtomicCount: Sendable {
    private let count = Atomic<UInt64>(0)
    var value: UInt64 { count.load(ordering: .relaxed) }
    func increment() { count.wrappingAdd(1, ordering: .relaxed) }
}

private final class AtomicNumber: Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (done, seen) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if done { return }
            old = seen
        }
    }
}
