import JSON

/// The part of a run that a position is in.
enum RetrievalStage: String, Sendable {
    /// The listing, or what changed.
    case listing
    /// The list of what is gone.
    case removed
    /// The listing of ids.
    case sweep
    /// What is stored and was not among those ids.
    case missing
}

/// Where a retrieval continues. It is stored with every page, so that a retriever that takes over goes on from there.
public struct PagePosition: Sendable, Hashable {
    /// The strategy's own mark: a page number, an offset, a cursor, an address, an id. Null asks for the first page.
    public var mark: JSONValue
    /// An earlier mark that must not come again, and how many marks there have been (Brent's cycle finding: one kept
    /// mark finds every loop, however long).
    var anchor: JSONValue
    var steps: Int
    /// The last ids of the page before, which an overlapping page must hold again.
    var tail: [String]
    /// How often such an overlap was missed in this run.
    var misses: Int
    /// In a newest-first listing: the time of the last entry before, and the ids seen at that time.
    var lastTime: Int64?
    var lastIDs: [String]
    /// With a result cap: entries since the listing started (again), and what it goes on from.
    var listed: Int
    var capMark: JSONValue
    /// The part of the run.
    var stage: RetrievalStage
    /// With windows: where the present one begins, in microseconds.
    var window: Int64?
    /// The parents whose turn it is.
    var parents: ParentPlace?
    /// The report that the pages are of.
    var report: ReportPlace?
    /// The highest mark of a counting cursor so far.
    var top: JSONValue
    /// How far this listing has come.
    var progress = ListingProgress()

    /// The start of a listing.
    public init(mark: JSONValue = .null) {
        self.mark = mark
        anchor = .null
        steps = 0
        tail = []
        misses = 0
        lastTime = nil
        lastIDs = []
        listed = 0
        capMark = .null
        stage = .listing
        window = nil
        parents = nil
        report = nil
        top = .null
    }

    /// The first page of the same listing, in the same window and for the same parents.
    func reset(to start: PagePosition) -> PagePosition {
        var position = start
        position.stage = stage
        position.window = window
        position.parents = parents
        position.report = report
        position.top = top
        position.lastTime = lastTime
        position.lastIDs = lastIDs
        position.progress = progress
        return position
    }

    /// The form in which it is stored.
    public var json: JSONValue {
        var members: [(String, JSONValue)] = [("mark", mark)]
        if !anchor.isNull { members.append(("anchor", anchor)) }
        if steps > 0 { members.append(("steps", .integer(Int64(steps)))) }
        if !tail.isEmpty { members.append(("tail", .array(tail.map(JSONValue.string)))) }
        if misses > 0 { members.append(("misses", .integer(Int64(misses)))) }
        if let lastTime {
            members.append(("time", .integer(lastTime)))
            members.append(("ids", .array(lastIDs.map(JSONValue.string))))
        }
        if listed > 0 { members.append(("listed", .integer(Int64(listed)))) }
        if !capMark.isNull { members.append(("cap", capMark)) }
        if stage != .listing { members.append(("stage", .string(stage.rawValue))) }
        if let window { members.append(("window", .integer(window))) }
        if let parents { members.append(("parents", parents.json)) }
        if let report { members.append(("report", report.json)) }
        if !top.isNull { members.append(("top", top)) }
        members += progress.members
        return .object(JSONObject(members))
    }

    /// Reads the stored form; nil where it is not one.
    public init?(_ json: JSONValue) {
        guard json.object != nil, let mark = json["mark"] else { return nil }
        self.init(mark: mark)
        func whole(_ key: String) -> Int { json[key]?.int64.flatMap { Int(exactly: $0) } ?? 0 }
        anchor = json["anchor"] ?? .null
        steps = whole("steps")
        tail = json["tail"]?.array?.compactMap(\.string) ?? []
        misses = whole("misses")
        lastTime = json["time"]?.int64
        lastIDs = json["ids"]?.array?.compactMap(\.string) ?? []
        listed = whole("listed")
        capMark = json["cap"] ?? .null
        if let name = json["stage"]?.string {
            guard let known = RetrievalStage(rawValue: name) else { return nil }
            stage = known
        }
        window = json["window"]?.int64
        if let stored = json["parents"] {
            guard let place = ParentPlace(stored) else { return nil }
            parents = place
        }
        if let stored = json["report"] {
            guard let place = ReportPlace(stored) else { return nil }
            report = place
        }
        top = json["top"] ?? .null
        progress = ListingProgress(members: json)
    }

    /// The position with the next mark, or nil where the mark has been there before.
    func advanced(to next: JSONValue) -> PagePosition? {
        guard next != mark, next != anchor else { return nil }
        var position = self
        // The anchor moves at every power of two, so that it is inside of any loop after at most one round.
        if steps > 0, steps & (steps - 1) == 0 { position.anchor = mark }
        position.steps += 1
        position.mark = next
        position.tail = []
        return position
    }
}

/// How a listing goes on after a page.
public enum PageStep: Sendable, Hashable {
    /// There is another page.
    case next(PagePosition)
    /// That was the last one.
    case end
    /// The page does not hold what its overlap should: entries may have moved past it. The listing continues further
    /// back; what the page holds is good.
    case overlapMissed(PagePosition)
}
