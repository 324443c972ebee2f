import Models

/// In a newest-first listing several entries of one id may carry the same time; only the first one is the newest.
/// Those seen at the last moment of a page are remembered in the position, so that a page border changes nothing.
struct RecentIDs {
    private let isNewestFirst: Bool
    private var time: Timestamp?
    private var ids: Set<String>

    init(order: RecordSelection.Order, position: PagePosition) {
        isNewestFirst = order == .newestFirst
        time = position.lastTime.map(Timestamp.init(microseconds:))
        ids = Set(position.lastIDs)
    }

    mutating func isSuperseded(_ record: FetchedRecord) -> Bool {
        guard isNewestFirst, let modified = record.modifiedAt else { return false }
        if modified != time {
            time = modified
            ids = []
        }
        return !ids.insert(record.externalID).inserted
    }

    /// `step` with what the next page needs to know.
    func remembered(in step: PageStep) -> PageStep {
        guard isNewestFirst, case .next(var position) = step, let time else { return step }
        position.lastTime = time.microseconds
        position.lastIDs = ids.count <= PageReader.maximumRemembered ? ids.sorted() : []
        return .next(position)
    }
}
