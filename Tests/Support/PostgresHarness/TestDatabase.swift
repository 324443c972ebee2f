import Foundation
import Postgres

/// A database of a test's own on the server that `TRIBUTARY_TEST_POSTGRES` names, dropped after the test.
///
///     @Test func `rows are stored`() async throws {
///         try await withTestDatabase { database in
///             let pool = database.pool()
///             …
///         }
///     }
public struct TestDatabase: Sendable {
    /// Its name on the server.
    public let name: String
    /// How the superuser connects to it.
    public let settings: PostgresSettings

    /// The variable that names the server: a libpq connection string of a superuser.
    public static let variable = "TRIBUTARY_TEST_POSTGRES"

    /// The connection string of the superuser, for processes under test.
    public var connectionString: String { settings.connectionString }

    /// The connection string of another role, for processes under test.
    public func connectionString(as role: String) -> String { settings.connecting(as: role).connectionString }

    /// A pool on this database, as the superuser or as `role`.
    public func pool(
        connections: Int = 4, as role: String? = nil, waitForServer: Duration = .seconds(10),
        onEvent: (@Sendable (PostgresEvent) -> Void)? = nil
    ) -> PostgresPool {
        PostgresPool(
            settings.connecting(as: role), connections: connections, waitForServer: waitForServer, onEvent: onEvent)
    }

    /// A single connection to this database, as the superuser or as `role`.
    public func connection(
        as role: String? = nil, onEvent: (@Sendable (PostgresEvent) -> Void)? = nil
    ) async throws -> PostgresConnection {
        try await PostgresConnection.connect(settings.connecting(as: role), onEvent: onEvent)
    }
}

/// There is no server to test with.
public struct NoTestServer: Error, CustomStringConvertible {
    /// What to do about it.
    public var description: String {
        "\(TestDatabase.variable) is not set: give the libpq connection string of a superuser, for example "
            + "'host=127.0.0.1 port=5433 user=postgres dbname=postgres'"
    }
}

/// Runs `body` with a new, empty database and drops it afterwards, whoever is still connected.
/// - Throws: `NoTestServer` if the environment names no server, so that a test without one fails.
public func withTestDatabase<Value: Sendable>(
    _ body: @Sendable (TestDatabase) async throws -> Value
) async throws -> Value {
    guard let server = ProcessInfo.processInfo.environment[TestDatabase.variable], !server.isEmpty else {
        throw NoTestServer()
    }
    let settings = try PostgresSettings(server, applicationName: "tributary-tests")
    let creator = try await PostgresConnection.connect(settings)
    let name = "tributary_test_" + String(UInt64.random(in: .min ... .max), radix: 36)
    try await creator.query("create database \(name)")
    await creator.close()
    let outcome: Result<Value, any Error>
    do {
        outcome = .success(try await body(TestDatabase(name: name, settings: settings.connecting(to: name))))
    } catch {
        outcome = .failure(error)
    }
    // In a task of its own, so that the database goes even when the test was cancelled.
    // Over a connection of its own, since a test may have restarted the server.
    _ = try await Task {
        let remover = try await PostgresConnection.connect(settings)
        try await remover.query("drop database if exists \(name) with (force)")
        await remover.close()
    }.value
    return try outcome.get()
}
