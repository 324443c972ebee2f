import Catalog
import JSON
import Models
import Storage

/// How far a run has come in this process: its machine, and the pages that are read and not yet sent. Used by the run's
/// own task alone.
final class RunProgress {
    /// Where requests put what they read.
    let fetched = PageShelf()
    /// The mark for the next run, as far as it is known.
    private(set) var cursor: JSONValue?
    private var machine: RetrievalMachine<PagePosition>
    private var pages: [Int32: (page: PageFetcher.Page, position: PagePosition)] = [:]

    /// A run that starts, or goes on, at `position`.
    init(_ claimed: ClaimedRun, from position: PagePosition) {
        machine = RetrievalMachine(
            position: position, page: claimed.nextPage, postponements: claimed.postponements)
    }

    /// Takes note of `event`, and of the page that it tells of; says what is to be done.
    func handle(_ event: RetrievalEvent<PagePosition>) -> [RetrievalAction<PagePosition>] {
        if case .fetched = event, let page = fetched.take() {
            pages[page.number] = (page.page, page.position)
            cursor = page.page.content.cursor ?? cursor
        }
        return machine.handle(event)
    }

    /// A page that is to be sent, which is no longer kept then.
    func take(_ number: Int32) -> (page: PageFetcher.Page, position: PagePosition)? {
        pages.removeValue(forKey: number)
    }
}
