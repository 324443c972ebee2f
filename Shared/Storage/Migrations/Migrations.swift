internal import CMigrationScripts

/// One step of the schema, from a file `NNNN_name.sql` beside this one.
public struct Migration: Sendable, Equatable {
    /// Its place in the order, from 1 without gaps.
    public let number: Int
    /// The words of its file's name, such as `control`.
    public let name: String
    /// The statements, run in one transaction.
    public let sql: String

    /// A migration; the runner refuses numbers that are not 1, 2, 3, ….
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// The file's name without its extension, such as `0001_control`.
    public var label: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name
    }
}

/// The migrations that are part of this build.
public enum Migrations {
    /// All of them, in order.
    public static let all: [Migration] = (0..<migrationScriptCount()).map { migration(migrationScript($0)) }

    private static func migration(_ script: MigrationScript) -> Migration {
        let file = String(cString: script.file)
        let parts = file.split(separator: ".")[0].split(separator: "_", maxSplits: 1)
        return Migration(
            number: parts.first.flatMap { Int($0) } ?? 0, name: parts.count == 2 ? String(parts[1]) : file,
            sql: String(decoding: UnsafeBufferPointer(start: script.text, count: script.length), as: UTF8.self))
    }
}
