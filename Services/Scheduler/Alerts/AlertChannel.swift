import HTTPClient
import Models
import Storage

/// Why a message did not reach its receiver; never with anything of the message or of a secret.
package struct AlertChannelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether trying again is of no use.
    package let isPermanent: Bool
    /// What happened, for a person.
    package let description: String

    /// An error.
    package init(isPermanent: Bool, _ description: String) {
        self.isPermanent = isPermanent
        self.description = description
    }
}

/// A way to tell somebody.
package protocol AlertChannel: Sendable {
    /// Returns when the receiver has it. The same delivery may be sent more than once, with the same id.
    /// - Throws: `AlertChannelError`.
    func send(_ delivery: AlertDelivery, now: Timestamp) async throws(AlertChannelError)
}

/// E-mail from templates.
package struct EmailChannel: AlertChannel {
    private let transport: any MailTransport
    private let from: String
    private let operators: [String]
    private let templates: [AlertAudience: AlertTemplate]

    /// A channel that sends through `transport`; the operator's mail goes to `operators`.
    package init(
        transport: any MailTransport, from: String, operators: [String], templates: [AlertAudience: AlertTemplate]
    ) {
        self.transport = transport
        self.from = from
        self.operators = operators
        self.templates = templates
    }

    /// Sends the e-mail.
    package func send(_ delivery: AlertDelivery, now: Timestamp) async throws(AlertChannelError) {
        // Who stands in for a customer without an address needs to know whom to tell.
        let audience: AlertAudience = delivery.recipient == nil ? .operator : .customer
        guard let template = templates[audience] else {
            throw AlertChannelError(isPermanent: true, "there is no template for \(audience.rawValue)")
        }
        let (subject, text) = template.mail(about: delivery.alert)
        do {
            try await transport.send(
                Mail(
                    from: from, to: delivery.recipient.map { [$0] } ?? operators, subject: subject, text: text,
                    id: delivery.messageID.description, date: now))
        } catch {
            throw AlertChannelError(isPermanent: error.isPermanent, error.description)
        }
    }
}
