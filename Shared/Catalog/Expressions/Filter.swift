/// The closed set of filters.
package enum Filter: String, Sendable, CaseIterable {
    case epoch, epochMilliseconds = "epoch_ms", epochMicroseconds = "epoch_us", iso8601, date, time, format
    case `default`, lower, upper, trim, split, join, replace, first, last, length, find, hex
    case int, number, string, json, parseJSON = "parse_json"
    case base64, urlencode, sha256, hmacSHA256 = "hmac_sha256"
    case startsWith = "starts_with", endsWith = "ends_with", contains
    case domain, minorUnits = "minor_units"

    /// How many arguments it takes.
    var arguments: ClosedRange<Int> {
        switch self {
        case .epoch, .epochMilliseconds, .epochMicroseconds, .iso8601, .date, .lower, .upper, .trim, .first, .last,
            .length, .int,
            .number, .string, .json, .parseJSON, .hex, .base64, .urlencode, .sha256, .domain:
            0...0
        case .time: 0...1
        case .default, .split, .startsWith, .endsWith, .contains, .minorUnits, .format: 1...1
        case .join: 0...1
        case .replace, .find: 2...2
        case .hmacSHA256: 1...2
        }
    }

    /// How it is written.
    package var usage: String {
        switch self {
        case .time: "time or time('epoch')"
        case .format: "format('%Y-%m-%d')"
        case .default: "default('value')"
        case .split: "split(',')"
        case .join: "join(',')"
        case .replace: "replace('old', 'new')"
        case .find: "find('rel', 'next')"
        case .hmacSHA256: "hmac_sha256(secret.key) or hmac_sha256(secret.key, 'base64')"
        case .startsWith, .endsWith, .contains: "\(rawValue)('text')"
        case .minorUnits: "minor_units(record.currency)"
        default: rawValue
        }
    }

    /// For a message.
    var argumentsText: String {
        switch arguments {
        case 0...0: "no arguments"
        case 1...1: "1 argument"
        case let range where range.lowerBound == range.upperBound: "\(range.lowerBound) arguments"
        default: "\(arguments.lowerBound) to \(arguments.upperBound) arguments"
        }
    }

    /// What it works on. Nothing (null) passes through every filter but `default`, `length`, `json` and `string`.
    var input: ValueKinds {
        switch self {
        case .epoch, .epochMilliseconds, .epochMicroseconds, .iso8601, .date: [.time, .text, .number, .null]
        case .time, .format: [.time, .text, .number, .null]
        case .default, .json, .string: .any
        case .lower, .upper, .trim, .split, .replace, .startsWith, .endsWith, .urlencode, .domain, .hex, .parseJSON:
            [.text, .number, .bool, .null]
        case .base64, .sha256, .hmacSHA256: [.text, .number, .null]
        case .join, .find: [.list, .null]
        case .first, .last, .length: [.list, .text, .map, .null]
        case .contains: [.list, .text, .null]
        case .int, .number, .minorUnits: [.number, .text, .bool, .null]
        }
    }

    /// What it yields.
    var output: ValueKinds {
        switch self {
        case .epoch, .epochMilliseconds, .epochMicroseconds, .int, .number, .hex: [.number, .null]
        case .iso8601, .date, .format, .lower, .upper, .trim, .replace, .join, .base64, .urlencode, .sha256,
            .hmacSHA256,
            .domain, .minorUnits:
            [.text, .null]
        case .json, .string: .text
        case .time: [.time, .null]
        case .default, .first, .last, .find, .parseJSON: .any
        case .split: [.list, .null]
        case .length: .number
        case .startsWith, .endsWith, .contains: [.bool, .null]
        }
    }

    /// What it does, for the language's document and `tributary` help.
    package var meaning: String {
        switch self {
        case .epoch: "seconds since 1970"
        case .epochMilliseconds: "milliseconds since 1970"
        case .epochMicroseconds: "microseconds since 1970"
        case .iso8601: "`2026-01-31T12:00:00Z`"
        case .date: "`2026-01-31`, in UTC"
        case .time:
            "a time from text or number; the argument names the format (see Timestamps), without it ISO 8601 or epoch by size"
        case .format: "the text of a time in a format or pattern (see Timestamps), in UTC"
        case .default: "the argument where the input is nothing or an empty text"
        case .lower: "lower case"
        case .upper: "upper case"
        case .trim: "without white space at both ends"
        case .split: "a list, cut at the argument"
        case .join: "one text from a list, with the argument (or nothing) between"
        case .replace: "every first argument replaced by the second"
        case .first: "the first item of a list or character of a text"
        case .last: "the last item of a list or character of a text"
        case .find: "the first item of a list whose member, named by the first argument, equals the second"
        case .length: "how many items or characters"
        case .int: "a whole number, cut towards zero"
        case .number: "a number"
        case .string: "a text"
        case .hex: "the number that hexadecimal digits stand for"
        case .parseJSON: "the value that JSON text stands for; nothing where it is none"
        case .json: "JSON text"
        case .base64: "Base64 of the UTF-8 bytes"
        case .urlencode: "percent-encoded for a URL component"
        case .sha256: "SHA-256 as lower-case hex"
        case .hmacSHA256: "HMAC-SHA-256 with the key given, as lower-case hex or `base64`"
        case .startsWith: "whether the text starts with the argument"
        case .endsWith: "whether the text ends with the argument"
        case .contains: "whether the text or list contains the argument"
        case .domain: "the host of an e-mail address or URL, lower case, without `www.`"
        case .minorUnits:
            "an amount in the currency's smallest unit (ISO 4217: cents; yen have none) as decimal text in the currency"
        }
    }
}
