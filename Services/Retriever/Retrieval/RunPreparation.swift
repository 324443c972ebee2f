import Catalog
import Credentials
import Cryptography
import JSON
import Models
import Storage

/// Resolves what a claimed run has to ask: the definition with everyone's overrides, and the integration's secrets.
package struct RunPreparation: Sendable {
    private let catalog: CatalogFolder
    private let integrations: any IntegrationStore
    private let runs: any RetrievalStore
    private let credentials: CredentialSource
    private let definitions = DefinitionCache()

    /// Preparation from `catalog` and the database.
    package init(
        catalog: CatalogFolder, integrations: any IntegrationStore, runs: any RetrievalStore,
        credentials: CredentialSource
    ) {
        self.catalog = catalog
        self.integrations = integrations
        self.runs = runs
        self.credentials = credentials
    }

    /// What a run asks, and what authorises it.
    package struct Prepared: Sendable {
        /// What is asked.
        package var retrieval: Retrieval
        /// What authorises it.
        package var credentials: RunCredentials
    }

    /// The retrieval of `run`, its definition stored under its hash; nil when the claim no longer holds.
    /// - Throws: `Failure` where the definition, the settings or the credential are not usable; what the store throws.
    package func retrieval(of run: ClaimedRun, lease: RetrieverLease) async throws -> Prepared? {
        let settings = try parsed(run.settings, "the settings of the integration") ?? .null
        let definition = try resolve(
            run, overrides: try await integrations.overrides(object: run.objectID), settings: settings)
        if definition.hash != run.definitionHash {
            let holds = try await runs.use(
                definition: definition.hash, provider: run.provider, object: run.object, body: definition.body,
                claim: run.claim, lease: lease)
            guard holds else { return nil }
        }
        let chosen = try await credentials.choose(
            integration: run.integrationID, publicID: run.source.integration, object: definition.object,
            settings: settings)
        let retrieval = try Retrieval(
            definition,
            RetrievalContext(
                settings: settings, secrets: chosen.secrets, authorization: chosen.method, kind: run.kind, run: run.run,
                completeUntil: run.completeUntil, until: run.until,
                cursor: try parsed(run.cursor, "the stored cursor")))
        return Prepared(retrieval: retrieval, credentials: chosen.credentials)
    }

    /// Where the run goes on, or starts.
    package static func position(of run: ClaimedRun, in retrieval: Retrieval) -> PagePosition {
        guard let stored = run.position, let json = try? JSONValue(parsing: stored), let position = PagePosition(json)
        else { return retrieval.start }
        return position
    }

    private func resolve(
        _ run: ClaimedRun, overrides: [StoredOverride], settings: JSONValue
    ) throws -> ResolvedDefinition {
        guard let provider = catalog.providers[run.provider] else {
            throw Failure(
                .definition, "this retriever's catalog has no usable provider '\(run.provider)'",
                advice: "run `tributary validate` on the catalog folder and deploy it with the retrievers")
        }
        let key = DefinitionCache.Key(
            provider: run.provider, object: run.object,
            inputs: overrides.map { Array($0.reach.rawValue.utf8) + [0] + $0.patch } + [run.settings])
        do {
            return try definitions.definition(key) {
                try provider.resolve(
                    object: run.object,
                    overrides: try overrides.map {
                        Override(
                            layer: Layer(rawValue: $0.reach.rawValue) ?? .customer,
                            patch: try parsed($0.patch, "an override") ?? .null)
                    }, settings: settings)
            }
        } catch let diagnostics as Diagnostics {
            let first = diagnostics.errors.first
            throw Failure(
                .definition, "the definition of \(run.provider) \(run.object) cannot be used: \(first?.message ?? "")",
                advice: first?.advice ?? "run `tributary validate`")
        }
    }

    private func parsed(_ bytes: [UInt8]?, _ what: String) throws -> JSONValue? {
        do {
            return try bytes.map { try JSONValue(parsing: $0) }
        } catch {
            throw Failure(.internalFault, "\(what) cannot be read as JSON")
        }
    }
}

extension ClaimedRun {
    /// The claim that every write is conditional on.
    var claim: RunClaim { RunClaim(objectID: objectID, run: run, attempt: attempt) }
}
