import Catalog
import Synchronization

/// Where a fetched page lies until its event has been handled: events stay small values.
final class PageShelf: Sendable {
    struct Entry: Sendable {
        let page: PageFetcher.Page
        let number: Int32
        let position: PagePosition
    }
    private let entries = Mutex<[Entry]>([])

    func put(_ page: PageFetcher.Page, number: Int32, position: PagePosition) {
        entries.withLock { $0.append(Entry(page: page, number: number, position: position)) }
    }

    func take() -> Entry? { entries.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}
