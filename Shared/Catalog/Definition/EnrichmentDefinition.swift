import JSON

/// One more request for each record, whose answer is kept with it as `_extra`.
public struct EnrichmentDefinition: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case request, when, fields
    }

    /// What is asked, over `record`.
    public var request: RequestTemplate
    /// Asked only for records for which it holds.
    public var condition: Template?
    /// The part of the answer that is kept; all of it where it is nil.
    public var fields: JSONPath?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        condition = reader.condition(.when, names: .entry)
        fields = reader.fieldPath(.fields)
        guard let node = reader[.request] else {
            reader.missing(
                .request,
                advice: "write what is asked for each record, such as request: { path: \"/things/{{ record.id }}\" }")
            return nil
        }
        guard
            let request = RequestTemplate(
                node, path: reader.path(of: .request), context: context, names: .recordRequest)
        else { return nil }
        self.request = request
        if !request.reads(.record) {
            reader.report(.request, "the request is the same for every record", advice: "use {{ record.id }} in it")
        }
    }

    /// Every template in it.
    var templates: [Template] { request.templates + (condition.map { [$0] } ?? []) }
}
