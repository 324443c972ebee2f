import JSON
import Models

/// What the legs of a run have in common.
struct RetrievalOrigin {
    let definition: ResolvedDefinition
    let context: RetrievalContext
    /// Up to when everything is known; nil where everything is asked for.
    let completeUntil: Timestamp?
    /// What is known when a run opens.
    let scope: Scope
}

/// One listing of a run with everything that does not change from page to page.
struct RetrievalLeg: Sendable {
    let listing: Listing
    let stage: RetrievalStage
    let order: RecordSelection.Order
    /// The lower bound; nil where everything is asked for.
    let since: Timestamp?
    let parent: ParentLeg?
    /// Where the first window begins; nil where there are none.
    let firstWindow: Timestamp?
    private let until: Timestamp

    init(_ listing: Listing, stage: RetrievalStage, _ origin: RetrievalOrigin) throws(Failure) {
        self.listing = listing
        self.stage = stage
        until = origin.context.until
        since = origin.completeUntil.map { listing.window.since(completeUntil: $0) }
        do {
            let name = try listing.selection.order.value(in: origin.scope).scalarText ?? ""
            order = RecordSelection.Order(rawValue: name) ?? .any
        } catch {
            throw Failure(.definition, "'order' could not be computed: \(error)")
        }
        if let definition = listing.parent {
            parent = try ParentLeg(definition, of: listing, origin)
        } else {
            parent = nil
        }
        firstWindow = try Self.firstWindow(listing, since: since, origin.scope)
    }

    private static func firstWindow(
        _ listing: Listing, since: Timestamp?, _ scope: Scope
    ) throws(Failure) -> Timestamp? {
        guard let steps = listing.windows else { return nil }
        if let since { return since }
        guard let from = steps.from else { return nil }
        var scope = scope
        scope.now = scope.until
        let value: Value
        do {
            value = try from.value(in: scope)
        } catch {
            throw Failure(.definition, "'windows.from' could not be computed: \(error)")
        }
        if value.isNull { return nil }
        if let until = scope.until, let back = value.asText.flatMap({ Duration(definition: $0) }) {
            return until - back
        }
        guard let time = Timestamp(value: value, format: nil) else {
            throw Failure(
                .configuration, "'windows.from' is not a time",
                advice: "write a date such as 2015-01-01 in the settings")
        }
        return time
    }

    /// The lower bound to ask with at `position`.
    func lowerBound(at position: PagePosition) -> Timestamp? {
        guard let window = position.window, listing.windows != nil else { return since }
        let start = Timestamp(microseconds: window)
        return start == since ? since : listing.window.lower(start)
    }

    /// The upper bound to ask with at `position`.
    func upperBound(at position: PagePosition) -> Timestamp {
        guard let window = position.window, let steps = listing.windows else { return listing.window.until(until) }
        return listing.window.until(min(Timestamp(microseconds: window) + steps.step, until))
    }

    /// The window behind that of `position`; nil where it is the last one.
    func windowBehind(_ position: PagePosition) -> Int64? {
        guard let window = position.window, let steps = listing.windows else { return nil }
        let next = Timestamp(microseconds: window) + steps.step
        return next < until ? next.microseconds : nil
    }

    /// The first position, or the first one for certain parents.
    func opening(parents: ParentPlace?, top: JSONValue = .null) -> PagePosition {
        var position = listing.pages.start
        position.stage = stage
        position.window = firstWindow?.microseconds
        position.parents = parents
        position.top = top
        return position
    }
}

/// The parents that drive a listing.
struct ParentLeg: Sendable {
    let definition: ParentDefinition
    /// Lists the parents; nil where they are configured. Behind a reference because a parent may have one itself.
    private let box: Box?
    /// The parents that the integration names.
    let configured: [JSONValue]
    private let kept: [JSONPath]

    private final class Box: Sendable {
        let retrieval: Retrieval
        init(_ retrieval: Retrieval) { self.retrieval = retrieval }
    }

    var retrieval: Retrieval? { box?.retrieval }

    init(_ definition: ParentDefinition, of listing: Listing, _ origin: RetrievalOrigin) throws(Failure) {
        self.definition = definition
        var idPath = JSONPath(keys: "id")
        if case .path(let path)? = definition.definition?.object.listing.selection.id { idPath = path }
        configured = try Self.configured(definition, idPath: idPath, origin.scope)
        kept = ([idPath] + listing.parentPaths + definition.fields).reduce(into: []) { paths, path in
            if !path.steps.isEmpty, !paths.contains(path) { paths.append(path) }
        }
        guard configured.isEmpty else {
            box = nil
            return
        }
        guard let object = definition.definition?.object else {
            throw Failure(
                .configuration,
                "the integration names nothing to ask about in '\(definition.configured?.source ?? "")'",
                advice: "give at least one in the settings of the integration")
        }
        var context = origin.context
        // All parents, unless only those that changed matter: what hangs on one may change without it.
        if !definition.changed { context.kind = .full }
        context.cursor = nil
        box = Box(try Retrieval(origin.definition, object: object, context, isParent: true))
    }

    private static func configured(
        _ definition: ParentDefinition, idPath: JSONPath, _ scope: Scope
    ) throws(Failure) -> [JSONValue] {
        guard let template = definition.configured else { return [] }
        let value: Value
        do {
            value = try template.value(in: scope)
        } catch {
            throw Failure(.definition, "'parent.configured' could not be computed: \(error)")
        }
        let items: [Value]
        switch value {
        case .null: return []
        case .list(let list): items = list
        default: items = [value]
        }
        return items.compactMap { item in
            if case .map = item { return item.json }
            guard let text = item.scalarText, !text.trimmed.isEmpty else { return nil }
            let named: JSONValue = .object(JSONObject([("id", .string(text.trimmed))]))
            return idPath == JSONPath(keys: "id") ? named : named.setting(.string(text.trimmed), at: idPath)
        }
    }

    /// Where a listing begins.
    var first: ParentPlace {
        if let retrieval { return .listing(retrieval.start) }
        return .records(configured, next: nil)
    }

    /// What is kept of a parent's record.
    func fields(of record: JSONNode) -> JSONValue {
        var fields: JSONValue = .object(JSONObject())
        for path in kept {
            // Positions and wildcards are read again later: what they lead into is kept whole.
            let keys = JSONPath(steps: Array(path.steps.prefix { if case .key = $0 { true } else { false } }))
            guard !keys.steps.isEmpty, let node = record[keys] else { continue }
            fields = fields.setting(JSONValue(node), at: keys)
        }
        return fields
    }
}

extension JSONValue {
    /// This object with `value` at a path of keys.
    fileprivate func setting(_ value: JSONValue, at path: JSONPath) -> JSONValue {
        guard case .key(let key)? = path.steps.first else { return value }
        var members = object ?? JSONObject()
        members[key] = (members[key] ?? .object(JSONObject())).setting(
            value, at: JSONPath(steps: Array(path.steps.dropFirst())))
        return .object(members)
    }
}
