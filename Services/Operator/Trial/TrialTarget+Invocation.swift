import Catalog
import Connections
import Cryptography
import FoundationEssentials
import HTTPClient
import Models
import Postgres
import Service
import YAML

extension Invocation {
    /// The trial that `try` and `record` were asked for.
    /// - Throws: `CommandFailure`.
    func trial(limit: Int) async throws -> Trial {
        do {
            let transport = try CurlTransport(
                CurlSettings(addresses: self[OperatorSettings.allowAddresses], userAgent: "Tributary/1.0"))
            let target = try await trialTarget(transport)
            return try await Trial(target, limit: limit, transport: transport, clock: SystemClock())
        } catch let diagnostics as Diagnostics {
            throw CommandFailure("\(diagnostics)", exitCode: .badInput)
        } catch let failure as Failure {
            throw CommandFailure("\(failure)", exitCode: .badInput)
        }
    }

    private func trialTarget(_ transport: any HTTPTransport) async throws -> TrialTarget {
        let request = TrialRequest(
            name: argument(0) ?? "", patch: try self[TrialSettings.patch].map(Self.patch),
            settings: self[TrialSettings.settings], secrets: self[TrialSettings.secrets],
            authorization: self[TrialSettings.authorization], since: self[TrialSettings.since],
            isFull: self[TrialSettings.full])
        let catalog = CatalogFolder(path: self[ConnectionSettings.catalog])
        let environment = ProcessInfo.processInfo.environment
        if request.isOfCatalog {
            return try request.target(catalog: catalog, environment: environment, now: SystemClock().now)
        }
        guard request.settings.isEmpty else {
            throw CommandFailure(
                "--setting is for provider/object; the settings of an integration are in its apply file, and --patch "
                    + "changes its definition", exitCode: .usage)
        }
        guard let connection = self[TrialSettings.postgres] else {
            throw CommandFailure(
                "\(request.name) is an object of an integration: set TRIBUTARY_POSTGRES, or try provider/object",
                exitCode: .usage)
        }
        return try await StoredTarget(
            catalog: catalog, database: try Self.pool(connection),
            retriever: try Self.pool(self[TrialSettings.retrieverPostgres] ?? connection),
            keys: try self[OperatorSettings.keys].map { try KeyRing(parsing: Secret($0)) }, transport: transport
        ).target(request, environment: environment, now: SystemClock().now)
    }

    private static func pool(_ connection: String) throws -> PostgresPool {
        try PostgresPool(connection, applicationName: "tributary", connections: 1, waitForServer: .seconds(10))
    }

    private static func patch(_ file: String) throws -> DefinitionNode {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file) cannot be read: check its name and permissions", exitCode: .badInput)
        }
        do {
            return DefinitionNode(
                try YAMLParser.document(String(decoding: data, as: UTF8.self)), file: file, layer: .trial)
        } catch {
            throw CommandFailure("\(file):\(error)", exitCode: .badInput)
        }
    }
}
