/// One problem of a definition or an override, with its place and what to do about it.
public struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether the definition can be used in spite of it.
    public enum Severity: String, Sendable, Codable, Comparable {
        case warning, error

        /// A warning is less than an error.
        public static func < (left: Severity, right: Severity) -> Bool { left == .warning && right == .error }
    }

    /// Where it is.
    public var origin: Origin
    /// Whether the definition can be used in spite of it.
    public var severity: Severity
    /// The keys that lead to the value, joined by dots; empty for the document.
    public var path: String
    /// What is wrong, in one sentence, without a secret.
    public var message: String
    /// What to do, in one sentence.
    public var advice: String

    /// A problem at `origin`.
    public init(_ severity: Severity = .error, at origin: Origin, path: String, _ message: String, advice: String) {
        self.origin = origin
        self.severity = severity
        self.path = path
        self.message = message
        self.advice = advice
    }

    /// `file:line:column: error: message — advice`, the form that editors jump to.
    public var description: String {
        let place = path.isEmpty ? "" : " (\(path))"
        return "\(origin): \(severity.rawValue): \(message)\(place) — \(advice)"
    }
}

/// The problems of one run, in the order of their places.
public struct Diagnostics: Error, Sendable, CustomStringConvertible {
    /// All of them.
    public private(set) var all: [Diagnostic]

    /// These problems.
    public init(_ all: [Diagnostic] = []) { self.all = all }

    /// Those that make the definition unusable.
    public var errors: [Diagnostic] { all.filter { $0.severity == .error } }
    /// Those that do not.
    public var warnings: [Diagnostic] { all.filter { $0.severity == .warning } }
    /// Whether anything makes the definition unusable.
    public var hasErrors: Bool { all.contains { $0.severity == .error } }

    /// Adds one problem.
    public mutating func append(_ diagnostic: Diagnostic) { all.append(diagnostic) }

    /// Adds problems.
    public mutating func append(contentsOf diagnostics: Diagnostics) { all.append(contentsOf: diagnostics.all) }

    /// The problems by file, line and column, each once.
    public var sorted: [Diagnostic] {
        var seen = Set<Diagnostic>()
        return all.filter { seen.insert($0).inserted }.sorted { left, right in
            let (a, b) = (left.origin, right.origin)
            if a.file != b.file { return (a.file ?? "") < (b.file ?? "") }
            if a.line != b.line { return (a.line ?? 0) < (b.line ?? 0) }
            return (a.column ?? 0) < (b.column ?? 0)
        }
    }

    /// One problem a line.
    public var description: String { sorted.map(\.description).joined(separator: "\n") }
}
