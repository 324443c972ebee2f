import Models

/// A plain e-mail.
public struct Mail: Sendable, Hashable {
    /// The sender's address.
    public var from: String
    /// The addresses of the recipients.
    public var to: [String]
    /// What it is about, one line.
    public var subject: String
    /// The text.
    public var text: String
    /// Tells doubles apart, whatever route they took: the part before the @ of its Message-ID.
    public var id: String
    /// When it was written.
    public var date: Timestamp

    /// An e-mail.
    public init(from: String, to: [String], subject: String, text: String, id: String, date: Timestamp) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.id = id
        self.date = date
    }
}

/// Why an e-mail was not taken. Descriptions name the server and what happened, never a password or the text.
public struct MailError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Whether trying again is of no use: an address that the server refuses for good, one that is none.
    public let isPermanent: Bool
    /// What happened, for a person.
    public let description: String

    /// An error.
    public init(isPermanent: Bool, _ description: String) {
        self.isPermanent = isPermanent
        self.description = description
    }
}

/// Sends e-mails. Implementations: `CurlMailTransport` (SMTP with libcurl) and `MemoryMailTransport`.
public protocol MailTransport: Sendable {
    /// Returns when the server has taken the responsibility for `mail`.
    /// - Throws: `MailError`.
    func send(_ mail: Mail) async throws(MailError)
}

/// Keeps what is sent, for tests.
public final class MemoryMailTransport: MailTransport {
    private let state = PthreadLock<(sent: [Mail], refusals: [MailError])>(([], []))

    /// A transport that refuses the first mails with `refusals`, one each.
    public init(refusals: [MailError] = []) { state.withLock { $0.refusals = refusals } }

    /// What was sent so far.
    public var sent: [Mail] { state.withLock { $0.sent } }

    /// Keeps `mail`.
    public func send(_ mail: Mail) async throws(MailError) {
        if let problem = mail.problem { throw problem }
        let refusal: MailError? = state.withLock { state in
            if !state.refusals.isEmpty { return state.refusals.removeFirst() }
            state.sent.append(mail)
            return nil
        }
        if let refusal { throw refusal }
    }
}
