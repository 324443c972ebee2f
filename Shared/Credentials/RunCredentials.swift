import Catalog
import Cryptography
import JSON
import Models
import Synchronization

/// The credentials of one run: fixed secrets, or a token that is renewed while the run goes on.
package final class RunCredentials: Sendable {
    private let keeper: TokenKeeper?
    private let subject: TokenSubject?
    private let clock: (any WallClock)?
    private let held = Mutex<CurrentToken?>(nil)

    /// Secrets that need no renewal.
    package init() {
        keeper = nil
        subject = nil
        clock = nil
    }

    /// A token of `subject` that `keeper` renews.
    package init(keeper: TokenKeeper, subject: TokenSubject, clock: any WallClock) {
        self.keeper = keeper
        self.subject = subject
        self.clock = clock
    }

    /// A retrieval with the token that its requests carry.
    package struct Authorized: Sendable {
        /// What is asked.
        package var retrieval: Retrieval
        /// The token; nil where there is none to renew.
        package var token: CurrentToken?
        /// Whether the token was made because the one before was refused.
        fileprivate var wasRenewed = false
    }

    /// The retrieval with a token that is good now.
    /// - Throws: `Failure`; what the store throws.
    package func authorized(_ retrieval: Retrieval) async throws -> Authorized {
        guard let keeper, let subject, let clock else { return Authorized(retrieval: retrieval) }
        if let token = held.withLock({ $0 }), token.renewAt.map({ clock.now < $0 }) ?? true {
            return Authorized(retrieval: try retrieval.carrying(token.access, kept: token.kept), token: token)
        }
        return try carry(try await keeper.token(for: subject), in: retrieval)
    }

    /// The same with another token than `refused`, which the provider did not take.
    package func renewed(_ retrieval: Retrieval, refused: CurrentToken) async throws -> Authorized {
        guard let keeper, let subject else { return Authorized(retrieval: retrieval) }
        var renewed = try carry(try await keeper.token(for: subject, refused: refused.version), in: retrieval)
        renewed.wasRenewed = renewed.token?.isFresh ?? false
        return renewed
    }

    /// What is known of the token of `authorized` now that a refusal of it has arrived.
    package func facts(ofRefused authorized: Authorized) async throws -> RefusalMachine.Facts {
        guard let keeper, let subject, let token = authorized.token else {
            return RefusalMachine.Facts(wasRenewed: true, isNewest: true, isOver: false)
        }
        let state = try await keeper.state(of: token, for: subject)
        return RefusalMachine.Facts(
            wasRenewed: authorized.wasRenewed, isNewest: state.isNewest, isOver: state.isOver)
    }

    private func carry(_ token: CurrentToken, in retrieval: Retrieval) throws -> Authorized {
        held.withLock { if $0.map({ $0.version <= token.version }) ?? true { $0 = token } }
        return Authorized(retrieval: try retrieval.carrying(token.access, kept: token.kept), token: token)
    }

    /// The run has stopped its integration for want of authorisation: taken back if its token is older than the one
    /// that there is by now.
    package func reconsider() async throws {
        guard let keeper, let subject else { return }
        try await keeper.reconsider(subject, version: held.withLock { $0?.version } ?? 0)
    }
}

/// Chooses how a run is authorised.
package struct CredentialSource: Sendable {
    private let reader: CredentialReader
    private let keeper: TokenKeeper
    private let clock: any WallClock

    /// Credentials from what `reader` opens and `keeper` renews.
    package init(reader: CredentialReader, keeper: TokenKeeper, clock: any WallClock) {
        self.reader = reader
        self.keeper = keeper
        self.clock = clock
    }

    /// What a run of an integration needs.
    package struct Chosen: Sendable {
        /// What was given.
        package var secrets: [String: Secret]
        /// The way of authorisation; nil where there is none, or none whose secrets the integration has.
        package var method: String?
        /// What renews the token.
        package var credentials: RunCredentials
    }

    /// The credentials of an integration for `object`.
    /// - Throws: `Failure` of class internal where they cannot be opened.
    package func choose(
        integration: Int64, publicID: PublicID, object: ObjectDefinition, settings: JSONValue
    ) async throws -> Chosen {
        let secrets = try await reader.secrets(integration: integration, publicID: publicID)
        guard let method = try await keeper.way(of: object, given: secrets, integration: integration) else {
            return Chosen(secrets: secrets, method: nil, credentials: RunCredentials())
        }
        // An access token that was given as a secret is used as it is.
        guard method.hasToken, secrets[AuthorizationMethod.accessToken] == nil else {
            return Chosen(secrets: secrets, method: method.name, credentials: RunCredentials())
        }
        let subject = TokenSubject(
            integration: integration, publicID: publicID, object: object, method: method, settings: settings,
            secrets: secrets)
        return Chosen(
            secrets: secrets, method: method.name,
            credentials: RunCredentials(keeper: keeper, subject: subject, clock: clock))
    }
}
