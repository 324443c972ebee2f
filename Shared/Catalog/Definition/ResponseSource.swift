/// Where a response says something: a header, or an expression over the response.
public enum ResponseSource: Sendable, Hashable {
    case header(String)
    case template(Template)

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        guard case .text(let text) = node.content else {
            context.report(
                at: node.origin, path: path, "a text is expected, not \(node.kindName)",
                advice: "write the name of a header, or an expression over the response")
            return nil
        }
        if Template.isTemplate(text) {
            guard let template = context.template(text, at: node.origin, path: path, names: .response) else {
                return nil
            }
            self = .template(template)
        } else {
            self = .header(text)
        }
    }

    /// The headers that it reads.
    public var headerNames: [String] {
        switch self {
        case .header(let name): return [name]
        case .template(let template):
            var names: [String] = []
            for expression in template.expressions {
                expression.forEachReference { name, path in
                    guard name == .response, path.steps.count == 2, path.steps[0] == .key("headers"),
                        case .key(let header) = path.steps[1]
                    else { return }
                    names.append(String(header.map { $0 == "_" ? "-" : $0 }))
                }
            }
            return names
        }
    }

    /// What the response says; nil where it says nothing, or an expression fails over it: a quota that cannot be read
    /// must not end a run.
    func text(_ view: ResponseView, _ scope: Scope) -> String? {
        switch self {
        case .header(let name): return view.header(name)
        case .template(let template):
            var scope = scope
            scope.response = view
            return (try? template.value(in: scope))?.scalarText
        }
    }
}
