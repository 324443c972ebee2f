import JSON

/// The records of another object that drive the requests of this one.
public struct ParentDefinition: Sendable {
    enum Key: String, LanguageKey {
        case object, fields, batch, configured, when, changed
        // Written by resolving.
        case definition
    }

    /// The object, which is listed by its own definition and not stored here.
    public var object: String?
    /// Further fields that are kept, to stand in `_parent`.
    public var fields: [JSONPath]
    /// How many parents one request asks about.
    public var batch: Int?
    /// A list that is used in place of the listing where it is not empty.
    public var configured: Template?
    /// Only parents for which it holds drive requests.
    public var condition: Template?
    /// Whether incremental runs ask about those parents alone that changed.
    public var changed: Bool
    /// The parent's own definition.
    let definition: ParentObject?

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        object = reader.text(.object)
        fields = reader.items(.fields).compactMap { item in
            guard case .text(let text) = item.content else { return nil }
            return context.fieldPath(text, at: item.origin, path: reader.path(of: .fields))
        }
        batch = reader.integer(.batch, in: 1...1000)
        changed = reader.bool(.changed) ?? false
        condition = reader.condition(.when, names: .parentCondition)
        if let text = reader.text(.configured) {
            let whole = Template.isTemplate(text) ? text : "{{ \(text) }}"
            configured = context.template(
                whole, at: reader.origin(of: .configured), path: reader.path(of: .configured), names: .settingsOnly)
        }
        definition = reader[.definition].flatMap { ParentObject($0, context: context) }
        if object == nil, configured == nil {
            reader.missing(
                .object, advice: "write object: with the name of the object whose records drive the requests")
            return nil
        }
        // Told where the parent is resolved.
        if object != nil, definition == nil { return nil }
    }

    /// Every template in it.
    var templates: [Template] { [configured, condition].compactMap { $0 } }
}

/// The definition of a parent, behind a reference because a parent may have one itself.
final class ParentObject: Sendable {
    let object: ObjectDefinition

    init?(_ node: DefinitionNode, context: DecodingContext) {
        let own = DecodingContext(ignoresUnknownKeys: true)
        own.isParent = true
        guard let object = ObjectDefinition(node, context: own), !own.diagnostics.hasErrors else { return nil }
        self.object = object
    }
}
