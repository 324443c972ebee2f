import FoundationEssentials
import Models
import Storage

/// The text of an e-mail: a first line, which is the subject, an empty line and the rest, with `{{names}}` in it.
package struct AlertTemplate: Sendable, Hashable {
    private let text: String

    /// A template.
    package init(_ text: String) { self.text = text }

    /// The template for what somebody at `audience` gets: of `folder` where there is one, else the built-in one.
    /// - Throws: `Failure` where the folder lacks it.
    package static func load(for audience: AlertAudience, folder: String?) throws -> AlertTemplate {
        guard let folder else {
            return AlertTemplate(
                String(
                    decoding: audience == .operator ? PackageResources.operator_txt : PackageResources.customer_txt,
                    as: UTF8.self))
        }
        let path = "\(folder)/\(audience.rawValue).txt"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(
                .configuration, "the alert template \(path) cannot be read",
                advice: "put operator.txt and customer.txt into TRIBUTARY_ALERT_TEMPLATES, or leave that unset")
        }
        return AlertTemplate(String(decoding: data, as: UTF8.self))
    }

    /// The subject and the text about `alert`.
    package func mail(about alert: AlertReport) -> (subject: String, text: String) {
        var rest = text[...]
        var filled = ""
        let values = Self.values(alert)
        // What is filled in is not looked at again: a cause may hold braces.
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            let name = String(rest[start.upperBound..<end.lowerBound])
            filled += rest[..<start.lowerBound]
            filled += values[name] ?? "{{\(name)}}"
            rest = rest[end.upperBound...]
        }
        filled += rest
        let lines = filled.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let body = lines.count > 1 ? lines[1].drop { $0.isNewline } : ""
        return (String(lines.first ?? ""), String(body))
    }

    private static func values(_ alert: AlertReport) -> [String: String] {
        let what =
            switch AlertKind(rawValue: alert.kind) {
            case .reconnect: "access was refused"
            case .paused: "an object is paused"
            case .misfit: "a response does not fit its definition"
            case .fault, nil: "something is wrong inside Tributary"
            case .failing: "an integration keeps failing"
            case .stopped: "an integration was stopped"
            case .outage: "a provider is down"
            case .sweep: "a sweep removed nothing"
            }
        return [
            "what": what, "subject": alert.subject, "cause": alert.cause, "since": alert.since.description,
            "often": alert.times > 1 ? ", \(alert.times) times" : "", "effect": alert.effect, "advice": alert.advice,
            "fixed_when": alert.fixedWhen, "who": alert.audience.rawValue, "class": alert.failureClass,
            "id": alert.id.description, "kind": alert.kind,
        ]
    }
}
