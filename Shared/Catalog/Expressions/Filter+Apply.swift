import Cryptography
import JSON
import Models

extension Filter {
    /// The value that `input` becomes. Whatever a secret goes into comes out as a secret.
    func apply(to input: Value, _ arguments: [Value]) throws(ExpressionFailure) -> Value {
        let isSecret = input.isSecret || arguments.contains { $0.isSecret }
        let result = try applied(to: input, arguments)
        return isSecret ? result.markedSecret : result
    }

    private func applied(to input: Value, _ arguments: [Value]) throws(ExpressionFailure) -> Value {
        switch self {
        case .default:
            return input.isNull || input.asText?.isEmpty == true ? arguments[0] : input
        case .json: return .text(try checked(input.json.text))
        case .string: return .text(try checked(input.scalarText ?? input.json.text))
        case .length:
            switch input {
            case .list(let items): return .integer(Int64(items.count))
            case .map(let members): return .integer(Int64(members.count))
            default: return .integer(Int64(input.asText?.count ?? 0))
            }
        default: break
        }
        if input.isNull { return .null }
        switch self {
        case .epoch, .epochMilliseconds, .epochMicroseconds, .iso8601, .date, .time, .format:
            return try timed(input, arguments)
        case .first, .last: return edge(of: input)
        case .find: return Self.item(of: input, where: arguments[0], is: arguments[1])
        case .join: return .text(try joined(input, with: arguments.first?.scalarText ?? ""))
        case .contains: return .bool(Evaluator.contains(input, arguments[0]))
        case .int, .number: return try numeric(input)
        case .minorUnits: return try decimalAmount(input, currency: arguments[0])
        default: break
        }
        guard let text = input.scalarText else {
            throw ExpressionFailure("the filter '\(rawValue)' does not take \(input.kind.names)")
        }
        switch self {
        case .lower: return .text(text.lowercased())
        case .upper: return .text(text.uppercased())
        case .trim: return .text(text.trimmed)
        case .split: return try split(text, at: arguments[0].scalarText ?? "")
        case .replace:
            return .text(
                try checked(
                    text.replacing(
                        arguments[0].scalarText ?? "", by: arguments[1].scalarText ?? "", limit: Evaluator.maximumText))
            )
        case .startsWith: return .bool(text.hasPrefix(arguments[0].scalarText ?? ""))
        case .endsWith: return .bool(text.hasSuffix(arguments[0].scalarText ?? ""))
        case .hex: return Int64(text.trimmed, radix: 16).map(Value.integer) ?? .null
        case .parseJSON: return (try? JSONDocument(Array(text.utf8))).map { Value($0.root) } ?? .null
        case .urlencode: return .text(try checked(PercentEncoding.component(text)))
        case .domain: return DomainName(in: text).map { .text($0.name) } ?? .null
        case .base64: return .text(Base64.standard.encode(text.utf8))
        case .sha256:
            do {
                return .text(try SHA256.hexadecimal(Array(text.utf8)[...]))
            } catch {
                throw ExpressionFailure("SHA-256 is not available: \(error)")
            }
        case .hmacSHA256:
            guard let key = arguments[0].scalarText else {
                throw ExpressionFailure("the key of 'hmac_sha256' is nothing")
            }
            do {
                let code = try HMACSHA256.code(Array(text.utf8)[...], key: Secret(key))
                let isBase64 = arguments.count > 1 && arguments[1].asText == "base64"
                return .text(isBase64 ? Base64.standard.encode(code) : Hexadecimal.encode(code))
            } catch {
                throw ExpressionFailure("HMAC-SHA-256 failed: \(error)")
            }
        default: return .null
        }
    }

    private func checked(_ text: String) throws(ExpressionFailure) -> String {
        guard text.utf8.count <= Evaluator.maximumText else { throw .tooLong }
        return text
    }

    private func timed(_ input: Value, _ arguments: [Value]) throws(ExpressionFailure) -> Value {
        let format = arguments.first?.asText.flatMap(TimestampFormat.init(_:))
        guard arguments.isEmpty || format != nil else {
            throw ExpressionFailure("'\(rawValue)' does not know the format given")
        }
        guard let time = Timestamp(value: input, format: self == .format ? nil : format) else {
            throw ExpressionFailure("the filter '\(rawValue)' got \(input.kind.names) that is not a time")
        }
        switch self {
        case .epoch: return .integer(time.microseconds.flooringQuotient(by: 1_000_000))
        case .epochMilliseconds: return .integer(time.microseconds.flooringQuotient(by: 1000))
        case .epochMicroseconds: return .integer(time.microseconds)
        case .iso8601: return .text(TimestampFormat.iso8601.print(time))
        case .date: return .text(TimestampFormat.date.print(time))
        case .format: return format.map { .text($0.print(time)) } ?? .null
        default: return .time(time)
        }
    }

    private static func item(of input: Value, where key: Value, is wanted: Value) -> Value {
        guard case .list(let items) = input, let key = key.asText else { return .null }
        let path = JSONPath(keys: key)
        return items.first { Evaluator.areEqual($0.value(at: path), wanted) } ?? .null
    }

    private func edge(of input: Value) -> Value {
        switch input {
        case .list(let items): (self == .first ? items.first : items.last) ?? .null
        case .text(let text), .secret(let text):
            (self == .first ? text.first : text.last).map { .text(String($0)) } ?? .null
        default: .null
        }
    }

    private func joined(_ input: Value, with separator: String) throws(ExpressionFailure) -> String {
        guard case .list(let items) = input else {
            throw ExpressionFailure("the filter 'join' does not take \(input.kind.names)")
        }
        var text = ""
        for (index, item) in items.compactMap(\.scalarText).enumerated() {
            text += (index == 0 ? "" : separator) + item
            guard text.utf8.count <= Evaluator.maximumText else { throw .tooLong }
        }
        return text
    }

    private func split(_ text: String, at separator: String) throws(ExpressionFailure) -> Value {
        guard !separator.isEmpty else { throw ExpressionFailure("'split' needs a text to cut at") }
        return .list(text.pieces(separatedBy: separator).map(Value.text))
    }

    private func numeric(_ input: Value) throws(ExpressionFailure) -> Value {
        switch input {
        case .integer: return input
        case .number(let value):
            return self == .int ? Int64(exactly: value.rounded(.towardZero)).map(Value.integer) ?? .null : input
        case .bool(let value): return .integer(value ? 1 : 0)
        default: break
        }
        guard let text = input.asText?.trimmed else {
            throw ExpressionFailure("the filter '\(rawValue)' does not take \(input.kind.names)")
        }
        if let whole = Int64(text) { return .integer(whole) }
        guard let value = Double(text), value.isFinite else { return .null }
        return self == .int ? Int64(exactly: value.rounded(.towardZero)).map(Value.integer) ?? .null : .number(value)
    }

    private func decimalAmount(_ input: Value, currency: Value) throws(ExpressionFailure) -> Value {
        guard case .integer(let amount) = try Filter.int.numeric(input) else { return .null }
        return .text(CurrencyUnits.decimalText(minor: amount, currency: currency.asText ?? ""))
    }
}

extension Value {
    /// The same value with every text marked as a secret; numbers become secret texts, because they tell as much.
    var markedSecret: Value {
        switch self {
        case .text(let text): .secret(text)
        case .integer, .number, .time: .secret(scalarText ?? "")
        case .list(let items): .list(items.map(\.markedSecret))
        case .map(let members): .map(members.mapValues(\.markedSecret))
        default: self
        }
    }
}
