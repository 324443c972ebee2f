/// The SQLSTATEs of Postgres' appendix A that decide what is to be done.
package enum SQLState {
    /// The kind of an error the server reported over a connection that still stands.
    package static func kind(of state: String) -> PostgresError.Kind {
        switch state {
        case "40001", "40P01": return .deadlockOrSerialization
        case "57014", "55P03": return .timeout
        case "42501": return .notPermitted
        // A standby, or a primary that became one: another connection may reach the primary.
        case "25006": return .unavailable
        default: break
        }
        switch state.prefix(2) {
        case "08": return .connectionLost
        case "22", "54": return .badData
        case "23": return .constraint
        case "53", "57": return .unavailable
        default: return .statement
        }
    }

    /// The server's message without what may be data.
    ///
    /// Messages about objects (constraints, tables, syntax) are whole. All others quote values (`invalid input syntax
    /// for type integer: "…"`), in the server's language: of these only the words before the first quote, digit or
    /// other sign are kept.
    package static func redact(_ message: String, state: String) -> String {
        switch state.prefix(2) {
        case "08", "0A", "23", "25", "26", "28", "2B", "34", "3B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58",
            "XX":
            return firstLine(of: message)
        default:
            let name = conditionName(state)
            let words = message.prefix { $0.isASCII && ($0.isLetter || $0 == " ") }
            var text = String(words)
            while text.last == " " { text.removeLast() }
            if words.count < message.count { text += "…" }
            guard let name else { return text }
            return "\(name): \(text)"
        }
    }

    private static func firstLine(of message: String) -> String {
        String(message.prefix { !$0.isNewline })
    }

    /// The names of the data exceptions that are met in practice.
    private static func conditionName(_ state: String) -> String? {
        switch state {
        case "22001": "text too long for its column"
        case "22003": "number out of range"
        case "22004": "null not allowed"
        case "22007": "invalid date or time"
        case "22008": "date or time out of range"
        case "22012": "division by zero"
        case "22021": "text is not valid UTF-8"
        case "2202E": "array subscript error"
        case "22023": "invalid parameter value"
        case "22026": "bit string of the wrong length"
        case "22032": "invalid JSON"
        case "22P02": "invalid text for its type"
        case "22P03": "invalid binary form"
        case "22P05": "character that Postgres cannot hold"
        default: nil
        }
    }
}
