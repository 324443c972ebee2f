import Cryptography
import JSON
import Models

/// What a run brings to a definition.
public struct RetrievalContext: Sendable {
    /// The integration's settings, a JSON object.
    public var settings: JSONValue
    /// The integration's secrets by name.
    public var secrets: [String: Secret]
    /// What was kept beside the access token, a JSON object.
    public var token: JSONValue
    /// The way of authorisation that the integration uses; nil takes the first that its secrets suffice for.
    public var authorization: String?
    /// What the run asks for.
    public var kind: RunKind
    /// The run's number.
    public var run: Int64
    /// Up to when the object is complete; nil before the first success.
    public var completeUntil: Timestamp?
    /// The end of the run's window.
    public var until: Timestamp
    /// The provider's own mark, kept from the last success.
    public var cursor: JSONValue?

    /// A run's context.
    public init(
        settings: JSONValue = .null, secrets: [String: Secret] = [:], token: JSONValue = .null,
        authorization: String? = nil, kind: RunKind, run: Int64 = 1, completeUntil: Timestamp? = nil, until: Timestamp,
        cursor: JSONValue? = nil
    ) {
        self.settings = settings
        self.secrets = secrets
        self.token = token
        self.authorization = authorization
        self.kind = kind
        self.run = run
        self.completeUntil = completeUntil
        self.until = until
        self.cursor = cursor
    }
}

/// How one run asks and reads: pure functions from a position to a request and from a response to a page.
///
/// The same definition and context always give the same requests, so an attempt continues where another one stopped.
/// A position says everything about the course of the run: which listing, which window of it, for which parent, which
/// page. An object, because tasks that wait for a page would otherwise hold several copies of it in their frames.
public final class Retrieval: Sendable {
    /// What is asked.
    public enum Mode: String, Sendable {
        /// The object's own request, which may ask for everything or for what changed.
        case listing
        /// The request of `changes`.
        case changes
        /// The request of `since_age`.
        case distant
        /// The request of `sweep`.
        case sweep
    }

    /// The definition.
    public let definition: ResolvedDefinition
    /// What is asked.
    public let mode: Mode
    /// Whether the run sees everything that the provider lists, and not only what changed.
    public let isComplete: Bool
    /// The lower bound asked with; nil where everything is asked for.
    public var since: Timestamp? { main.since }
    /// The object, which for a parent is not that of the definition.
    let object: ObjectDefinition
    let authorization: AuthorizationMethod?
    let context: RetrievalContext
    let settings: Value
    let main: RetrievalLeg
    /// The list of what is gone, where this run reads it.
    let removed: RetrievalLeg?
    /// Whether its records drive another object's requests and are not stored.
    let isParent: Bool

    /// The retrieval of one run.
    /// - Throws: `Failure` of class configuration or authorization where the integration lacks what is needed.
    public convenience init(_ definition: ResolvedDefinition, _ context: RetrievalContext) throws(Failure) {
        let problems = definition.object.settings.problems(with: context.settings, origin: Origin(layer: .integration))
        if let problem = problems.first {
            throw Failure(.configuration, problem.message, advice: problem.advice)
        }
        try self.init(definition, object: definition.object, context, isParent: false)
    }

    /// The retrieval of `object`, which is the definition's own or one whose records drive its requests.
    init(
        _ definition: ResolvedDefinition, object: ObjectDefinition, _ context: RetrievalContext, isParent: Bool
    ) throws(Failure) {
        self.definition = definition
        self.object = object
        self.context = context
        self.isParent = isParent
        settings = definition.object.settings.values(given: context.settings)
        authorization = try Self.authorization(definition.object, context)
        var scope = Scope()
        scope.settings = settings
        scope.until = context.until
        scope.run = .map(["kind": .text(context.kind.rawValue), "number": .integer(context.run)])
        scope.cursor = context.cursor.map { Value($0) } ?? .null
        let chosen = try Self.listing(object, context, scope)
        mode = chosen.mode
        let complete = context.kind == .incremental ? context.completeUntil : nil
        let origin = RetrievalOrigin(definition: definition, context: context, completeUntil: complete, scope: scope)
        main = try RetrievalLeg(chosen.listing, stage: chosen.mode == .sweep ? .sweep : .listing, origin)
        isComplete = main.since == nil || !chosen.listing.asksForChanges
        if let deletions = object.deletions, complete != nil, !isParent {
            removed = try RetrievalLeg(deletions.listing, stage: .removed, origin)
        } else {
            removed = nil
        }
    }

