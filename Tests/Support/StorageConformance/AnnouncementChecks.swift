import Models
import Storage
import Synchronization

/// What was sent.
private final class Sent: Sendable {
    private let ids = Mutex<[Int64]>([])
    var all: [Int64] { ids.withLock { $0 } }
    func note(_ announcements: [Announcement]) { ids.withLock { $0 += announcements.map(\.id) } }
}

private struct BrokerAway: Error {}

extension RunLedgerFixture {
    /// Announces the ends of so many runs.
    fileprivate func finish(_ runs: Int) async throws {
        let lease = try await retriever()
        for _ in 0..<runs {
            let run = try await claimedRun(lease)
            _ = try await retrieval.release([run.ending(.drain(cursor: nil))], lease: lease)
            try expect(try await scheduling.closeDrained(limit: 10).count, 1)
        }
    }
}

extension RunLedgerCheck {
    static let announcing: [RunLedgerCheck] = [
        RunLedgerCheck("announcements are sent oldest first, each once") { ledger in
            let sent = Sent()
            try await ledger.finish(3)
            for count in [2, 1, 0] {
                try expect(try await ledger.announcements.publishAnnouncements(limit: 2, sent.note), count)
            }
            try expect(sent.all.count, 3)
            try expect(sent.all, Set(sent.all).sorted(), "the order")
        },
        RunLedgerCheck("announcements that could not be sent stay") { ledger in
            let sent = Sent()
            try await ledger.finish(1)
            do {
                _ = try await ledger.announcements.publishAnnouncements(limit: 9) { _ in throw BrokerAway() }
                throw BrokenRule(description: "a failure to send was hidden")
            } catch is BrokerAway {}
            try expect(try await ledger.announcements.publishAnnouncements(limit: 9, sent.note), 1)
        },
        RunLedgerCheck("while one publisher sends announcements, another gets none") { ledger in
            let sent = Sent()
            let store = ledger.announcements
            try await ledger.finish(2)
            let first = try await store.publishAnnouncements(limit: 1) { announcements in
                try expect(try await store.publishAnnouncements(limit: 1, sent.note), 0)
                sent.note(announcements)
            }
            try expect(first, 1)
            try expect(try await store.publishAnnouncements(limit: 9, sent.note), 1)
            try expect(Set(sent.all).count, 2)
        },
    ]
}
