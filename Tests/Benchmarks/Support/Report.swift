import Foundation

/// The figures of one run, as a table for people and as JSON for machines.
struct Report {
    private(set) var figures: [Figure] = []
    private(set) var profiles: [(title: String, lines: [String])] = []
    let machine = Machine()

    mutating func add(_ figures: [Figure]) { self.figures += figures }
    mutating func add(profile lines: [String], title: String) { profiles.append((title, lines)) }

    /// Name, value, aim and the numbers behind, one figure a line.
    var table: String {
        var lines = figures.map { figure -> String in
            let behind = figure.numbers.map { "\($0.name) \(Self.text($0.value))" }.joined(separator: ", ")
            return Self.padded(figure.key, 26) + Self.leading(Self.text(figure.value), 14) + "  "
                + Self.padded(figure.aim ?? "", 16) + behind
        }
        lines.insert(
            Self.padded("figure", 26) + Self.leading("value", 14) + "  " + Self.padded("aim", 16) + "behind it", at: 0)
        for profile in profiles { lines += ["", profile.title] + profile.lines.map { "  \($0)" } }
        lines += ["", "\(machine.description); load \(Machine.load) at the end"]
        return lines.joined(separator: "\n")
    }

    /// The keys that machines rely on; other figures stand under `also`.
    private static let keys: Set = [
        "end_to_end_records_per_s", "copy_rows_per_s", "end_to_end_per_copy", "fetch_pages_per_s", "scan_bytes_per_s",
        "produce_records_per_s", "process_records_per_s", "due_scan_ms", "dispatch_per_s", "lateness_p99_ms",
        "retriever_rss_mb",
    ]

    /// The figures by key as plain numbers, and under `numbers` what is behind each.
    func json() throws -> Data {
        var object: [String: Any] = [:]
        var also: [String: Double] = [:]
        var numbers: [String: [String: Double]] = [:]
        for figure in figures {
            if Self.keys.contains(figure.key) {
                object[figure.key] = figure.value
            } else {
                also[figure.key] = figure.value
            }
            numbers[figure.key] = Dictionary(figure.numbers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }
        object["numbers"] = numbers
        object["also"] = also
        object["machine"] =
            [
                "cores": machine.cores, "load_at_start": machine.loadAtStart, "load_at_end": Machine.load,
                "broker": machine.broker,
            ] as [String: Any]
        return try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
    }

    static func text(_ value: Double) -> String {
        if value.magnitude >= 100 { return String(Int(value.rounded())) }
        return String(format: value.magnitude >= 10 ? "%.1f" : "%.3f", value)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func leading(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}

/// What the figures were measured on: absolute figures mean nothing without it.
struct Machine {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let loadAtStart = Machine.load
    let broker = ProcessInfo.processInfo.environment["TRIBUTARY_TEST_BROKER"] ?? "unknown"

    /// Load averages of 1, 5 and 15 minutes.
    static var load: String {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return text.split(separator: " ").prefix(3).joined(separator: " ")
    }

    var description: String { "\(cores) cores, broker \(broker), load \(loadAtStart) at the start" }
}