    private static func listing(
        _ object: ObjectDefinition, _ context: RetrievalContext, _ scope: Scope
    ) throws(Failure) -> (mode: Mode, listing: Listing) {
        if context.kind == .sweep {
            guard let sweep = object.sweep else {
                throw Failure(
                    .definition, "\(object.name) has no sweep any more",
                    advice: "it goes on without; nothing was removed")
            }
            return (.sweep, sweep.listing)
        }
        guard context.kind == .incremental, let completeUntil = context.completeUntil else {
            return (.listing, object.listing)
        }
        if let changes = object.changes, try usesChanges(changes, completeUntil, context, scope) {
            return (.changes, changes.listing)
        }
        if let distant = object.distant, completeUntil < context.until - distant.over {
            return (.distant, distant.listing)
        }
        return (.listing, object.listing)
    }

    private static func usesChanges(
        _ changes: ChangesDefinition, _ completeUntil: Timestamp, _ context: RetrievalContext, _ scope: Scope
    ) throws(Failure) -> Bool {
        // Judged by the window and not by the clock, so that every attempt of a run decides alike.
        let since = changes.listing.window.since(completeUntil: completeUntil)
        if let retention = changes.retention, since < context.until - retention { return false }
        guard let condition = changes.condition else { return true }
        var scope = scope
        scope.since = since
        scope.now = context.until
        do {
            return try condition.value(in: scope).isTrue
        } catch {
            throw Failure(.definition, "'changes.when' could not be computed: \(error)")
        }
    }

    private static func authorization(_ object: ObjectDefinition, _ context: RetrievalContext) throws(Failure)
        -> AuthorizationMethod?
    {
        guard !object.authorization.isEmpty else { return nil }
        if let name = context.authorization {
            if let method = object.authorization.first(where: { $0.name == name }) { return method }
            throw Failure(
                .configuration, "\(object.provider) has no way of authorisation '\(name)'",
                advice: NearestName.advice(for: name, among: object.authorization.map(\.name)))
        }
        if let method = object.readyWay(given: context.secrets) { return method }
        throw Failure(
            .authorization, "the integration has no credential for \(object.provider)",
            advice: "give the secrets: \(object.authorization[0].givenSecretNames.joined(separator: ", "))")
    }

    /// The way of authorisation of its requests.
    public var method: AuthorizationMethod? { authorization }

    /// The same retrieval with another token: one that was renewed in the middle of the run. What drives its requests
    /// gets it too.
    public func carrying(_ access: Secret, kept: JSONValue) throws(Failure) -> Retrieval {
        var context = context
        context.secrets[AuthorizationMethod.accessToken] = access
        context.token = kept
        return try Retrieval(definition, object: object, context, isParent: isParent)
    }

    /// What the provider allows.
    public var limits: Limits { object.limits }

    /// The request for the page at `position`.
    /// - Throws: `Failure` where it cannot be computed.
    public func request(at position: PagePosition, now: Timestamp) throws(Failure) -> RequestPlan {
        let leg = leg(at: position)
        if case .listing(let inner)? = position.parents, let parent = leg.parent?.retrieval {
            return try parent.request(at: inner, now: now)
        }
        if let report = leg.listing.report, position.report?.isReady != true {
            let template = position.report == nil ? report.create : report.poll
            return try builder(template).plan(scope: scope(at: position, now: now), page: .nothing, options: nil)
        }
        let strategy = leg.listing.pages.strategy
        return try builder(leg.listing.request).plan(
            scope: scope(at: position, now: now), page: strategy.request(at: position), options: strategy.options)
    }

