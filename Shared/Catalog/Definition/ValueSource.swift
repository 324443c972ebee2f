import JSON

/// Where a field's value comes from: a path into the record, read in place, or a text with expressions.
public enum ValueSource: Sendable, Hashable {
    case path(JSONPath)
    case template(Template)

    /// A text without `{{` is a path; a template that is only a path becomes one.
    init?(_ text: String, at origin: Origin, path: String, context: DecodingContext, names: NameSet) {
        guard Template.isTemplate(text) else {
            guard let field = context.fieldPath(text, at: origin, path: path) else { return nil }
            self = .path(field)
            return
        }
        guard let template = context.template(text, at: origin, path: path, names: names) else { return nil }
        self = template.recordPath.map(ValueSource.path) ?? .template(template)
    }

    /// The text as a definition writes it.
    var source: String {
        switch self {
        case .path(let path): path.description
        case .template(let template): template.source
        }
    }
}

extension KeyedReader {
    /// A path or a text with expressions over the record.
    func source(_ key: Key, names: NameSet) -> ValueSource? {
        guard let text = text(key) else { return nil }
        return ValueSource(text, at: origin(of: key), path: path(of: key), context: context, names: names)
    }
}
