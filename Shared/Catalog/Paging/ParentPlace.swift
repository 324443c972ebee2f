import JSON

/// Where a listing stands that is asked for once per parent. At most one page of parents is held, and of those only
/// the fields that are needed.
indirect enum ParentPlace: Sendable, Hashable {
    /// A page of parents is to be read.
    case listing(PagePosition)
    /// The first of these parents has its turn; behind them the parents' listing goes on at `next`.
    case records([JSONValue], next: PagePosition?)

    /// The form in which it is stored.
    var json: JSONValue {
        switch self {
        case .listing(let position): return ["at": position.json]
        case .records(let records, let next):
            var members: [(String, JSONValue)] = [("records", .array(records))]
            if let next { members.append(("next", next.json)) }
            return .object(JSONObject(members))
        }
    }

    /// Reads the stored form; nil where it is not one.
    init?(_ json: JSONValue) {
        if let at = json["at"] {
            guard let position = PagePosition(at) else { return nil }
            self = .listing(position)
            return
        }
        guard let records = json["records"]?.array, !records.isEmpty else { return nil }
        guard let stored = json["next"] else {
            self = .records(records, next: nil)
            return
        }
        guard let next = PagePosition(stored) else { return nil }
        self = .records(records, next: next)
    }
}
