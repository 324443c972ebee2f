import JSON
import Models

/// How one listing of an object is asked and read: the whole of an object's requests, or those for its changes.
public struct Listing: Sendable {
    enum Key: String, LanguageKey {
        case request, pages, records, record, only, id, modifiedAt = "modified_at", deleted, order, settle, precision,
            bound, windows, stopAtSince = "stop_at_since", format, parent, enrich, report
    }

    enum ModifiedKey: String, LanguageKey {
        case from, format
    }

    /// What is asked.
    public var request: RequestTemplate
    /// How it is paged.
    public var pages: Pagination
    /// How a response is written.
    public var format: ResponseFormat
    /// What is taken from a response.
    public var selection: RecordSelection
    /// What "changed since" means.
    public var window: WindowRules
    /// The steps in which a long window is asked for.
    public var windows: WindowSteps?
    /// The records that drive the requests.
    public var parent: ParentDefinition?
    /// The report that is ordered and downloaded in place of a plain request.
    public var report: ReportDefinition?
    /// One more request for each record.
    public var enrichment: EnrichmentDefinition?

    /// Decodes a listing; what `node` does not say is taken from `base`.
    init?(
        partOf node: DefinitionNode, path: String, context: DecodingContext, base: Listing? = nil, rules: Listing? = nil
    ) {
        let reader = KeyedReader<Key>(partOf: node, path: path, context: context)
        report = reader[.report].flatMap { ReportDefinition($0, path: reader.path(of: .report), context: context) }
        let request =
            report?.download
            ?? reader[.request].flatMap { RequestTemplate($0, path: reader.path(of: .request), context: context) }
        if reader.has(.report), reader.has(.request) {
            reader.report(.request, "a report has requests of its own", advice: "remove 'request'")
        }
        let pages =
            base != nil && !reader.has(.pages)
            ? base?.pages
            : Pagination(reader[.pages], at: node.origin, path: reader.path(of: .pages), context: context)
        if !reader.has(.request), !reader.has(.report), base == nil {
            reader.missing(.request, advice: "write request: { path: /… }")
        }
        let selection = RecordSelection(reader, base: base?.selection)
        window = Self.window(reader, base: base?.window ?? rules?.window ?? WindowRules())
        windows = reader[.windows].flatMap {
            WindowSteps($0, path: reader.path(of: .windows), context: context)
        }
        format =
            reader[.format].flatMap { ResponseFormat($0, path: reader.path(of: .format), context: context) }
            ?? base?.format ?? rules?.format ?? .json
        parent = reader[.parent].flatMap {
            ParentDefinition($0, path: reader.path(of: .parent), context: context)
        }
        let asked = request ?? base?.request
        if !reader.has(.parent), asked?.reads(.parent) == true || asked?.reads(.parents) == true {
            parent = base?.parent
        }
        enrichment = reader[.enrich].flatMap {
            EnrichmentDefinition($0, path: reader.path(of: .enrich), context: context)
        }
        if !reader.has(.enrich), !reader.has(.record) { enrichment = base?.enrichment }
        guard let request = request ?? (reader.has(.request) || reader.has(.report) ? nil : base?.request), let pages,
            let selection
        else {
            return nil
        }
        if let node = reader[.pages] {
            pages.strategy.check(with: request, at: node.origin, path: reader.path(of: .pages), context: context)
        }
        self.request = request
        self.pages = pages
        self.selection = selection
        check(reader, isParentTold: base != nil && base?.parent == nil && base?.request.reads(.parent) == true)
    }

    private static func window(_ reader: KeyedReader<Key>, base: WindowRules) -> WindowRules {
        var window = base
        window.settle = reader.duration(.settle, allowsZero: true) ?? window.settle
        window.bound = reader.choice(.bound, WindowRules.Bound.self) ?? window.bound
        if let text = reader.text(.precision) {
            if let precision = Duration(precision: text) {
                window.precision = precision
            } else {
                reader.report(
                    .precision, "'\(text)' is not a precision",
                    advice: "write microsecond, millisecond, second, minute, day, or a duration such as 10s")
            }
        }
        return window
    }

