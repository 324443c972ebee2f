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
public struct Retrieval: Sendable {
    /// What is asked.
    public enum Mode: String, Sendable {
        /// The object's own request, which may ask for everything or for what changed.
        case listing
        /// The request of `changes`.
        case changes
    }

    /// The definition.
    public let definition: ResolvedDefinition
    /// What is asked.
    public let mode: Mode
    /// Whether the run sees everything that the provider lists, and not only what changed.
    public let isComplete: Bool
    /// The lower bound asked with; nil where everything is asked for.
    public let since: Timestamp?
    let listing: Listing
    let authorization: AuthorizationMethod?
    private let context: RetrievalContext
    private let settings: Value
    private let order: RecordSelection.Order

    /// The retrieval of one run.
    /// - Throws: `Failure` of class configuration or authorization where the integration lacks what is needed.
    public init(_ definition: ResolvedDefinition, _ context: RetrievalContext) throws(Failure) {
        let object = definition.object
        let problems = object.settings.problems(with: context.settings, origin: Origin(layer: .integration))
        if let problem = problems.first {
            throw Failure(.configuration, problem.message, advice: problem.advice)
        }
        self.definition = definition
        self.context = context
        settings = object.settings.values(given: context.settings)
        authorization = try Self.authorization(object, context)
        var scope = Scope()
        scope.settings = settings
        scope.until = context.until
        scope.run = .map(["kind": .text(context.kind.rawValue), "number": .integer(context.run)])
        scope.cursor = context.cursor.map { Value($0) } ?? .null
        let usesChanges = try Self.usesChanges(object, context, scope)
        let listing = usesChanges ? object.changes?.listing ?? object.listing : object.listing
        self.listing = listing
        mode = usesChanges ? .changes : .listing
        let complete = context.kind == .incremental ? context.completeUntil : nil
        since = complete.map { listing.window.since(completeUntil: $0) }
        isComplete = since == nil || !listing.asksForChanges
        do {
            order =
                RecordSelection.Order(rawValue: try listing.selection.order.value(in: scope).scalarText ?? "") ?? .any
        } catch {
            throw Failure(.definition, "'order' could not be computed: \(error)")
        }
    }

    private static func usesChanges(
        _ object: ObjectDefinition, _ context: RetrievalContext, _ scope: Scope
    ) throws(Failure) -> Bool {
        guard let changes = object.changes, context.kind == .incremental, let completeUntil = context.completeUntil
        else { return false }
        // Judged by the window and not by the clock, so that every attempt of a run decides alike.
        let since = changes.listing.window.since(completeUntil: completeUntil)
        if let retention = changes.retention, since < context.until - retention { return false }
        if let condition = changes.condition {
            var scope = scope
            scope.since = since
            scope.now = context.until
            do {
                return try condition.value(in: scope).isTrue
            } catch {
                throw Failure(.definition, "'changes.when' could not be computed: \(error)")
            }
        }
        return true
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
        if let method = object.authorization.first(where: { $0.secretNames.allSatisfy { context.secrets[$0] != nil } })
        {
            return method
        }
        throw Failure(
            .authorization, "the integration has no credential for \(object.provider)",
            advice: "give the secrets: \(object.authorization[0].secretNames.joined(separator: ", "))")
    }

    /// The first position.
    public var start: PagePosition { listing.pages.start }

    /// What the provider allows.
    public var limits: Limits { definition.object.limits }

    /// The request for the page at `position`.
    /// - Throws: `Failure` where it cannot be computed.
    public func request(at position: PagePosition, now: Timestamp) throws(Failure) -> RequestPlan {
        let object = definition.object
        let builder = RequestBuilder(
            baseURL: object.baseURL, template: listing.request, authorization: authorization, limits: object.limits,
            provider: object.provider)
        return try builder.plan(
            scope: scope(at: position, now: now), page: listing.pages.strategy.request(at: position),
            options: listing.pages.strategy.options)
    }

    func scope(at position: PagePosition, now: Timestamp) -> Scope {
        var scope = Scope()
        scope.settings = settings
        scope.secrets = context.secrets
        scope.token = Value(context.token)
        scope.since = since
        scope.until = listing.window.until(context.until)
        scope.now = now
        scope.run = .map(["kind": .text(context.kind.rawValue), "number": .integer(context.run)])
        scope.cursor = context.cursor.map { Value($0) } ?? .null
        scope.page = .map([
            "position": Value(position.mark),
            "size": listing.pages.strategy.options.size.map { .integer(Int64($0)) } ?? .null,
        ])
        return scope
    }

    /// What to do after a response to the request at `position`: the error rules first, then the page.
    public func interpret(_ response: ProviderResponse, at position: PagePosition, now: Timestamp) -> ResponseOutcome {
        let reader = PageReader(
            definition: definition.object, listing: listing, order: order, scope: scope(at: position, now: now),
            requestURL: (try? request(at: position, now: now).url) ?? "", assumedTime: assumedTime)
        return reader.outcome(of: response, at: position, now: now)
    }

    /// Records without a time of their own count as read at the end of the window. Where a feed tells of their changes
    /// in coarser units, that is cut down to such a unit: else an event of the same second, which may be newer than the
    /// record that was listed, would look older and be ignored.
    private var assumedTime: Timestamp? {
        guard mode == .listing, listing.selection.modifiedAt == nil, let changes = definition.object.changes else {
            return nil
        }
        let unit = max(1, changes.listing.window.precision.microseconds)
        return Timestamp(microseconds: context.until.microseconds.flooringQuotient(by: unit) * unit)
    }

    /// What a response says about the quota, by the headers that the definition names.
    public func quota(_ response: ProviderResponse, now: Timestamp) -> Quota {
        let view = ResponseView(status: response.status, headers: response.headers, body: nil)
        return Quota(
            remaining: limits.remaining.flatMap { view.header($0) }.flatMap { Int($0.trimmed) },
            resetAt: limits.reset.flatMap { view.header($0) }.flatMap { PauseHeader.time($0, now: now) })
    }
}
