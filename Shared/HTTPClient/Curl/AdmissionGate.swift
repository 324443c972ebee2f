/// Decides which request may start, within a bound for all hosts and one per host. Pure: it holds what waits and
/// answers who is next. Hosts take turns, so that a slow one with a long queue delays nobody else's requests.
///
/// libcurl has such bounds too, but one queue for all hosts whose head can block the rest (seen in 7.88).
package struct AdmissionGate<Waiter> {
    private struct Host {
        var underWay = 0
        var waiting: [Waiter] = []
        /// Index of the first waiter; the ones before it are gone.
        var head = 0
    }

    private let total: Int
    private let perHost: Int
    private var underWay = 0
    private var hosts: [String: Host] = [:]
    /// Hosts with waiters, in the order of their turns.
    private var turns: [String] = []

    /// A gate with these bounds, at least 1 each.
    package init(total: Int, perHost: Int) {
        self.total = max(1, total)
        self.perHost = max(1, perHost)
    }

    /// Whether `waiter` may start now; otherwise it is kept until ``next()`` names it.
    package mutating func enter(_ waiter: Waiter, host name: String) -> Bool {
        var host = hosts[name] ?? Host()
        defer { hosts[name] = host }
        if underWay < total, host.underWay < perHost, host.head == host.waiting.count {
            underWay += 1
            host.underWay += 1
            return true
        }
        if host.head == host.waiting.count { turns.append(name) }
        host.waiting.append(waiter)
        return false
    }

    /// One that had started is done. Ask ``next()`` afterwards until it answers nil.
    package mutating func leave(host name: String) {
        guard var host = hosts[name], host.underWay > 0 else { return }
        underWay -= 1
        host.underWay -= 1
        hosts[name] = host.underWay == 0 && host.head == host.waiting.count ? nil : host
    }

    /// The next waiter that may start, which has started by that; nil if none may.
    package mutating func next() -> Waiter? {
        guard underWay < total else { return nil }
        for index in turns.indices {
            let name = turns[index]
            guard var host = hosts[name], host.underWay < perHost else { continue }
            let waiter = host.waiting[host.head]
            host.head += 1
            host.underWay += 1
            underWay += 1
            turns.remove(at: index)
            if host.head == host.waiting.count {
                host.waiting = []
                host.head = 0
            } else {
                turns.append(name)
                if host.head > 64, host.head * 2 > host.waiting.count {
                    host.waiting.removeFirst(host.head)
                    host.head = 0
                }
            }
            hosts[name] = host
            return waiter
        }
        return nil
    }
}
