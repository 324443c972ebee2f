import JSON
import Models

/// Reads the entries of a page into records, one after the other.
struct EntryReader {
    let retrieval: Retrieval
    let leg: RetrievalLeg
    var scope: Scope
    /// Whether Postgres can hold every text of the page.
    let isStorable: Bool
    let assumedTime: Timestamp?
    /// Whether the last entry with a time changed before the lower bound.
    private(set) var isPastSince = false
    private let parent: [UInt8]?

    init(
        retrieval: Retrieval, leg: RetrievalLeg, scope: Scope, at position: PagePosition, isStorable: Bool,
        assumedTime: Timestamp?
    ) {
        self.retrieval = retrieval
        self.leg = leg
        self.scope = scope
        self.isStorable = isStorable
        self.assumedTime = assumedTime
        if case .records(let records, _)? = position.parents, leg.parent?.definition.batch == nil {
            parent = records.first?.encoded
        } else {
            parent = nil
        }
    }

    /// The record of `entry`; nil where it is left out.
    mutating func record(_ entry: JSONNode, _ page: inout FetchedPage) throws(ExpressionFailure) -> FetchedRecord? {
        let selection = leg.listing.selection
        scope.record = entry
        defer { scope.record = nil }
        if let only = selection.only, try !only.value(in: scope).isTrue {
            page.leftOut += 1
            return nil
        }
        var record = FetchedRecord(
            externalID: "", modifiedAt: assumedTime, isDeleted: leg.stage == .removed, payload: nil, rejection: nil)
        if let deleted = selection.deleted, !record.isDeleted {
            record.isDeleted = try deleted.value(in: scope).isTrue
        }
        if let modified = selection.modifiedAt {
            let value = try self.value(of: modified, entry)
            record.modifiedAt = Timestamp(value: value, format: selection.modifiedFormat)
            if record.modifiedAt == nil, !value.isNull { page.unreadableTimes += 1 }
        }
        if selection.stopsAtSince, let since = scope.since, let modified = record.modifiedAt {
            isPastSince = modified < since
            if isPastSince {
                page.leftOut += 1
                return nil
            }
        }
        record.externalID = try text(of: selection.id, entry) ?? ""
        let node = selection.record.map { entry[$0] } ?? entry
        if leg.stage == .listing, let node, !node.isNull { record.payload = payload(node, &page) }
        record.rejection = rejection(&record, node)
        return record
    }

    private func payload(_ node: JSONNode, _ page: inout FetchedPage) -> ArraySlice<UInt8> {
        var payload = node.bytes
        if !isStorable {
            let (bytes, replaced) = sanitisedForPostgres(payload)
            payload = bytes
            page.replacedCharacters += replaced
        }
        guard let parent, let spliced = try? JSONSplice.appending([("_parent", parent[...])], to: payload) else {
            return payload
        }
        return spliced[...]
    }

    private func rejection(_ record: inout FetchedRecord, _ node: JSONNode?) -> String? {
        let selection = leg.listing.selection
        if record.externalID.isEmpty { return "there is no id at '\(selection.id.source)'" }
        if record.externalID.utf8.count > PageReader.maximumID {
            record.externalID = ""
            return "the id is longer than \(PageReader.maximumID) bytes"
        }
        if leg.stage == .removed { return nil }
        if let node, node.kind != .object, !(record.isDeleted && node.isNull) {
            return "the record is not a JSON object"
        }
        if node == nil, !record.isDeleted {
            return "there is no record at '\(selection.record?.description ?? "")'"
        }
        return nil
    }

    private func value(of source: ValueSource, _ entry: JSONNode) throws(ExpressionFailure) -> Value {
        switch source {
        case .path(let path): entry.value(at: path)
        case .template(let template): try template.value(in: scope, gap: .isEmpty)
        }
    }

    private func text(of source: ValueSource, _ entry: JSONNode) throws(ExpressionFailure) -> String? {
        switch source {
        case .path(let path): entry[path]?.scalarText
        case .template(let template): try template.value(in: scope, gap: .isEmpty).scalarText
        }
    }
}
