/// The Prometheus text exposition format, version 0.0.4.
public enum PrometheusText {
    /// The media type of the format.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics of `metrics`, families and label sets in the order of their names.
    public static func render(_ metrics: Metrics) -> String {
        for collect in metrics.state.withLock({ $0.collectors }) { collect() }
        let families = metrics.state.withLock { $0.families }.sorted { $0.key < $1.key }
        var text = ""
        for (name, family) in families where !family.handles.isEmpty {
            let help = family.help.flatMap { $0 == "\\" ? "\\\\" : $0 == "\n" ? "\\n" : String($0) }
            text += "# HELP \(name) \(String(help))\n# TYPE \(name) \(family.type)\n"
            for (labels, handle) in family.handles.map({ ($0.key.rendered, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
                switch handle {
                case .counter(let counter): text += line(name, labels, "\(counter.value)")
                case .gauge(let gauge): text += line(name, labels, number(gauge.value))
                case .histogram(let histogram): text += lines(name, labels, histogram)
                }
            }
        }
        return text
    }

    static func isValidName(_ name: String) -> Bool {
        name.utf8.first.map { !(48...57).contains($0) } ?? false && name.utf8.allSatisfy { isWord($0) || $0 == 58 }
    }

    static func isValidLabel(_ name: String) -> Bool {
        name.utf8.first.map { !(48...57).contains($0) } ?? false && name.utf8.allSatisfy(isWord) && name != "le"
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
    }

    private static func lines(_ name: String, _ labels: String, _ histogram: Histogram) -> String {
        // The counts are read once, so that +Inf and _count agree.
        let counts = histogram.cumulativeCounts
        let bounds = histogram.buckets.map(number) + ["+Inf"]
        let prefix = labels.isEmpty ? "" : labels + ","
        var text = ""
        for (bound, count) in zip(bounds, counts) {
            text += line(name + "_bucket", prefix + "le=\"\(bound)\"", "\(count)")
        }
        return text + line(name + "_sum", labels, number(histogram.sum))
            + line(name + "_count", labels, "\(counts.last ?? 0)")
    }

    private static func line(_ name: String, _ labels: String, _ value: String) -> String {
        labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}

extension Labels {
    fileprivate var rendered: String {
        pairs.map { pair in
            let value = pair.value.flatMap { character in
                switch character {
                case "\\": "\\\\"
                case "\"": "\\\""
                case "\n": "\\n"
                default: String(character)
                }
            }
            return "\(pair.name)=\"\(String(value))\""
        }.joined(separator: ",")
    }
}