    private func check(_ reader: KeyedReader<Key>, isParentTold: Bool) {
        if windows != nil, !(reads(.since) && reads(.until)) {
            reader.report(
                .windows, "the request does not say from when until when",
                advice: "use {{ since | … }} and {{ until | … }} in its query or body")
        }
        if selection.stopsAtSince, selection.modifiedAt == nil {
            reader.report(
                .stopAtSince, "the entries have no time to compare with", advice: "write modified_at: updated_at")
        }
        if parent == nil, !reader.has(.parent), !isParentTold, request.reads(.parent) || request.reads(.parents) {
            reader.report(
                .request, "there is no parent",
                advice: "write parent: { object: … } to say whose records drive the request")
        }
        if let parent, !reads(.parent), !reads(.parents) {
            reader.report(
                .parent, "the request does not use the parent",
                advice: parent.batch == nil
                    ? "use {{ parent.id }} in its path, query or body"
                    : "use {{ parents | … }} in its query or body")
        }
        if let parent, parent.batch == nil, request.reads(.parents) {
            reader.report(
                .parent, "there are no 'parents' without a batch", advice: "write batch: 50, or use {{ parent.id }}")
        }
        if let mark = pages.cap, !request.reads(.page) {
            reader.report(
                .pages, "the request does not go on behind the cap",
                advice:
                    "use {{ page.mark }}, which is the '\(mark.field)' of the last entry, in a filter of the request")
        }
    }

    /// Whether what is asked depends on `name`.
    private func reads(_ name: Name) -> Bool { request.reads(name) || report?.create.reads(name) == true }

    /// Whether it asks only for what changed.
    public var asksForChanges: Bool {
        let conditions = ([selection.only] + pages.strategy.options.stopConditions).compactMap { $0 }
        return reads(.since) || reads(.cursor) || selection.stopsAtSince || parent?.changed == true
            || conditions.contains { $0.reads(.since) }
    }

    /// The paths of the parent that its expressions read.
    var parentPaths: [JSONPath] {
        var paths: [JSONPath] = []
        let templates =
            request.templates + (report?.create.templates ?? []) + selection.templates + (enrichment?.templates ?? [])
        for expression in templates.flatMap(\.expressions) {
            expression.forEachReference { name, path in
                if name == .parent { paths.append(path) }
                // `parents` may be read as `parents[*].id`, `parents[0].id`.
                if name == .parents { paths.append(JSONPath(steps: Array(path.steps.dropFirst()))) }
            }
        }
        return paths
    }
}

extension RecordSelection {
    /// Decodes what a listing says about its entries; what it does not say is taken from `base`.
    init?(_ reader: KeyedReader<Listing.Key>, base: RecordSelection?) {
        // Paths into the record mean nothing where entries only carry the record: then each must be written anew.
        let entry = reader.has(.record) ? nil : base
        let id = reader.source(.id, names: .entry) ?? (reader.has(.id) ? nil : entry?.id)
        if id == nil, !reader.has(.id) {
            reader.missing(.id, advice: "write the path of the provider's own id, such as id: id")
        }
        let modified = Self.modified(reader)
        let order =
            reader.template(.order, names: .settingsOnly)
            ?? (reader.has(.order) ? nil : base?.order)
            ?? Template(literal: RecordSelection.Order.any.rawValue)
        if let literal = order.literal, RecordSelection.Order(rawValue: literal) == nil {
            reader.report(
                .order, "there is no order '\(literal)'",
                advice: NearestName.advice(for: literal, among: RecordSelection.Order.allCases.map(\.rawValue)))
        }
        let source =
            reader[.records].map { RecordSource($0, path: reader.path(of: .records), context: reader.context) }
            ?? base?.entries
        let only = reader.condition(.only, names: .entry) ?? (reader.has(.only) ? nil : entry?.only)
        let deleted =
            reader[.deleted].flatMap {
                DeletionsDefinition.condition($0, path: reader.path(of: .deleted), reader.context)
            }
            ?? (reader.has(.deleted) ? nil : entry?.deleted)
        let record = reader.fieldPath(.record) ?? base?.record
        let stops = reader.bool(.stopAtSince) ?? false
        guard let id else { return nil }
        self.init(
            entries: source ?? RecordSource(), record: record, only: only, id: id,
            modifiedAt: reader.has(.modifiedAt) ? modified.source : entry?.modifiedAt,
            modifiedFormat: reader.has(.modifiedAt) ? modified.format : entry?.modifiedFormat, deleted: deleted,
            order: order, stopsAtSince: stops)
    }

    private static func modified(_ reader: KeyedReader<Listing.Key>) -> (
        source: ValueSource?, format: TimestampFormat?
    ) {
        guard let node = reader[.modifiedAt] else { return (nil, nil) }
        guard case .map = node.content else { return (reader.source(.modifiedAt, names: .entry), nil) }
        guard let inner = reader.reader(.modifiedAt, as: Listing.ModifiedKey.self) else { return (nil, nil) }
        if !inner.has(.from) { inner.missing(.from, advice: "write the path of the time, such as from: updated_at") }
        return (inner.source(.from, names: .entry), inner.timestampFormat(.format))
    }

    /// Every template in it.
    var templates: [Template] {
        var templates = [only, deleted].compactMap { $0 }
        for source in [id, modifiedAt] { if case .template(let template)? = source { templates.append(template) } }
        return templates
    }
}
