import Postgres
import Testing

/// The pool's bookkeeping alone, with numbers for connections and times made up.
@Suite struct PoolQueueTests {
    private typealias Queue = PoolQueue<Int>
    private let start = ContinuousClock.now

    private func queue(limit: Int, wait: Duration = .seconds(10)) -> Queue { Queue(limit: limit, waitForServer: wait) }

    /// Asks, and answers whether a connection is to be opened; nil if one was leased.
    private func ask(_ queue: inout Queue, _ id: UInt64, after: Duration = .zero) -> Bool? {
        if case .wait(let open) = queue.acquire(id, now: start + after) { return open }
        return nil
    }

    private func receiver(_ handover: Queue.Handover) -> UInt64? {
        if case .give(let id, _) = handover { return id }
        return nil
    }

    @Test func `connections are opened for those who wait, up to the limit`() {
        var queue = queue(limit: 2)
        #expect(ask(&queue, 1) == true)
        #expect(ask(&queue, 2) == true)
        #expect(ask(&queue, 3) == false)
        #expect(queue.size == 2)
        #expect(receiver(queue.opened(100).handover) == 1)
        #expect(receiver(queue.opened(101).handover) == 2)
        #expect(queue.waiting == 1)
        #expect(receiver(queue.release(100)) == 3)
        #expect(queue.inUse == 2)
    }

    @Test func `an idle connection is used before a new one is opened`() {
        var queue = queue(limit: 2)
        _ = ask(&queue, 1)
        _ = queue.opened(100)
        guard case .keep = queue.release(100) else {
            Issue.record("not kept")
            return
        }
        guard case .lease(100) = queue.acquire(2, now: start) else {
            Issue.record("not leased")
            return
        }
        #expect(queue.size == 1)
    }

    @Test func `one who gives up is passed over`() {
        var queue = queue(limit: 1)
        for id in 1...3 { _ = ask(&queue, UInt64(id)) }
        let left = queue.abandon(2)
        let again = queue.abandon(2)
        #expect(left && !again)
        #expect(receiver(queue.opened(100).handover) == 1)
        #expect(receiver(queue.release(100)) == 3)
    }

    @Test func `a lost connection is replaced only if somebody waits`() {
        var queue = queue(limit: 1)
        _ = ask(&queue, 1)
        _ = queue.opened(100)
        let replacedForNobody = queue.lose()
        #expect(!replacedForNobody)
        #expect(queue.size == 0)
        #expect(ask(&queue, 2) == true)
        _ = queue.opened(101)
        #expect(ask(&queue, 3) == false)
        let replacedForThree = queue.lose()
        #expect(replacedForThree)
    }

    @Test func `while the server is away one opener tries, and each waits as long as it may`() {
        var queue = queue(limit: 3, wait: .seconds(10))
        _ = ask(&queue, 1)
        _ = ask(&queue, 2)
        // Two openers fail; one of them stops.
        let first = queue.openingFailed(now: start + .seconds(1))
        #expect(first.expired.isEmpty && first.nextDeadline == nil)
        let second = queue.openingFailed(now: start + .seconds(1))
        #expect(second.expired.isEmpty && second.nextDeadline == start + .seconds(11))
        #expect(ask(&queue, 3, after: .seconds(5)) == false)
        // The time counts from the outage for those who came before it, from their coming for the others.
        let third = queue.openingFailed(now: start + .seconds(11))
        #expect(third.expired == [1, 2] && third.nextDeadline == start + .seconds(15))
        let fourth = queue.openingFailed(now: start + .seconds(15))
        #expect(fourth.expired == [3] && fourth.nextDeadline == nil)
        #expect(queue.size == 0)
        #expect(ask(&queue, 4, after: .seconds(20)) == true)
    }

    @Test func `when the server is back, connections are opened for all who wait`() {
        var queue = queue(limit: 3)
        _ = ask(&queue, 1)
        _ = queue.openingFailed(now: start)
        for id in 2...5 { #expect(ask(&queue, UInt64(id)) == false) }
        let (handover, more) = queue.opened(100)
        #expect(receiver(handover) == 1)
        #expect(more == 2)
        #expect(queue.size == 3)
    }

    @Test func `a closed queue gives nothing out`() {
        var queue = queue(limit: 1)
        _ = ask(&queue, 1)
        _ = queue.opened(100)
        _ = ask(&queue, 2)
        let (idle, waiters) = queue.close()
        #expect(idle.isEmpty && waiters == [2])
        guard case .closed = queue.acquire(3, now: start), case .discard(100) = queue.release(100) else {
            Issue.record("the queue gave something out")
            return
        }
        #expect(queue.size == 0)
    }
}
