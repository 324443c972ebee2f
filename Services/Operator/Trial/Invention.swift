import JSON

/// Replaces what could tell of a person, a company or a secret by something invented, the same thing always by the
/// same: what hangs together in the provider's answers still hangs together.
///
/// Kept are times, truth values, small numbers, words that the definition itself names, and short words under keys that
/// hold kinds and states. Everything else is taken for personal.
package struct Invention: Sendable {
    private let definition: String
    private var substitutions: [(text: String, by: String)] = []
    private var invented: [String: String] = [:]
    private var counts: [String: Int] = [:]

    /// Invents for the answers to `definition`, the text of a resolved definition.
    package init(definition: String) { self.definition = definition }

    /// From now on `by` stands wherever `text` is found, also within longer texts.
    package mutating func substitute(_ text: String, by other: String) {
        guard text.count >= 3, text != other else { return }
        substitutions.append((text, other))
        substitutions.sort { $0.text.count > $1.text.count }
    }

    /// `value`, which stands under `key`, with everything invented that has to be.
    package mutating func value(_ value: JSONValue, key: String = "") -> JSONValue {
        switch value {
        case .null, .bool: return value
        case .object(let object):
            return .object(
                JSONObject(
                    object.map {
                        ($0.key.contains("@") ? text($0.key, key: "email") : $0.key, self.value($0.value, key: $0.key))
                    }))
        case .array(let items): return .array(items.map { self.value($0, key: key) })
        case .integer(let number): return integer(number, key: key)
        case .number(let text): return Self.isPosition(key) ? value : .number(Self.rounded(text))
        case .string(let text): return .string(self.text(text, key: key))
        }
    }

    // MARK: Numbers

    private mutating func integer(_ number: Int64, key: String) -> JSONValue {
        if Self.isID(key) { return .integer(Int64(identity(String(number))) ?? number) }
        let isTime =
            (1_000_000_000...9_999_999_999).contains(number) || (1_000_000_000_000...9_999_999_999_999).contains(number)
        if abs(number.clamped) < 1000 || isTime || Self.isPosition(key) { return .integer(number) }
        return .integer(Int64(Self.rounded(String(number))) ?? 0)
    }

    /// The first digit, and zeros for the others.
    private static func rounded(_ text: String) -> String {
        var hasDigit = false
        var isExponent = false
        return String(
            text.map { character in
                if character == "e" || character == "E" { isExponent = true }
                guard character.isNumber, !isExponent else { return character }
                defer { hasDigit = hasDigit || character != "0" }
                return hasDigit ? "0" : character
            })
    }

    /// Numbers of a length of their own, so that they are never taken for those of another.
    private mutating func identity(_ text: String) -> String {
        if let known = invented[text] { return known }
        let new = String(1000 + next("id"))
        invented[text] = new
        return new
    }

    // MARK: Texts

    /// `text` with everything invented that has to be.
    package mutating func text(_ text: String, key: String) -> String {
        if text.isEmpty || isNamed(text) { return text }
        let substituted = substitutions.reduce(text) { $0.replacing($1.text, with: $1.by) }
        if Self.isTime(substituted), !key.lowercased().contains("birth") { return substituted }
        if let known = invented[text] { return known }
        let new: String
        if substituted.hasPrefix("http://") || substituted.hasPrefix("https://") {
            new = address(substituted, isOurs: substituted != text)
        } else if Self.isKind(key), Self.isWord(substituted) {
            return substituted
        } else if substituted != text, substitutions.contains(where: { $0.by == substituted }) {
            return substituted
        } else {
            new = replacement(text, key: key.lowercased())
        }
        invented[text] = new
        return new
    }

    private mutating func replacement(_ text: String, key: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) { return identity(text) }
        if let at = text.firstIndex(of: "@"), !text.contains(" ") {
            return "person-\(next("person"))@\(domain(String(text[text.index(after: at)...])))"
        }
        if ["phone", "mobile", "fax", "tel"].contains(where: key.contains) { return "+1555010\(100 + next("phone"))" }
        if key.contains("domain") || key.contains("website") || key.contains("host") { return domain(text) }
        if Double(text) != nil { return Self.rounded(text) }
        if key.contains("name") || key.contains("title") { return "Name \(next("name"))" }
        if Self.isUUID(text) {
            let number = String(next("uuid"))
            return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - number.count)) + number
        }
        if text.contains(" ") || text.contains("\n") { return "Text \(next("text"))" }
        // The beginning of an id says what it is of: cus_, evt_.
        if let mark = text.firstIndex(where: { $0 == "_" || $0 == "-" }),
            text[..<mark].allSatisfy({ $0.isLetter && $0.isASCII }),
            text[..<mark].count <= 10
        {
            return "\(text[...mark])\(1000 + next("id"))"
        }
        return "value-\(next("value"))"
    }

    private mutating func domain(_ text: String) -> String {
        let name = "domain " + text.lowercased()
        if let known = invented[name] { return known }
        let new = "company-\(next("company")).example"
        invented[name] = new
        return new
    }

    /// An address of the provider keeps its way, others become those of nobody.
    private mutating func address(_ text: String, isOurs: Bool) -> String {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let pieces = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard pieces.count >= 3 else { return "https://\(domain(text))" }
        let host = String(pieces[2])
        guard isOurs || definition.contains(host) else { return "https://\(domain(host))/\(next("page"))" }
        let path = pieces.dropFirst(3).map { segment in
            segment.contains(where: \.isNumber) && !(segment.hasPrefix("v") && segment.count <= 4)
                ? self.text(String(segment), key: "id") : String(segment)
        }
        let query = parts.dropFirst().first.map { query in
            "?"
                + query.split(separator: "&").map { item in
                    let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    guard pair.count == 2, Int(pair[1]).map({ $0 > 999_999 }) ?? (pair[1].count > 24) else {
                        return String(item)
                    }
                    return "\(pair[0])=\(self.text(String(pair[1]), key: "cursor"))"
                }.joined(separator: "&")
        }
        return "\(pieces[0])//\(host)" + path.map { "/\($0)" }.joined() + (query ?? "")
    }

    private mutating func next(_ kind: String) -> Int {
        counts[kind, default: 0] += 1
        return counts[kind] ?? 1
    }

    /// Whether the definition itself has the text as a value.
    private func isNamed(_ text: String) -> Bool {
        text.count <= 60
            && ["'\(text)'", "\"\(text)\"", "\\\"\(text)\\\""].contains { definition.contains($0) }
    }

    // MARK: What is what

    private static func isID(_ key: String) -> Bool {
        let lower = key.lowercased()
        return lower == "id" || lower == "ids" || lower.hasSuffix("_id") || lower.hasSuffix("_ids")
            || key.hasSuffix("Id")
            || key.hasSuffix("Ids") || key.hasSuffix("ID")
    }

    private static func isPosition(_ key: String) -> Bool {
        [
            "total", "count", "limit", "offset", "page", "pages", "per_page", "size", "start", "end", "next", "after",
            "remaining", "total_count", "total_pages", "totalsize", "page_size", "pagesize", "next_page", "duration",
        ].contains(key.lowercased())
    }

    private static func isKind(_ key: String) -> Bool {
        [
            "type", "object", "kind", "status", "state", "stage", "currency", "country", "country_code", "language",
            "locale", "lang", "role", "priority", "channel", "timezone", "time_zone", "unit", "interval", "mode",
            "format", "event", "method", "severity", "visibility", "direction",
        ].contains(key.lowercased())
            || ["_type", "_status", "_state", "_currency"].contains { key.lowercased().hasSuffix($0) }
    }

    private static func isWord(_ text: String) -> Bool {
        text.count <= 40 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-/ ".contains($0)) }
    }

    private static func isTime(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes.count <= 40, bytes[4] == 45, bytes[7] == 45 else { return false }
        return bytes.prefix(4).allSatisfy { $0 >= 48 && $0 <= 57 }
            && bytes.allSatisfy { ($0 >= 48 && $0 <= 57) || "T:.Z+- tz".utf8.contains($0) }
    }

    private static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.joined().allSatisfy(\.isHexDigit)
    }
}

extension Int64 {
    /// The number without its one value that has no opposite.
    fileprivate var clamped: Int64 { Swift.max(self, -Int64.max) }
}
