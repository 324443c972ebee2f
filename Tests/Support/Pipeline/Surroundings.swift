import Foundation

/// The test's surroundings are not as they have to be.
public struct PipelineError: Error, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String
    /// An error.
    public init(_ description: String) { self.description = description }
}

/// What `deploy/test` tells the tests by environment variables.
public enum Surroundings {
    private static func variable(_ name: String, _ meaning: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw PipelineError("\(name) is not set (\(meaning)): run the suite with deploy/test")
        }
        return value
    }

    /// The folder of the release executables.
    public static func binaries() throws -> String { try variable("TRIBUTARY_BIN", "folder of the executables") }
    /// The brokers.
    public static func brokers() throws -> String { try variable("KAFKA_BOOTSTRAP_SERVERS", "host:port of the broker") }
    /// The script that starts, kills and empties a broker.
    static func brokerControl() throws -> String { try variable("TRIBUTARY_BROKER_CONTROL", "script for brokers") }
    /// The script that restarts the tests' Postgres.
    static func postgresControl() throws -> String { try variable("TRIBUTARY_POSTGRES_CONTROL", "script for Postgres") }
    /// The folder of the tests' Postgres.
    static func postgresFolder() throws -> String {
        try variable("TRIBUTARY_TEST_POSTGRES_DIRECTORY", "Postgres's folder")
    }

    /// What processes under test inherit. The mark is how deploy/test finds what a test lost.
    static let inherited = [
        "PATH", "LD_LIBRARY_PATH", "HOME", "JAVA_HOME", "KAFKA_HOME", "TRIBUTARY_TEST_BROKER", "TRIBUTARY_TEST_MARK",
    ]
}
