import HTTPClient
import Models
import Service
import Storage

/// Who is told about what a person has to do, and how.
enum AlertSettings {
    static let email = Setting.list(
        "alert-email", environment: "TRIBUTARY_ALERT_EMAIL",
        "The operator's e-mail addresses; those of customers stand in their apply files", placeholder: "A@B,C@D")
    static let from = Setting.text(
        "alert-from", environment: "TRIBUTARY_ALERT_FROM", default: "tributary@localhost",
        "Sender of the e-mails", placeholder: "ADDRESS")
    static let smtp = Setting.text(
        "alert-smtp", environment: "TRIBUTARY_ALERT_SMTP",
        "Mail server, smtps://host:465 or smtp://host:587 (STARTTLS); no e-mails without it", placeholder: "URL"
    ).optional
    static let smtpUser = Setting.text(
        "alert-smtp-user", environment: "TRIBUTARY_ALERT_SMTP_USER", "User of the mail server", placeholder: "USER"
    ).optional
    static let smtpPassword = Setting.text(
        "alert-smtp-password", environment: "TRIBUTARY_ALERT_SMTP_PASSWORD", "Password of the mail server",
        isSecret: true, placeholder: "PASSWORD"
    ).optional
    static let smtpPlain = Setting.toggle(
        "alert-smtp-plain", environment: "TRIBUTARY_ALERT_SMTP_PLAIN",
        "Send through a mail server that offers no TLS, such as a relay on the same machine")
    static let smtpAuthorities = Setting.text(
        "alert-smtp-ca", environment: "TRIBUTARY_ALERT_SMTP_CA",
        "PEM file of the authorities that the mail server's certificate is checked with; the system's without it",
        placeholder: "FILE"
    ).optional
    static let webhook = Setting.text(
        "alert-webhook", environment: "TRIBUTARY_ALERT_WEBHOOK",
        "Address that every alert is posted to, signed as Standard Webhooks has it", placeholder: "URL"
    ).optional
    static let webhookSecret = Setting<WebhookSigner?>(
        "alert-webhook-secret", environment: "TRIBUTARY_ALERT_WEBHOOK_SECRET", default: "",
        summary: "Secret that webhooks are signed with, whsec_ and 24 to 64 bytes in Base64", isSecret: true,
        placeholder: "SECRET"
    ) { text throws(InvalidValue) in
        if text.isEmpty { return nil }
        guard let signer = WebhookSigner(text) else {
            throw InvalidValue("must be whsec_ and 24 to 64 bytes in Base64")
        }
        return signer
    }
    static let templates = Setting.text(
        "alert-templates", environment: "TRIBUTARY_ALERT_TEMPLATES",
        "Folder with operator.txt and customer.txt, the texts of the e-mails; the built-in ones without it",
        placeholder: "FOLDER"
    ).optional
    static let circuitIntegrations = Setting.integer(
        "circuit-integrations", environment: "TRIBUTARY_CIRCUIT_INTEGRATIONS", in: 2...100_000, default: "5",
        "Integrations that have to fail together for their provider to count as down", placeholder: "COUNT")
    static let circuitPause = Setting.duration(
        "circuit-pause", environment: "TRIBUTARY_CIRCUIT_PAUSE", atLeast: .milliseconds(100), default: "30s",
        "Pause before a provider that is down is tried again; doubled each time, up to ten minutes")

    static let all: [any SettingDeclaration] = [
        email, from, smtp, smtpUser, smtpPassword, smtpPlain, smtpAuthorities, webhook, webhookSecret, templates,
        circuitIntegrations, circuitPause,
    ]

    /// The ways that are configured.
    /// - Throws: `Failure` where something is missing, `HTTPError` where there is no memory or thread.
    static func channels(_ context: ServiceContext) throws -> [AlertChannelName: any AlertChannel] {
        var channels: [AlertChannelName: any AlertChannel] = [:]
        if let server = context[smtp] {
            let operators = context[email]
            for address in operators + [context[from]] where !Mail.isAddress(address) {
                throw Failure(.configuration, "'\(address)' is no e-mail address", advice: "mend TRIBUTARY_ALERT_EMAIL")
            }
            guard !operators.isEmpty, server.hasPrefix("smtp://") || server.hasPrefix("smtps://") else {
                throw Failure(
                    .configuration,
                    "TRIBUTARY_ALERT_SMTP needs an address smtp://… or smtps://… and somebody to write to",
                    advice: "set TRIBUTARY_ALERT_EMAIL to the operator's addresses")
            }
            let folder = context[templates]
            channels[.email] = EmailChannel(
                transport: CurlMailTransport(
                    MailSettings(
                        url: server, user: context[smtpUser], password: context[smtpPassword],
                        allowsPlain: context[smtpPlain], caBundle: context[smtpAuthorities])),
                from: context[from], operators: operators,
                templates: [
                    .operator: try AlertTemplate.load(for: .operator, folder: folder),
                    .customer: try AlertTemplate.load(for: .customer, folder: folder),
                ])
        }
        if let url = context[webhook] {
            guard let signer = context[webhookSecret] else {
                throw Failure(
                    .configuration, "TRIBUTARY_ALERT_WEBHOOK is set without TRIBUTARY_ALERT_WEBHOOK_SECRET",
                    advice: "set a secret whsec_…, which the receiver checks signatures with")
            }
            // The operator's own address, which may well be in the operator's own network.
            let transport = try CurlTransport(CurlSettings(addresses: .any, maximumIdleConnections: 4))
            channels[.webhook] = WebhookChannel(transport: transport, url: url, signer: signer)
        }
        return channels
    }
}

extension CircuitRules {
    init(_ context: ServiceContext) {
        self.init(
            integrations: context[AlertSettings.circuitIntegrations], pause: context[AlertSettings.circuitPause])
    }
}
