import JSON
import Models

/// Everything that is known about one object of a provider after all layers have been applied.
public struct ObjectDefinition: Sendable {
    enum Key: String, LanguageKey {
        // Of the provider.
        case provider, title, docs, settings, auth, verify
        // Of the provider or the object.
        case baseURL = "base_url", limits, errors
        // Of the object.
        case type, every, changes, sinceAge = "since_age", sweep, reconcile, cursor, map, also
        // Written by resolving.
        case object, mappingSettings = "mapping_settings"
    }

    /// The provider's name.
    public var provider: String
    /// The object's name.
    public var name: String
    /// What its records are.
    public var type: InteractionType
    /// The settings that an integration gives.
    public var settings: [Setting]
    /// The ways of authorisation, the preferred one first.
    public var authorization: [AuthorizationMethod]
    /// The request that shows whether a connection works.
    public var verify: VerifyDefinition?
    /// The address that request paths are joined to.
    public var baseURL: Template
    /// How often it is synced where nobody says otherwise.
    public var every: Duration?
    /// How everything, or what changed, is listed.
    public var listing: Listing
    /// How changes are asked for, where that differs.
    public var changes: ChangesDefinition?
    /// How it is asked where the last success is long ago.
    public var distant: DistantDefinition?
    /// Where the provider lists what is gone.
    public var deletions: DeletionsDefinition?
    /// How what is gone is found where the provider does not tell.
    public var sweep: SweepDefinition?
    /// How often everything is listed again to find what incremental requests cannot show; nil is never.
    public var reconcile: Duration?
    /// Where the last response holds a mark that the next run continues from.
    public var cursor: CursorSource?
    /// What the provider allows.
    public var limits: Limits
    /// What is done about errors, the first rule that matches.
    public var errors: [ErrorRule]
    /// The canonical records that a record yields.
    public var mappings: [MappingDefinition]

    /// The default of `reconcile` for a listing that can skip entries.
    static let defaultReconcile = Duration.seconds(7 * 86_400)

    /// Decodes the merged definition of one object. Problems are reported to `context`; nil where they leave nothing
    /// to work with.
    init?(_ node: DefinitionNode, context: DecodingContext) {
        let reader = KeyedReader<Key>(
            node, path: "", context: context, others: Listing.Key.allCases.map(\.rawValue))
        settings = reader.entries(.settings).map { Setting($0, path: "settings.\($0.key)", context: context) }
        context.settingNames = settings.map(\.name)
        authorization = reader.entries(.auth).compactMap {
            AuthorizationMethod($0, path: "auth.\($0.key)", context: context)
        }
        context.tokenNames = authorization.flatMap(\.kept).map(\.name)
        verify = reader[.verify].flatMap { VerifyDefinition($0, path: "verify", context: context) }
        provider = reader.text(.provider) ?? ""
        name = reader.text(.object) ?? ""
        every = reader.duration(.every)
        reconcile = reader.duration(.reconcile)
        cursor = reader.cursorSource(.cursor)
        limits = reader[.limits].map { Limits($0, path: "limits", context: context) } ?? Limits()
        errors = reader.items(.errors).enumerated().compactMap { index, item in
            ErrorRule(item, path: "errors[\(index)]", context: context)
        }
        let type = Self.type(reader)
        mappings = Self.mappings(reader, type: type, context: context)
        if !reader.has(.baseURL) {
            reader.missing(
                .baseURL,
                advice: "write the address that paths are joined to, such as base_url: https://api.example.com/v1")
        }
        let baseURL = Self.baseURL(reader)
        let listing = Listing(partOf: node, path: "", context: context)
        changes = reader[.changes].flatMap { ChangesDefinition($0, path: "changes", context: context, base: listing) }
        distant = reader[.sinceAge].flatMap {
            DistantDefinition($0, path: "since_age", context: context, base: listing)
        }
        deletions = node["deleted"].flatMap {
            DeletionsDefinition($0, path: "deleted", context: context, base: listing)
        }
        sweep = reader[.sweep].flatMap { SweepDefinition($0, path: "sweep", context: context, base: listing) }
        guard let type, let baseURL, let listing else { return nil }
        self.type = type
        self.baseURL = baseURL
        self.listing = listing
        checkPaging(reader)
    }

    private static func type(_ reader: KeyedReader<Key>) -> InteractionType? {
        guard let text = reader.text(.type) else {
            if !reader.has(.type) {
                reader.missing(.type, advice: "write accounts, contacts, deals, tickets, tasks, or a name of your own")
            }
            return nil
        }
        let isName =
            !text.isEmpty && text.utf8.count <= 60
            && text.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 }
        guard isName else {
            reader.report(
                .type, "'\(text)' cannot be the name of a type",
                advice: "use lower-case letters, digits and underscores")
            return nil
        }
        if case .custom = InteractionType(text),
            let nearest = NearestName.of(text, among: InteractionType.canonical.map(\.name))
        {
            reader.warn(.type, "'\(text)' is a custom type", advice: "did you mean '\(nearest)'?")
        }
        return InteractionType(text)
    }

    private static func baseURL(_ reader: KeyedReader<Key>) -> Template? {
        guard let template = reader.template(.baseURL, names: .address) else { return nil }
        if let literal = template.literal, WebAddress.origin(of: literal) == nil {
            reader.report(
                .baseURL, "the address is not an absolute http or https address",
                advice: "write it as https://host/path")
        } else if template.literal == nil, case .literal(let start)? = template.parts.first,
            !start.hasPrefix("https://"), !start.hasPrefix("http://")
        {
            reader.report(
                .baseURL, "the address does not begin with https://", advice: "write it as https://host/path")
        }
        return template
    }

    private static func mappings(
        _ reader: KeyedReader<Key>, type: InteractionType?, context: DecodingContext
    ) -> [MappingDefinition] {
        var mappings: [MappingDefinition] = []
        if let type, let node = reader[.map] {
            mappings.append(MappingDefinition(fields: node, type: type, path: "map", context: context))
        } else if let type, !reader.has(.map), !context.isParent, InteractionType.canonical.contains(type) {
            reader.missing(
                .map,
                advice: "say which field of the record is which field of \(type.name), such as map: { name: name }")
        }
        for (index, item) in reader.items(.also).enumerated() {
            if let mapping = MappingDefinition(also: item, path: "also[\(index)]", context: context) {
                mappings.append(mapping)
            }
        }
        return mappings
    }

    private mutating func checkPaging(_ reader: KeyedReader<Key>) {
        let listings = [listing] + [changes?.listing, distant?.listing].compactMap { $0 }
        let parents = listings.compactMap { $0.parent?.definition?.object }
        if reconcile == nil, parents.contains(where: { $0.reconcile != nil }) { reconcile = Self.defaultReconcile }
        guard listings.contains(where: { $0.pages.skipsWhenSetMoves }) else { return }
        // Whoever says how often everything is listed again knows of it.
        if reconcile != nil { return }
        let node = reader.node["pages"] ?? reader.node
        reader.context.report(
            .warning, at: node.origin, path: "pages", "entries can be skipped when the set changes between two pages",
            advice:
                "declare order: immutable if new entries come last and none is ever removed, an overlap (with offsets), or how often everything is listed again, such as reconcile: 7d"
        )
        reconcile = Self.defaultReconcile
    }

    /// The names of the secrets that any way of authorisation uses, sorted.
    public var secretNames: [String] { Set(authorization.flatMap(\.secretNames)).sorted() }
}
