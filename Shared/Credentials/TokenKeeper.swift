import Catalog
import Cryptography
import JSON
import Models
import Service
import Storage

/// Gives out tokens and renews them: one renewal at a time for each integration, in all processes together.
///
/// The intent to send a refresh token is committed before it is sent, and the answer under the fence of that intent;
/// what a process leaves behind that dies in between is judged by ``RenewalMachine``.
package actor TokenKeeper {
    /// How long a renewal belongs to whoever began it. Others wait for that long after a crash.
    private let lease: Duration
    private let store: any TokenStore
    private let keys: KeyRing?
    private let endpoint: TokenEndpoint
    private let clock: any WallClock
    private let holder: PublicID
    private let note: @Sendable (RenewalOutcome) -> Void
    private let logger = Logger(label: "tokens")
    private var underWay: [Int64: Task<CurrentToken, any Error>] = [:]
    /// Renewals ahead of time that failed are left alone for a moment.
    private var restingUntil: [Int64: Timestamp] = [:]
    /// The versions at which a person was found to be needed: only a newer token makes that untrue.
    private var judged: [Int64: Int64] = [:]

    /// A keeper. `patience` for an answer must be shorter than `lease`.
    package init(
        store: any TokenStore, keys: KeyRing?, endpoint: TokenEndpoint, clock: any WallClock, holder: PublicID,
        lease: Duration, note: @escaping @Sendable (RenewalOutcome) -> Void = { _ in }
    ) {
        self.store = store
        self.keys = keys
        self.endpoint = endpoint
        self.clock = clock
        self.holder = holder
        self.lease = lease
        self.note = note
    }

    /// The token of `subject`; another one than that of the version `refused`, which the provider did not take.
    /// - Throws: `Failure`: authorization where a person has to connect (again), transient and throttled where the
    ///   authorisation server is not to be had; what the store throws.
    package func token(for subject: TokenSubject, refused: Int64? = nil) async throws -> CurrentToken {
        // Runs of one integration share one task, which goes on when one of them is cancelled: a renewal that is broken
        // off in the middle may cost the connection.
        while let task = underWay[subject.integration] {
            let token = try await task.value
            if token.version > refused ?? 0 { return token }
        }
        let isResting = restingUntil[subject.integration].map { clock.now < $0 } ?? false
        let task = Task {
            defer { underWay[subject.integration] = nil }
            return try await obtain(subject, refused: refused, isResting: isResting)
        }
        underWay[subject.integration] = task
        return try await task.value
    }

    /// Returns when no renewal is under way: a process must not end before.
    package func waitUntilIdle() async {
        while let task = underWay.values.first { _ = await task.result }
    }

    /// A run of `subject` has stopped the integration, because a token of `version` did not work or could not be renewed:
    /// that is taken back if there has been a newer one meanwhile.
    package func reconsider(_ subject: TokenSubject, version: Int64) async throws {
        // A run whose first request found the token over never held any.
        let newest = max(version, judged[subject.integration] ?? 0)
        if try await store.revive(integration: subject.integration, ifNewerThan: newest) {
            logger.info("the integration goes on: its token has been renewed meanwhile")
        }
    }

    /// Whether `token` is still the newest one of `subject`, with no renewal begun since it was given out, and whether
    /// it is over by now.
    /// - Throws: what the store throws.
    package func state(of token: CurrentToken, for subject: TokenSubject) async throws -> (
        isNewest: Bool, isOver: Bool
    ) {
        guard let record = try await store.token(integration: subject.integration), record.version == token.version
        else { return (false, false) }
        let isOver = record.sealed?.expiresAt.map { record.readAt >= $0 } ?? false
        return (record.fence == token.fence, isOver)
    }

    /// The way of authorisation that an integration with these secrets uses; nil where it has the secrets of none.
    /// Which token there is, is asked only where there is a choice.
    /// - Throws: what the store throws.
    package func way(
        of object: ObjectDefinition, given secrets: [String: Secret], integration: Int64
    ) async throws -> AuthorizationMethod? {
        guard object.possibleWays(given: secrets).count > 1 else { return object.way(given: secrets) }
        let record = try await store.token(integration: integration)
        return object.way(given: secrets, connected: record?.sealed == nil ? nil : record?.method)
    }

    // MARK: One token

    private func obtain(_ subject: TokenSubject, refused: Int64?, isResting: Bool) async throws -> CurrentToken {
        let deadline = clock.now + lease * 4
        var sawRenewal = false
        while true {
            let record = try await store.token(integration: subject.integration)
            // Another way of authorisation has been chosen: its token is none of this one.
            let own = record.flatMap { $0.method == subject.method.name ? $0 : nil }
            let token = try own?.sealed.map { try open($0, subject) }
            let facts = Self.facts(record, isOwn: own != nil, token)
            let machine = subject.machine(version: facts.version)
            let decision = machine.decide(facts, now: record?.readAt ?? clock.now, refused: refused)
            switch decision {
            case .use:
                guard let token else { throw Failure(.internalFault, "a token without contents") }
                var current = current(token, facts, record, machine, isResting)
                current.isFresh = sawRenewal && record?.leaseUntil == nil && record?.intent == nil
                return current
            case .wait:
                sawRenewal = true
                guard clock.now < deadline else {
                    throw Failure(.transient, "another process renews the token of \(subject.provider) for too long")
                }
                try await clock.sleep(for: .milliseconds(Int64.random(in: 150...350)))
            case .renew(let renewal):
                if isResting, let token, !isNeeded(facts, record, refused) {
                    return current(token, facts, record, machine, true)
                }
                sawRenewal = true
                do {
                    try await renew(renewal, subject, machine, record, token)
                } catch let failure as Failure where failure.kind == .authorization {
                    throw judge(failure, subject, record)
                } catch let failure as Failure where failure.kind == .transient || failure.kind == .throttled {
                    guard let token, !isNeeded(facts, record, refused) else { throw failure }
                    restingUntil[subject.integration] = clock.now + .seconds(10)
                    return current(token, facts, record, machine, true)
                }
            case .lost: throw judge(try await lost(subject, record), subject, record)
            case .connect:
                let failure = Failure(
                    .authorization, "the integration is not connected to \(subject.provider)",
                    advice: "connect it with `tributary connect`")
                throw judge(failure, subject, record)
            case .reconnect:
                let failure = Failure(
                    .authorization, "the token for \(subject.provider) is over, and there is nothing to renew it with",
                    advice: "connect the integration again with `tributary connect`")
                throw judge(failure, subject, record)
            }
        }
    }

    /// A person is needed, as things are at the version of `record`, of whichever way of authorisation it is.
    private func judge(_ failure: Failure, _ subject: TokenSubject, _ record: TokenRecord?) -> Failure {
        judged[subject.integration] = record?.version ?? 0
        return failure
    }

    private func isNeeded(_ facts: RenewalMachine.Facts, _ record: TokenRecord?, _ refused: Int64?) -> Bool {
        (refused ?? 0) >= facts.version || facts.expiresAt.map { (record?.readAt ?? clock.now) >= $0 } ?? false
    }

    private static func facts(_ record: TokenRecord?, isOwn: Bool, _ token: GrantedToken?) -> RenewalMachine.Facts {
        var facts = RenewalMachine.Facts()
        guard let record else { return facts }
        facts.leaseUntil = record.leaseUntil
        guard isOwn, let token else { return facts }
        facts.version = record.version
        facts.grantedAt = record.grantedAt
        facts.expiresAt = token.expiresAt
        facts.hasRefreshToken = token.refresh != nil
        facts.intendedAt = record.intent?.at
        return facts
    }

    private func current(
        _ token: GrantedToken, _ facts: RenewalMachine.Facts, _ record: TokenRecord?, _ machine: RenewalMachine,
        _ isResting: Bool
    ) -> CurrentToken {
        let renewAt = machine.renewalTime(facts)
        return CurrentToken(
            version: facts.version, access: token.access, kept: .object(token.kept),
            renewAt: isResting
                ? renewAt.map { max($0, min(clock.now + .seconds(10), facts.expiresAt ?? $0)) } : renewAt,
            fence: record?.fence ?? 0, isFresh: false)
    }

    // MARK: Renewing

    /// Renews the token; returns as well where somebody else was faster.
    private func renew(
        _ renewal: RenewalMachine.Renewal, _ subject: TokenSubject, _ machine: RenewalMachine, _ seen: TokenRecord?,
        _ token: GrantedToken?
    ) async throws {
        let asked = seen?.readAt ?? clock.now
        let plan: RequestPlan
        var hash: String?
        if renewal != .grant, let refresh = token?.refresh {
            plan = try subject.requests.refresh(refresh, now: clock.now)
            hash = try SHA256.hexadecimal(Array(refresh.reveal().utf8)[...])
        } else {
            plan = try subject.requests.grant(now: clock.now)
        }
        guard
            let claim = try await store.begin(
                integration: subject.integration, method: subject.method.name, after: seen, holder: holder,
                tokenHash: hash, for: lease)
        else { return note(.superseded) }
        if renewal == .resend {
            logger.info("a refresh token is sent once more: its answer was never stored", log(subject))
        }
        FaultPoint.pass(.renewalIntended)
        let answer = await endpoint.ask(plan, for: subject.requests, provider: subject.provider, asked: asked)
        FaultPoint.pass(.renewalAnswered)
        switch answer {
        case .granted(var granted):
            if granted.refresh == nil { granted.refresh = token?.refresh }
            for (name, value) in token?.kept ?? JSONObject() where granted.kept[name] == nil {
                granted.kept[name] = value
            }
            let version = try await commit(granted, subject, claim)
            note(version == nil ? .superseded : .renewed)
            logger.debug("the token was renewed", log(subject))
        case .refused(let failure):
            // Somebody has connected anew while the old token was being refused.
            guard try await store.giveUp(claim, keepsIntent: false) else { return note(.superseded) }
            note(.refused)
            throw failure
        case .unavailable(let failure):
            try await store.giveUp(claim, keepsIntent: renewal == .resend)
            note(.unavailable)
            throw failure
        case .unclear(let failure):
            try await store.giveUp(claim, keepsIntent: machine.keepsIntent(after: renewal))
            note(.unclear)
            logger.warning(
                "it is not known whether a token was renewed",
                log(subject).merging([.cause: .text(failure.cause)]) { $1 })
            throw failure
        }
    }

    /// The answer is all there is of the new token: the database being away for a moment must not lose it.
    private func commit(_ granted: GrantedToken, _ subject: TokenSubject, _ claim: RenewalClaim) async throws -> Int64?
    {
        let sealed = try seal(granted, subject)
        let backoff = Backoff(base: .milliseconds(50), cap: .seconds(2))
        let deadline = clock.now + lease * 4
        var failures = 0
        while true {
            do {
                return try await store.commit(sealed, claim)
            } catch {
                failures += 1
                guard clock.now < deadline else { throw error }
                logger.warning(
                    "a new token could not be stored yet", log(subject).merging([.error: .error(error)]) { $1 })
                try await clock.sleep(for: backoff.delay(after: failures))
            }
        }
    }

    private func lost(_ subject: TokenSubject, _ record: TokenRecord?) async throws -> Failure {
        let at = record?.intent.map { " at \($0.at)" } ?? ""
        let failure = Failure(
            .authorization,
            "the answer to the renewal\(at) was lost before it was stored; \(subject.provider) ends a connection whose refresh token is used twice, so it was not sent again",
            advice: "connect the integration again with `tributary connect`")
        if let record, try await store.markLost(integration: subject.integration, fence: record.fence) {
            note(.lost)
            logger.warning("a connection is lost", log(subject).merging([.cause: .text(failure.cause)]) { $1 })
        }
        return failure
    }

    private func log(_ subject: TokenSubject) -> [LogKey: LogValue] {
        [.provider: .text(subject.provider), .integration: .text("\(subject.publicID)")]
    }

    // MARK: Sealing

    private func open(_ sealed: SealedToken, _ subject: TokenSubject) throws -> GrantedToken {
        try TokenSealing(keys: keys).open(sealed, for: subject.purpose)
    }

    private func seal(_ token: GrantedToken, _ subject: TokenSubject) throws -> SealedToken {
        try TokenSealing(keys: keys).seal(token, for: subject.purpose)
    }
}
