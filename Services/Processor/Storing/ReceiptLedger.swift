import Models
import Storage

/// The receipts of one batch.
package struct ReceiptLedger: Sendable {
    private var pages: [PageKey: PageReceipt]

    /// No receipts yet, for the pages of the batch that are declared.
    package init(declared: [DeclaredPage]) {
        pages = Dictionary(declared.map { ($0.key, PageReceipt($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether the page that `message` came on is declared by the attempt that sent it.
    package func vouches(for message: PreparedMessage) -> Bool { declared(message) != nil }

    /// Notes what became of `message`; nothing where no page waits for it ("no row, no receipt").
    package mutating func note(_ outcome: PageReceipt.Outcome, _ message: PreparedMessage) {
        guard let key = declared(message), let place = message.place else { return }
        pages[key]?.note(outcome, index: place.index)
    }

    /// The receipts with something in them, in key order.
    package var receipts: [PageReceipt] {
        pages.values.filter { !$0.isEmpty }.sorted { $0.page.key < $1.page.key }
    }

    private func declared(_ message: PreparedMessage) -> PageKey? {
        guard let key = message.page, let place = message.place, let page = pages[key]?.page,
            page.attempt == place.attempt, place.index < page.expected
        else { return nil }
        return key
    }
}
