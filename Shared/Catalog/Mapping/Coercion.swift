import JSON
import Models

/// Brings the values of providers into the kinds of canonical fields.
enum Coercion {
    /// The value of a JSON value in place, without a tree between.
    static func value(
        of node: JSONNode, _ field: CanonicalField, format: TimestampFormat?
    ) throws(ExpressionFailure) -> CanonicalValue {
        switch node.kind {
        case .null: return .null
        case .bool:
            guard let value = node.bool else { return .null }
            return try self.value(of: .bool(value), field, format: format)
        case .number:
            switch field.kind {
            case .number, .any:
                return node.int64.map(CanonicalValue.integer) ?? node.double.map(CanonicalValue.number) ?? .null
            case .bool: return try self.value(of: Value(node), field, format: format)
            default: return try text(node.numberText ?? "", field, format: format)
            }
        case .string: return try text(node.string ?? "", field, format: format)
        case .array where field.kind == .texts: return try texts(of: Array(node.elements), field)
        case .array, .object: throw ExpressionFailure("\(expected(field)) is expected, not \(node.kind.rawValue)")
        }
    }

    /// The value of an expression's value.
    static func value(
        of value: Value, _ field: CanonicalField, format: TimestampFormat?
    ) throws(ExpressionFailure) -> CanonicalValue {
        switch (field.kind, value) {
        case (_, .null): return .null
        case (.bool, .bool(let flag)), (.any, .bool(let flag)): return .bool(flag)
        case (.bool, .integer(0)): return .bool(false)
        case (.bool, .integer(1)): return .bool(true)
        case (.number, .integer(let number)), (.any, .integer(let number)): return .integer(number)
        case (.number, .number(let number)), (.any, .number(let number)): return .number(number)
        case (.timestamp, .time(let time)), (.any, .time(let time)): return .timestamp(time)
        case (.number, .bool), (.timestamp, .bool), (.money, .bool): break
        case (.texts, .list(let items)):
            var texts: [String] = []
            for item in items where !item.isNull {
                guard let text = item.scalarText else { throw ExpressionFailure("a list of texts is expected") }
                if let formed = try formed(text, field.form) { texts.append(formed) }
            }
            return texts.isEmpty ? .null : .texts(texts)
        default:
            if let text = value.scalarText { return try self.text(text, field, format: format) }
        }
        throw ExpressionFailure("\(expected(field)) is expected, not \(value.kind.names)")
    }

    static func texts(of nodes: [JSONNode], _ field: CanonicalField) throws(ExpressionFailure) -> CanonicalValue {
        var texts: [String] = []
        for node in nodes where !node.isNull {
            guard let text = node.scalarText else { throw ExpressionFailure("a list of texts is expected") }
            if let formed = try formed(text, field.form) { texts.append(formed) }
        }
        return texts.isEmpty ? .null : .texts(texts)
    }

    private static func text(
        _ raw: String, _ field: CanonicalField, format: TimestampFormat?
    ) throws(ExpressionFailure) -> CanonicalValue {
        let text = trimmed(raw)
        if text.isEmpty { return .null }
        switch field.kind {
        case .text, .any: return try formed(text, field.form).map(CanonicalValue.text) ?? .null
        case .texts: return try formed(text, field.form).map { .texts([$0]) } ?? .null
        case .reference: return .reference(CanonicalReference(externalID: text))
        case .choice(let choices):
            let lower = text.lowercased()
            guard choices.contains(lower) else {
                throw ExpressionFailure("one of \(choices.joined(separator: ", ")) is expected")
            }
            return .text(lower)
        case .money:
            guard let amount = Money.decimalText(text) else { throw ExpressionFailure("an amount is expected") }
            return .money(amount)
        case .timestamp:
            guard let time = (format ?? Timestamp.guess(text)).parse(text), time.isPlausible else {
                throw ExpressionFailure("a time\(format.map { " written as \($0.name)" } ?? "") is expected")
            }
            return .timestamp(time)
        case .number:
            if let whole = Int64(text) { return .integer(whole) }
            guard let number = Double(text), number.isFinite else { throw ExpressionFailure("a number is expected") }
            return .number(number)
        case .bool:
            switch text.lowercased() {
            case "true", "yes", "1": return .bool(true)
            case "false", "no", "0": return .bool(false)
            default: throw ExpressionFailure("true or false is expected")
            }
        }
    }

    private static func formed(_ text: String, _ form: CanonicalForm) throws(ExpressionFailure) -> String? {
        let text = trimmed(text)
        if text.isEmpty { return nil }
        switch form {
        case .asWritten: return text
        case .upperCase: return text.uppercased()
        case .domain:
            guard let domain = DomainName(in: text) else { throw ExpressionFailure("a domain is expected") }
            return domain.name
        case .email:
            guard isAddress(text) else { throw ExpressionFailure("an e-mail address is expected") }
            return text.lowercased()
        }
    }

    /// Something on both sides of one `@`, and no white space. Over bytes: every contact has one.
    private static func isAddress(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")), at != bytes.startIndex else { return false }
        let domain = bytes[bytes.index(after: at)...]
        guard !domain.isEmpty, !domain.contains(UInt8(ascii: "@")), !bytes.contains(where: { $0 <= 0x20 }) else {
            return false
        }
        return bytes.allSatisfy { $0 < 0x80 } || !text.contains(where: \.isWhitespace)
    }

    /// `text` without white space at its ends; the text itself where there is none.
    static func trimmed(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last else { return text }
        return first > 0x20 && first < 0x80 && last > 0x20 && last < 0x80 ? text : text.trimmed
    }

    private static func expected(_ field: CanonicalField) -> String {
        switch field.kind {
        case .text, .any: "a text"
        case .number: "a number"
        case .money: "an amount"
        case .timestamp: "a time"
        case .bool: "true or false"
        case .texts: "a list of texts"
        case .reference: "an id"
        case .choice: "a known value"
        }
    }
}

/// Amounts of money as decimal text.
package enum Money {
    /// `text` as plain decimal: sign, digits, fraction. Exponents are written out, thousands are not accepted.
    package static func decimalText(_ text: String) -> String? {
        var digits: [UInt8] = []
        var isNegative = false
        var point: Int?
        var exponent = 0
        var bytes = Array(text.utf8)[...]
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") {
            isNegative = bytes.first == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        while let byte = bytes.first {
            if byte &- 48 < 10 {
                digits.append(byte)
            } else if byte == UInt8(ascii: "."), point == nil {
                point = digits.count
            } else if byte | 0x20 == UInt8(ascii: "e"), !digits.isEmpty,
                let value = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)), abs(value) <= 40
            {
                exponent = value
                break
            } else {
                return nil
            }
            bytes = bytes.dropFirst()
        }
        guard !digits.isEmpty, digits.count <= 60 else { return nil }
        let place = (point ?? digits.count) + exponent
        var whole = place > 0 ? Array(digits.prefix(place)) : []
        if place > digits.count { whole += [UInt8](repeating: 48, count: place - digits.count) }
        let fraction =
            place < 0 ? [UInt8](repeating: 48, count: -place) + digits : Array(digits.dropFirst(max(0, place)))
        while whole.count > 1, whole.first == 48 { whole.removeFirst() }
        if whole.isEmpty { whole = [48] }
        let sign = isNegative && (whole + fraction).contains { $0 != 48 } ? "-" : ""
        return sign + String(decoding: whole, as: UTF8.self)
            + (fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self))
    }
}
