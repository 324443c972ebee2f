import Postgres
import Testing

@Suite struct SQLStateTests {
    @Test(arguments: [
        ("40001", PostgresError.Kind.deadlockOrSerialization), ("40P01", .deadlockOrSerialization), ("57014", .timeout),
        ("55P03", .timeout), ("42501", .notPermitted), ("25006", .unavailable), ("08006", .connectionLost),
        ("22P02", .badData), ("54000", .badData), ("23505", .constraint), ("53100", .unavailable),
        ("57P03", .unavailable),
        ("42601", .statement), ("P0001", .statement), ("XX000", .statement), ("", .statement),
    ])
    func `each SQLSTATE says what is to be done`(state: String, kind: PostgresError.Kind) {
        #expect(SQLState.kind(of: state) == kind)
    }

    @Test func `messages about data lose the data, in any language`() {
        let cases = [
            (
                "22P02", "invalid input syntax for type integer: \"abc\"",
                "invalid text for its type: invalid input syntax for type integer…"
            ),
            ("22003", "value \"99\" is out of range for type integer", "number out of range: value…"),
            (
                "22P02", "la sintaxis de entrada no es válida: «abc»",
                "invalid text for its type: la sintaxis de entrada no es v…"
            ),
            ("22012", "division by zero", "division by zero: division by zero"),
            ("P0001", "stop: abc", "stop…"),
            ("22000", "abc", "abc"),
        ]
        for (state, message, expected) in cases { #expect(SQLState.redact(message, state: state) == expected) }
    }

    @Test func `messages about objects stay whole, on one line`() {
        let message = "duplicate key value violates unique constraint \"t_pkey\""
        #expect(SQLState.redact(message + "\nmore", state: "23505") == message)
    }
}
