import Archives
import Models

extension LanguageSchema {
    /// Components that take the keys of a listing beside their own.
    static let listings: Set<String> = ["Object", "Changes", "Since age", "Sweep", "Deletions"]

    /// What must stand there. Little, because an object may say a part and leave the rest to the provider.
    static let required: [String: [String]] = [
        "Provider": ["provider", "objects"], "Errors": ["then"], "Mapping: also": ["type", "map"],
    ]

    private static let texts = Shape.either([.scalar, .list(.scalar)])
    private static let into = Shape.component("Pages: into and size_into")
    private static let mapping = Shape.map(
        .either([.scalar, .component("Mapping: a field"), .component("Mapping: a reference")]))

    /// What stands under keys that mean the same wherever they stand.
    static let shared: [String: Shape] = [
        "request": .component("Request"), "pages": .component("Pages"), "limits": .component("Limits"),
        "errors": .list(.component("Errors")), "into": into, "size_into": into, "size": .number,
        "map": mapping, "also": .list(.component("Mapping: also")),
        "settings": .map(.component("Settings")), "auth": .map(.component("Authorisation")),
        "verify": .component("Verification"), "exclusive": .bool, "concurrency": .number,
    ]

    private static let listing: [String: Shape] = [
        "request": .component("Request"), "pages": .component("Pages"),
        "records": .either([.scalar, .list(.scalar), .component("Records")]),
        "modified_at": .either([.scalar, .component("Modified time")]), "deleted": .component("Deletions"),
        "order": .wordsOrExpression(RecordSelection.Order.allCases.map(\.rawValue)),
        "bound": .words(WindowRules.Bound.allCases.map(\.rawValue)), "windows": .component("Windows"),
        "stop_at_since": .bool, "parent": .component("Parents"), "enrich": .component("Enrichment"),
        "format": .either([.words(ResponseFormat.Kind.allCases.map(\.rawValue)), .component("Format")]),
        "report": .component("Report"),
    ]

    /// What stands under the keys of each component, where that is more than a text, a number or a truth value.
    static let shapes: [String: [String: Shape]] = [
        "Provider": listing.merging(["objects": .map(.component("Object"))]) { $1 },
        "Object": listing.merging([
            "changes": .component("Changes"), "since_age": .component("Since age"), "sweep": .component("Sweep"),
            "cursor": .either([.scalar, .component("The cursor")]),
            "object": .any, "mapping_settings": .any,
        ]) { $1 },
        "Listing": listing, "Changes": listing, "Since age": listing, "Sweep": listing, "Deletions": listing,
        "Settings": [
            "type": .words(Setting.Kind.allCases.map(\.rawValue)), "choices": texts, "default": .any, "optional": .bool,
        ],
        "Authorisation": [
            "none": .any, "basic": .component("Authorisation: basic"),
            "bearer": .either([.scalar, .component("Authorisation: bearer")]),
            "api_key": .component("Authorisation: api_key"), "oauth2": .component("Authorisation: oauth2"),
            "session": .component("Authorisation: session"), "signed": .component("Authorisation: signed"),
        ],
        "Authorisation: oauth2": [
            "scopes": texts, "pkce": .bool, "authorize_parameters": .any, "token_parameters": .any,
            "assertion": .component("Authorisation: oauth2, assertion"), "keep": .any,
            "expires": .component("Authorisation: oauth2, expires"),
        ],
        "Authorisation: oauth2, assertion": ["claims": .any],
        "Authorisation: session": ["keep": .any],
        "Authorisation: signed": ["headers": .map(.scalar)],
        "Limits": [
            "classes": .map(.component("Limits: classes")), "timeout": .scalar, "body": .number,
            "pages": .number,
            "owner": .words(Limits.Owner.allCases.map(\.rawValue)),
        ],
        "Errors": [
            "status": texts, "then": .words(ErrorRule.Action.allCases.map(\.rawValue)),
            "class": .words(FailureClass.allCases.filter { $0 != .internalFault }.map(\.rawValue)),
        ],
        "Request": [
            "method": .words(RequestTemplate.Method.allCases.map(\.rawValue)), "query": .map(texts),
            "headers": .map(texts), "body": .any, "form": .map(texts),
        ],
        "Records": ["path": texts, "form": .words(RecordSource.Form.allCases.map(\.rawValue))],
        "Format": [
            "as": .words(ResponseFormat.Kind.allCases.map(\.rawValue)), "columns": texts, "lists": texts,
            "packed": .words(PackedFile.Packing.allCases.map(\.rawValue)),
        ],
        "Parents": ["fields": texts, "batch": .number, "changed": .bool],
        "Report": [
            "create": .component("Report: create and download"), "poll": .component("Report: poll"),
            "download": .component("Report: create and download"),
        ],
        "Mapping: a field": ["values": .map(.scalar)],
        "Mapping: also": ["type": .words(InteractionType.canonical.map(\.name))],
        "Pages: cap": ["results": .number],
        "Pages: page": ["page": .number, "order": .words(ListOrder.allCases.map(\.rawValue))],
        "Pages: offset": [
            "offset": .number, "overlap": .number, "order": .words(ListOrder.allCases.map(\.rawValue)),
        ],
        "Pages: cursor": ["cursor": .either([.scalar, .component("Pages: the cursor")]), "repeats": .bool],
    ]
}
