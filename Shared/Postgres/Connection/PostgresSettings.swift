internal import CLibPQ

/// Where a database is, who connects, and how long things may take.
public struct PostgresSettings: Sendable {
    /// The keywords of the connection string. May hold a password: never printed.
    private(set) var keywords: [String: String]
    /// What `pg_stat_activity` shows.
    public var applicationName: String
    /// The schemas that unqualified names are looked up in; nil leaves the role's setting.
    public var searchPath: String? = "tributary"
    /// The longest wait for one connection, rounded up to seconds, at least 2 (libpq's own lower bound).
    public var connectTimeout: Duration = .seconds(5)
    /// The longest run of one statement; nil is no limit.
    public var statementTimeout: Duration? = .seconds(60)
    /// The longest pause inside a transaction before the server ends the connection, so that a stopped process keeps no
    /// locks; nil is no limit.
    public var idleInTransactionTimeout: Duration? = .seconds(60)
    /// Whether every statement finds its rows by key, so that the planner need not look for anything better. Statistics
    /// lag behind tables that grow by a million rows in a minute, and what it makes of them then is a scan of the table
    /// for every hundred rows.
    public var findsRowsByKey = false
    /// How many prepared statements a connection keeps; the least recently used one goes.
    public var preparedStatements = 256

    /// Settings from a libpq connection string (`host=… port=…`) or URL (`postgresql://…`). What it leaves out comes
    /// from libpq's environment variables (`PGHOST`, `PGPASSWORD`, …).
    /// - Throws: `PostgresError.statement` if it is neither; the text is not repeated, for it may hold a password.
    public init(_ connectionString: String, applicationName: String = "tributary") throws {
        guard let options = PQconninfoParse(connectionString, nil) else {
            throw PostgresError(
                .statement,
                "the connection string is neither libpq keywords (\"host=… port=… dbname=…\") nor a URL (\"postgresql://…\")"
            )
        }
        defer { PQconninfoFree(options) }
        var keywords: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.keywords = keywords
        self.applicationName = applicationName
    }

    /// The same server and settings with another database, or as another role (without a password then).
    public func connecting(to database: String? = nil, as role: String? = nil) -> PostgresSettings {
        var changed = self
        changed.keywords["dbname"] = database ?? keywords["dbname"]
        if let role {
            changed.keywords["user"] = role
            changed.keywords["password"] = nil
        }
        return changed
    }

    /// The same settings by way of another address, for a gate in tests.
    package func connecting(through host: String, port: Int) -> PostgresSettings {
        var changed = self
        changed.keywords["host"] = host
        changed.keywords["hostaddr"] = nil
        changed.keywords["port"] = String(port)
        return changed
    }

    /// The host and port that are connected to, with libpq's defaults.
    package var endpoint: (host: String, port: String) {
        (keywords["hostaddr"] ?? keywords["host"] ?? "/var/run/postgresql", keywords["port"] ?? "5432")
    }

    /// The connection string in libpq's keyword form, with the password: for another process, never for a message.
    package var connectionString: String {
        keywords.sorted { $0.key < $1.key }.map { keyword, value in
            let escaped = value.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] }
            return "\(keyword)='\(String(escaped))'"
        }.joined(separator: " ")
    }

    /// `host:port/database as role`.
    public var address: String {
        let host = keywords["hostaddr"] ?? keywords["host"] ?? "local socket"
        let role = keywords["user"].map { " as \($0)" } ?? ""
        return "\(host):\(keywords["port"] ?? "5432")/\(keywords["dbname"] ?? "")\(role)"
    }

    /// The password, so that it can be cut from messages.
    var password: String? { keywords["password"] }

    /// What is handed to libpq: the caller's keywords over these defaults.
    var connectionKeywords: [String: String] {
        let seconds = connectTimeout.components.seconds + (connectTimeout.components.attoseconds > 0 ? 1 : 0)
        var all = [
            "client_encoding": "UTF8", "fallback_application_name": applicationName,
            "connect_timeout": "\(max(2, seconds))",
            "keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
            "tcp_user_timeout": "60000", "gssencmode": "disable",
        ]
        all.merge(keywords) { _, given in given }
        all["client_encoding"] = "UTF8"
        return all
    }

    /// Settings of the session, made right after connecting. UTC and no JIT: casts to text do not depend on the server's
    /// zone, and compiling costs more than our statements run.
    var sessionSettings: [(name: String, value: String)] {
        var all = [("timezone", "UTC"), ("datestyle", "ISO"), ("intervalstyle", "postgres"), ("jit", "off")]
        if findsRowsByKey { all += ["seqscan", "hashjoin", "mergejoin"].map { ("enable_\($0)", "off") } }
        if let searchPath { all.append(("search_path", searchPath)) }
        all.append(("statement_timeout", Self.milliseconds(statementTimeout)))
        all.append(("idle_in_transaction_session_timeout", Self.milliseconds(idleInTransactionTimeout)))
        return all
    }

    private static func milliseconds(_ duration: Duration?) -> String {
        guard let duration else { return "0" }
        let (seconds, attoseconds) = duration.components
        // Postgres takes up to Int32.max milliseconds; 0 would mean no limit.
        let whole = min(max(seconds, 0), 2_000_000) * 1000 + attoseconds / 1_000_000_000_000_000
        return "\(max(1, whole))"
    }
}

extension PostgresSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address, never the password.
    public var description: String { address }
    /// The address, never the password.
    public var debugDescription: String { address }
    /// Nothing, so that `dump` shows no password.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
