import Foundation
import Glibc
import Pipeline
import PostgresHarness

/// `psql \copy` of the rows that a pipeline has stored, into a table like `interactions`: the yardstick.
struct CopyBaseline: Sendable {
    let database: TestDatabase
    let rows: Int
    private let file: String

    init(_ bench: BenchPipeline, database: TestDatabase) throws {
        self.database = database
        rows = bench.pages.records
        file = "\(bench.pipeline.logs)/interactions.copy"
        try Self.psql(
            database, "\\copy (\(Self.measuredRows)) to '\(file)'",
            "create table tributary.copied (like tributary.interactions including all)")
    }

    /// What was measured, without what was synced before to warm up.
    private static let measuredRows = """
        select i.* from tributary.interactions i join tributary.customers c on c.id = i.customer_id where c.key like 'c%'
        """

    /// Rows a second of five copies, each into the emptied table.
    func measure() throws -> [Double] {
        try (0..<5).map { _ in
            try Self.psql(database, "truncate tributary.copied")
            let start = ContinuousClock.now
            try Self.psql(database, "\\copy tributary.copied from '\(file)'")
            return Double(rows) / ((ContinuousClock.now - start) / .seconds(1))
        }
    }

    private static func psql(_ database: TestDatabase, _ commands: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.connectionString]
            + commands.flatMap { ["-c", $0] }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("psql ended with \(process.terminationStatus): \(commands)")
        }
    }
}
