import Models

/// What to do about a response of a certain status or content.
public struct ErrorRule: Sendable, Hashable {
    enum Key: String, LanguageKey {
        case status, when, contains, then, `class`, message, advice, after
    }

    /// What is done.
    public enum Action: String, Sendable, CaseIterable {
        /// The same request again, after a growing pause.
        case retry
        /// The provider wants less: the run waits, position kept.
        case throttle
        /// The run waits, position kept, and nobody is asked for less.
        case postpone
        /// As if the page were empty; counted and shown.
        case ignore
        /// The provider no longer knows the position: the same window from its start.
        case restart
        /// The run fails, with the class and the advice.
        case fail
    }

    /// Statuses that match; nil is any.
    public var statuses: [ClosedRange<Int>]?
    /// A condition over `response`.
    public var condition: Template?
    /// A text that the body must hold.
    public var contains: String?
    /// What is done.
    public var action: Action
    /// For `fail`.
    public var failureClass: FailureClass
    /// What happened, for a person.
    public var message: String?
    /// What the person can do.
    public var advice: String?
    /// How long to wait at least, or a header that says so.
    public var after: Pause?

    /// How long to wait.
    public enum Pause: Sendable, Hashable {
        case duration(Duration)
        case header(String)
        /// A time, or seconds from now, computed from the response.
        case template(Template)
    }

    init?(_ node: DefinitionNode, path: String, context: DecodingContext) {
        let reader = KeyedReader<Key>(node, path: path, context: context)
        condition = reader.condition(.when, names: .response)
        contains = reader.text(.contains)
        message = reader.text(.message)
        advice = reader.text(.advice)
        if reader.has(.status) {
            statuses = reader.items(.status).compactMap { item in
                switch item.content {
                case .number(let text), .text(let text):
                    if let range = Self.statuses(text) { return range }
                default: break
                }
                context.report(
                    at: item.origin, path: reader.path(of: .status), "not a status",
                    advice: "write a status such as 404, a class such as 5xx, or a list of them")
                return nil
            }
        }
        if let text = reader.text(.after) {
            if Template.isTemplate(text) {
                after = reader.template(.after, names: .response).map(Pause.template)
            } else if text.first?.isNumber == true {
                if let duration = reader.duration(.after) { after = .duration(duration) }
            } else {
                after = .header(text)
            }
        }
        failureClass = .definition
        if let text = reader.text(.class) {
            if let known = FailureClass(rawValue: text), known != .internalFault {
                failureClass = known
            } else {
                let names = FailureClass.allCases.filter { $0 != .internalFault }.map(\.rawValue)
                reader.report(
                    .class, "there is no failure class '\(text)'", advice: NearestName.advice(for: text, among: names))
            }
        }
        if !reader.has(.status), condition == nil, contains == nil {
            context.report(
                at: node.origin, path: path, "the rule matches every response",
                advice: "say which, by status, when or contains")
            return nil
        }
        guard let action = reader.choice(.then, Action.self) else {
            if !reader.has(.then) {
                reader.missing(
                    .then, advice: "write one of: \(Action.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return nil
        }
        self.action = action
        if action == .fail, !reader.has(.class) {
            reader.missing(
                .class, advice: "write who must act: authorization, configuration, definition, throttled or transient")
        }
        if action == .fail, advice == nil {
            context.report(
                .warning, at: node.origin, path: path, "the failure has no advice",
                advice: "write advice: what the person who reads it can do")
        }
    }

    private static func statuses(_ text: String) -> ClosedRange<Int>? {
        if let status = Int(text), (100...599).contains(status) { return status...status }
        guard text.count == 3, text.hasSuffix("xx"), let hundreds = Int(text.prefix(1)), (1...5).contains(hundreds)
        else { return nil }
        return hundreds * 100...hundreds * 100 + 99
    }
}
