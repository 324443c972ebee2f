import Models

extension Setting where Value == String {
    /// Text that is not empty.
    public static func text(
        _ name: String, environment: String? = nil, short: Character? = nil, default defaultText: String? = nil,
        _ summary: String, isSecret: Bool = false, placeholder: String = "TEXT"
    ) -> Setting {
        Setting(
            name, environment: environment, short: short, default: defaultText, summary: summary, isSecret: isSecret,
            placeholder: placeholder
        ) { text throws(InvalidValue) in
            guard !text.isEmpty else { throw InvalidValue("must not be empty") }
            return text
        }
    }
}

extension Setting where Value == [String] {
    /// Names separated by commas; the empty text is the empty list.
    public static func list(
        _ name: String, environment: String? = nil, default defaultText: String? = "", _ summary: String,
        placeholder: String = "A,B"
    ) -> Setting {
        Setting(
            name, environment: environment, default: defaultText, summary: summary, placeholder: placeholder
        ) { text throws(InvalidValue) in
            text.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
        }
    }
}

extension Setting where Value == [String: String] {
    /// Names with values, each given by a flag of its own: `--name key=value --name other=value`.
    public static func pairs(_ name: String, _ summary: String, placeholder: String = "NAME=VALUE") -> Setting {
        Setting(name, default: "", summary: summary, placeholder: placeholder, isRepeatable: true) {
            text throws(InvalidValue) in
            var pairs: [String: String] = [:]
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty else { throw InvalidValue("must be \(placeholder)") }
                pairs[String(parts[0])] = String(parts[1])
            }
            return pairs
        }
    }
}

extension Setting where Value == Int {
    /// A whole number within `range`.
    public static func integer(
        _ name: String, environment: String? = nil, short: Character? = nil, in range: ClosedRange<Int>,
        default defaultText: String? = nil, _ summary: String, placeholder: String = "N"
    ) -> Setting {
        Setting(
            name, environment: environment, short: short, default: defaultText, summary: summary,
            placeholder: placeholder
        ) { text throws(InvalidValue) in
            guard let number = Int(text), range.contains(number) else {
                throw InvalidValue("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    /// A size in bytes: a number with `k`, `M` or `G` behind it, in steps of 1024, or without.
    public static func bytes(
        _ name: String, environment: String? = nil, default defaultText: String? = nil, _ summary: String
    ) -> Setting {
        Setting(
            name, environment: environment, default: defaultText, summary: summary, placeholder: "SIZE"
        ) { text throws(InvalidValue) in
            let units: [Character: Int] = ["k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
            let unit = text.last.flatMap { units[$0] }
            guard let number = Int(unit == nil ? text : String(text.dropLast())), number >= 0,
                case let (bytes, false) = number.multipliedReportingOverflow(by: unit ?? 1)
            else { throw InvalidValue("must be a size in bytes such as 65536, 64k, 16M or 2G") }
            return bytes
        }
    }
}

extension Setting where Value == Bool {
    /// A switch that is off unless it is given.
    public static func toggle(
        _ name: String, environment: String? = nil, short: Character? = nil, _ summary: String
    ) -> Setting {
        Setting(
            name, environment: environment, short: short, default: "false", summary: summary, placeholder: ""
        ) { text throws(InvalidValue) in
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: throw InvalidValue("must be true or false")
            }
        }
    }
}

extension Setting where Value == Duration {
    /// A duration such as `500ms`, `10s`, `5m`, `2h` or `7d`, from zero up to ten years.
    public static func duration(
        _ name: String, environment: String? = nil, atLeast minimum: Duration = .zero,
        default defaultText: String? = nil, _ summary: String
    ) -> Setting {
        Setting(
            name, environment: environment, default: defaultText, summary: summary, placeholder: "DURATION"
        ) { text throws(InvalidValue) in
            guard let duration = DurationText.parse(text) else {
                throw InvalidValue("must be a duration such as 500ms, 10s, 5m, 2h or 7d")
            }
            guard duration >= minimum else {
                throw InvalidValue("must be at least \(DurationText.format(minimum))")
            }
            return duration
        }
    }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration, by its raw value.
    public static func choice(
        _ name: String, environment: String? = nil, default defaultText: String? = nil, _ summary: String
    ) -> Setting {
        let names = Value.allCases.map(\.rawValue)
        return Setting(
            name, environment: environment, default: defaultText, summary: summary,
            placeholder: names.joined(separator: "|")
        ) { text throws(InvalidValue) in
            guard let value = Value(rawValue: text) else {
                throw InvalidValue("must be one of \(names.joined(separator: ", "))")
            }
            return value
        }
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it.
    var trimmed: SubSequence {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}
