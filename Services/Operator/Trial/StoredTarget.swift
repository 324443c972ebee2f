import Catalog
import Credentials
import Cryptography
import HTTPClient
import JSON
import Models
import Postgres
import Service
import Storage

/// Looks up an Integration Object with all that its next run would know.
struct StoredTarget {
    let catalog: CatalogFolder
    /// The database as the operator.
    let database: any PostgresDatabase
    /// The database as the retriever, which may read credentials.
    let retriever: any PostgresDatabase
    let keys: KeyRing?
    let transport: any HTTPTransport

    func target(_ request: TrialRequest, environment: [String: String], now: Timestamp) async throws -> TrialTarget {
        let reports = PostgresReportStore(database: database)
        let object = try await reports.only(request.name)
        guard let place = try await TrialStore(database: database).place(object: object.id) else {
            throw CommandFailure("\(object.name) is gone")
        }
        let provider = try TrialRequest.provider(place.provider, catalog)
        let given = try request.secrets(environment)
        let secrets = provider.authorization.isEmpty ? given : try await secrets(of: place, given)
        let overrides = try await PostgresIntegrationStore(database: database).overrides(object: place.objectID).map {
            Override(layer: Layer(rawValue: $0.reach.rawValue) ?? .customer, patch: try JSONValue(parsing: $0.patch))
        }
        let context = RetrievalContext(
            settings: try JSONValue(parsing: place.settings), secrets: secrets, kind: .initial,
            completeUntil: place.completeUntil, until: TrialRequest.wholeSecond(now),
            cursor: try place.cursor.map { try JSONValue(parsing: $0) })
        var target = try request.finished(
            TrialTarget(
                name: object.name, provider: provider, object: place.object, overrides: overrides, context: context))
        try await addToken(to: &target, of: place)
        return target
    }

    /// The secrets that were applied; those that were given for the trial go first.
    private func secrets(of place: TrialPlace, _ given: [String: Secret]) async throws -> [String: Secret] {
        let reader = CredentialReader(store: PostgresIntegrationStore(database: retriever), keys: keys)
        do {
            return try await reader.secrets(integration: place.integrationID, publicID: place.integrationPublicID)
                .merging(given) { $1 }
        } catch let error as PostgresError where error.kind == .notPermitted {
            guard given.isEmpty else { return given }
            throw CommandFailure(
                "this role may not read credentials: set TRIBUTARY_RETRIEVER_POSTGRES to the database as "
                    + "tributary_retriever, or give the secrets with --secret", exitCode: .unavailable)
        }
    }

    /// Adds a token that is good now where the way of authorisation has one; it is renewed as a run would renew it.
    private func addToken(to target: inout TrialTarget, of place: TrialPlace) async throws {
        let definition = try target.definition().object
        let keeper = TokenKeeper(
            store: PostgresTokenStore(database: retriever), keys: keys,
            endpoint: TokenEndpoint(transport: transport, patience: .seconds(30)), clock: SystemClock(),
            holder: PublicID(now: SystemClock().now), lease: .seconds(60)
        ) { _ in }
        // What has been said on the command line needs nothing of the store, which the operator's role may not read.
        let isGiven = target.context.secrets[AuthorizationMethod.accessToken] != nil
        if target.context.authorization == nil, !isGiven {
            target.context.authorization = try await keeper.way(
                of: definition, given: target.context.secrets, integration: place.integrationID)?.name
        }
        let method = definition.authorization.first { $0.name == target.context.authorization }
        guard let method, method.hasToken, !isGiven else { return }
        let subject = TokenSubject(
            integration: place.integrationID, publicID: place.integrationPublicID, object: definition, method: method,
            settings: target.context.settings, secrets: target.context.secrets)
        let token = try await keeper.token(for: subject)
        await keeper.waitUntilIdle()
        target.context.secrets[AuthorizationMethod.accessToken] = token.access
        target.context.token = token.kept
    }
}
