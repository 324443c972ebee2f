/// How much a line of the log matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    /// For whoever looks for a fault.
    case debug
    /// Something a person may want to know happened.
    case info
    /// Something is wrong, and it goes on.
    case warning
    /// Something failed.
    case error

    var rank: UInt8 {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// Orders by how much it matters.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// The least level that is logged, in general and by label. A level for `kafka` also holds for `kafka.producer`.
public struct LogLevels: Sendable, Equatable {
    /// Where no label says otherwise.
    public var general: LogLevel
    /// By label.
    public var labels: [String: LogLevel]

    /// Levels.
    public init(_ general: LogLevel = .info, labels: [String: LogLevel] = [:]) {
        self.general = general
        self.labels = labels
    }

    /// The level of `label`: its own, else that of the longest prefix that ends at a dot, else the general one.
    public subscript(label: String) -> LogLevel {
        var name = label[...]
        while true {
            if let level = labels[String(name)] { return level }
            guard let dot = name.lastIndex(of: ".") else { return general }
            name = name[..<dot]
        }
    }

    /// Parses `info` or `info,kafka=debug,retriever.pages=warning`.
    /// - Throws: `InvalidValue`.
    public static func parse(_ text: String) throws(InvalidValue) -> LogLevels {
        var levels = LogLevels()
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", maxSplits: 1).map { String($0.trimmed) }
            guard let name = sides.last, let level = LogLevel(rawValue: name) else {
                throw InvalidValue("must be debug, info, warning or error, with label=level behind it as wanted")
            }
            if sides.count == 1 { levels.general = level } else { levels.labels[sides[0]] = level }
        }
        return levels
    }
}

/// The shape of the log.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// Lines for people.
    case text
}
