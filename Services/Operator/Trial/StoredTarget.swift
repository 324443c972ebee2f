import Catalog
import Cryptography
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

    func target(_ request: TrialRequest, environment: [String: String], now: Timestamp) async throws -> TrialTarget {
        let reports = ReportStore(database: database)
        let object = try await reports.only(request.name)
        guard let place = try await TrialStore(database: database).place(object: object.id) else {
            throw CommandFailure("\(object.name) is gone")
        }
        let provider = try TrialRequest.provider(place.provider, catalog)
        var secrets = try await secrets(of: place, isNeeded: !provider.authorization.isEmpty)
        secrets.merge(try request.secrets(environment)) { $1 }
        let overrides = try await PostgresIntegrationStore(database: database).overrides(object: place.objectID).map {
            Override(layer: Layer(rawValue: $0.reach.rawValue) ?? .customer, patch: try JSONValue(parsing: $0.patch))
        }
        let context = RetrievalContext(
            settings: try JSONValue(parsing: place.settings), secrets: secrets, kind: .initial,
            completeUntil: place.completeUntil, until: TrialRequest.wholeSecond(now),
            cursor: try place.cursor.map { try JSONValue(parsing: $0) })
        return try request.finished(
            TrialTarget(
                name: object.name, provider: provider, object: place.object, overrides: overrides, context: context))
    }

    private func secrets(of place: TrialPlace, isNeeded: Bool) async throws -> [String: Secret] {
        let stored: StoredCredential?
        do {
            stored = try await PostgresIntegrationStore(database: retriever).credential(
                integration: place.integrationID)
        } catch let error as PostgresError where error.kind == .notPermitted {
            throw CommandFailure(
                "this role may not read credentials: set TRIBUTARY_RETRIEVER_POSTGRES to the database as "
                    + "tributary_retriever, or give the secrets with --secret",
                exitCode: .unavailable)
        }
        guard let stored else { return [:] }
        guard let keys else {
            throw CommandFailure(
                "there is no key to open the credential with: set TRIBUTARY_KEYS or TRIBUTARY_KEYS_FILE",
                exitCode: .usage)
        }
        let opened: Secret
        do {
            opened = try keys.open(
                SealedValue(keyID: stored.keyID, bytes: stored.ciphertext),
                for: "credential:\(place.integrationPublicID)")
        } catch {
            throw CommandFailure(
                "the credential cannot be opened: the key '\(stored.keyID)' must be among TRIBUTARY_KEYS")
        }
        guard let object = (try? JSONValue(parsing: opened.reveal()))?.object else {
            throw CommandFailure("the credential is not in the form it was stored in")
        }
        return Dictionary(object.compactMap { member in member.value.string.map { (member.key, Secret($0)) } }) { $1 }
    }
}