    func builder(_ template: RequestTemplate) -> RequestBuilder {
        RequestBuilder(
            baseURL: object.baseURL, template: template, authorization: authorization, limits: object.limits,
            provider: object.provider, mayLeaveHost: main.listing.report?.download == template)
    }

    /// What expressions read at `position`.
    func scope(at position: PagePosition, now: Timestamp) -> Scope {
        let leg = leg(at: position)
        var scope = Scope()
        scope.settings = settings
        scope.secrets = context.secrets
        scope.token = Value(context.token)
        scope.since = leg.lowerBound(at: position)
        scope.until = leg.upperBound(at: position)
        scope.now = now
        scope.run = .map(["kind": .text(context.kind.rawValue), "number": .integer(context.run)])
        scope.cursor = context.cursor.map { Value($0) } ?? .null
        scope.page = .map([
            "position": Value(position.mark), "mark": Value(position.capMark),
            "size": leg.listing.pages.strategy.options.size.map { .integer(Int64($0)) } ?? .null,
        ])
        scope.job = position.report.map { Value($0.job) } ?? .null
        if case .records(let records, _)? = position.parents {
            scope.parent = records.first.map { Value($0) } ?? .null
            scope.parents = .list(records.prefix(leg.parent?.definition.batch ?? 1).map { Value($0) })
        }
        return scope
    }

    /// What to do after a response to the request at `position`: the error rules first, then the page.
    public func interpret(_ response: ProviderResponse, at position: PagePosition, now: Timestamp) -> ResponseOutcome {
        let leg = leg(at: position)
        if case .listing(let inner)? = position.parents, let parent = leg.parent {
            return parents(parent, response, at: position, inner: inner, now: now)
        }
        if let report = leg.listing.report, position.report?.isReady != true {
            return about(report, response, at: position, now: now)
        }
        let reader = PageReader(
            retrieval: self, leg: leg, scope: scope(at: position, now: now),
            requestURL: (try? request(at: position, now: now).url) ?? "", assumedTime: assumedTime(leg))
        let outcome = reader.outcome(of: response, at: position, now: now)
        guard case .page(var page) = outcome else { return outcome }
        switch page.step {
        case .end: page.step = following(position, top: page.cursor)
        case .next(var next):
            if object.cursor?.isCounted == true, let top = page.cursor { next.top = top }
            page.step = .next(next)
        case .overlapMissed: break
        }
        return .page(page)
    }

    /// Records without a time of their own count as read at the end of the window. Where a feed tells of their changes
    /// in coarser units, that is cut down to such a unit: else an event of the same second, which may be newer than the
    /// record that was listed, would look older and be ignored.
    private func assumedTime(_ leg: RetrievalLeg) -> Timestamp? {
        guard mode == .listing, leg.listing.selection.modifiedAt == nil, let changes = object.changes else {
            return nil
        }
        let unit = max(1, changes.listing.window.precision.microseconds)
        return Timestamp(microseconds: context.until.microseconds.flooringQuotient(by: unit) * unit)
    }

    /// What a response says about the quota, as the definition tells to read it from the headers.
    public func quota(_ response: ProviderResponse, now: Timestamp) -> Quota {
        let view = ResponseView(status: response.status, headers: response.headers, body: nil)
        var scope = Scope()
        scope.settings = settings
        scope.now = now
        let remaining = limits.remaining.flatMap { $0.text(view, scope) }.flatMap { Double($0.trimmed) }
        return Quota(
            remaining: remaining.flatMap { Int(exactly: $0.rounded(.towardZero)) },
            resetAt: limits.reset.flatMap { $0.text(view, scope) }.flatMap { PauseHeader.time($0, now: now) })
    }
}
