import Cryptography
import JSON
import Models

/// How far a listing has come, by which one that never ends is told from one that is only long. A provider that goes in
/// circles is found by its marks (``PagePosition/advanced(to:)``); this finds one that makes up new marks.
struct ListingProgress: Sendable, Hashable {
    /// So many pages without any entry may follow one another.
    static let emptyPages = 1000
    /// So many pages may begin and end with the very same entries, one after the other.
    static let alikePages = 3

    /// Pages read.
    var pages = 0
    /// The pages without an entry that came last.
    var empty = 0
    /// The pages that came last and were as the one before.
    var alike = 0
    /// What tells the last page with entries from another.
    var content: String?

    /// Takes note of a page with another one behind it, which held `entries`.
    /// - Throws: `Failure` of class definition where that would go on for ever, or beyond `limit` pages.
    mutating func note(_ entries: [JSONNode], of object: ObjectDefinition, limit: Int) throws(Failure) {
        pages += 1
        if let first = entries.first, let last = entries.last {
            empty = 0
            let now = Self.content(first: first, last: last, count: entries.count)
            alike = now == content ? alike + 1 : 0
            content = now
        } else {
            empty += 1
        }
        if alike >= Self.alikePages {
            throw Failure(
                .definition,
                "\(object.provider) answered the same page of \(object.name) \(alike + 1) times, each time with another one behind it",
                advice: "the position has no effect: compare 'pages.into' with the provider's documentation")
        }
        if empty >= Self.emptyPages {
            throw Failure(
                .definition,
                "\(object.provider) answered \(empty) pages of \(object.name) without an entry, each with another one behind it",
                advice: "correct 'pages' or 'records': a listing that yields nothing should end")
        }
        if pages >= limit {
            throw Failure(
                .definition, "the listing of \(object.name) has not ended after \(pages) pages",
                advice: "ask for larger pages or in 'windows'; if there really is more, raise limits.pages")
        }
    }

    /// Bytes and not ids: a feed may tell of one record many times. Without a digest pages are never alike.
    private static func content(first: JSONNode, last: JSONNode, count: Int) -> String? {
        let bytes = Array(first.bytes) + Array("\n\(count)\n".utf8) + Array(last.bytes)
        return (try? SHA256.hexadecimal(bytes[...])).map { String($0.prefix(16)) }
    }

    /// The members of its stored form.
    var members: [(String, JSONValue)] {
        var members: [(String, JSONValue)] = []
        if pages > 0 { members.append(("pages", .integer(Int64(pages)))) }
        if empty > 0 { members.append(("empty", .integer(Int64(empty)))) }
        if alike > 0 { members.append(("alike", .integer(Int64(alike)))) }
        if let content { members.append(("content", .string(content))) }
        return members
    }

    /// Nothing read yet.
    init() {}

    /// Reads the members of a stored position.
    init(members json: JSONValue) {
        func whole(_ key: String) -> Int {
            json[key]?.int64.flatMap { Int(exactly: $0) }.flatMap { (0..<1 << 40).contains($0) ? $0 : nil } ?? 0
        }
        pages = whole("pages")
        empty = whole("empty")
        alike = whole("alike")
        content = json["content"]?.string
    }
}

extension PageStep {
    /// This step with what is known about the progress of the listing; an end stays one.
    func noting(
        _ entries: [JSONNode], after position: PagePosition, of object: ObjectDefinition
    ) throws(Failure) -> PageStep {
        if case .end = self { return .end }
        var progress = position.progress
        try progress.note(entries, of: object, limit: object.limits.pages)
        switch self {
        case .end: return .end
        case .next(var next):
            next.progress = progress
            return .next(next)
        case .overlapMissed(var next):
            next.progress = progress
            return .overlapMissed(next)
        }
    }
}
