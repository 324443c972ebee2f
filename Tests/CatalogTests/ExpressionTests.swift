import Catalog
import Cryptography
import JSON
import Models
import Testing

@Suite("Expressions")
struct ExpressionTests {
    static let scope: Scope = {
        var scope = Scope()
        scope.settings = Value([
            "subdomain": "acme", "count": 3, "tags": ["a", "b"], "empty": "", "price": .number("2.5"),
        ])
        scope.secrets = ["key": Secret("k3y")]
        scope.since = .noon
        scope.until = .noon + .seconds(60)
        scope.now = .noon
        scope.page = .map(["position": .integer(4)])
        return scope
    }()

    func value(_ text: String) throws -> Value { try Template("{{ \(text) }}", names: .request).value(in: Self.scope) }

    @Test(arguments: [
        ("settings.subdomain", Value.text("acme")), ("settings['subdomain']", .text("acme")),
        ("settings.tags[1]", .text("b")),
        ("settings.tags[-1]", .text("b")), ("settings.nothing.below", .null),
        ("settings.tags[settings.count - 3]", .text("a")),
        ("1 + 2 * 3", .integer(7)), ("(1 + 2) * 3", .integer(9)), ("7 / 2", .number(3.5)), ("8 / 2", .integer(4)),
        ("7 % 4", .integer(3)), ("-settings.count", .integer(-3)), ("1 / 0", .null), ("5 - 2 - 1", .integer(2)),
        ("settings.price * 2", .number(5)), ("'a' + 'b' + 1", .text("ab1")), ("'a' + null", .text("a")),
        ("settings.count == 3", .bool(true)), ("settings.count != 3", .bool(false)), ("2 < 10", .bool(true)),
        ("'2' < '10'", .bool(false)), ("1 == 1.0", .bool(true)), ("'1' == 1", .bool(false)),
        ("null == settings.nothing", .bool(true)),
        ("null < 1", .bool(false)), ("since < until", .bool(true)), ("since == '2026-01-31T12:00:00Z'", .bool(true)),
        ("true and false or true", .bool(true)), ("not true or true", .bool(true)),
        ("not (true or true)", .bool(false)),
        ("settings.empty or 'other'", .text("other")), ("'a' in settings.tags", .bool(true)),
        ("'c' not in settings.tags", .bool(true)),
        ("'cm' in settings.subdomain", .bool(true)), ("'x' if settings.count > 2 else 'y'", .text("x")),
        ("'x' if false else 'y' if false else 'z'", .text("z")), ("['a', 1, null][1]", .integer(1)),
        ("since + 60 == until", .bool(true)), ("until - since", .number(60)),
        ("9223372036854775807 + 1", .number(9223372036854775808)),
    ])
    func yield(_ text: String, _ expected: Value) throws {
        #expect(try value(text) == expected)
    }

    @Test(arguments: [
        ("since | epoch", Value.integer(1_769_860_800)), ("since | epoch_ms", .integer(1_769_860_800_000)),
        ("since | epoch_us", .integer(1_769_860_800_000_000)), ("since | iso8601", .text("2026-01-31T12:00:00Z")),
        ("since | date", .text("2026-01-31")), ("settings.nothing | epoch", .null),
        ("'2026-01-31' | epoch", .integer(1_769_817_600)),
        ("'1769860800' | time('epoch')", .time(.noon)), ("1769860800000 | time | epoch", .integer(1_769_860_800)),
        ("settings.empty | default('x')", .text("x")), ("settings.nothing | default(7)", .integer(7)),
        ("'AbC' | lower", .text("abc")), ("'AbC' | upper", .text("ABC")), ("'  a b ' | trim", .text("a b")),
        ("'a,b,,c' | split(',')", .list([.text("a"), .text("b"), .text(""), .text("c")])),
        ("settings.tags | join('-')", .text("a-b")),
        ("'a.b.c' | replace('.', '--')", .text("a--b--c")), ("settings.tags | first", .text("a")),
        ("'xyz' | last", .text("z")),
        ("settings.tags | length", .integer(2)), ("'äö' | length", .integer(2)), ("' 42 ' | int", .integer(42)),
        ("'4.9' | int", .integer(4)), ("'4.5' | number", .number(4.5)), ("'x' | int", .null),
        ("12 | string", .text("12")),
        ("settings.tags | json", .text("[\"a\",\"b\"]")), ("'a:b' | base64", .text("YTpi")),
        ("'a b/ä' | urlencode", .text("a%20b%2F%C3%A4")),
        ("'abc' | sha256", .text("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        (
            "'what do ya want for nothing?' | hmac_sha256('Jefe')",
            .text("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        ),
        ("'abc' | starts_with('ab')", .bool(true)), ("'abc' | ends_with('ab')", .bool(false)),
        ("settings.tags | contains('b')", .bool(true)),
        ("'Ann@WWW.Acme.example' | domain", .text("acme.example")),
        ("'https://www.acme.example:8443/x?y' | domain", .text("acme.example")),
        ("'nonsense' | domain", .null), ("1999 | minor_units('usd')", .text("19.99")),
        ("5 | minor_units('eur')", .text("0.05")),
        ("500 | minor_units('jpy')", .text("500")), ("-1234 | minor_units('bhd')", .text("-1.234")),
        ("'a' + 'B' | lower", .text("ab")),
    ])
    func filter(_ text: String, _ expected: Value) throws {
        #expect(try value(text) == expected)
    }

    @Test(arguments: [
        ("settings.subdomain | uper", "there is no filter 'uper'", "did you mean 'upper'?", 24),
        ("setings.x", "there is no name 'setings' in expressions", "did you mean 'settings'?", 3),
        (
            "record.x", "'record' is not available here",
            "use one of: cursor, now, page, parent, parents, run, secret, settings, since, token, until", 3
        ),
        ("1 +", "the expression ends where a value is expected", "write a value here", 7),
        ("(1", "the expression ends where ')' is expected", "write ')' here", 6),
        ("'open", "'{{' is not closed", "add '}}' behind the expression", 0),
        ("1 = 2", "'=' has no meaning in an expression", "write '==' to compare", 5),
        ("true && false", "'&' has no meaning in an expression", "write 'and'", 8),
        ("'x' if true", "the expression ends where 'else' is expected", "write 'else' here", 15),
        ("since | lower", "the filter 'lower' does not take a time", "give it true or false or a number or a text", 11),
        ("since | epoch(1)", "the filter 'epoch' takes no arguments, not 1", "write epoch", 11),
        ("'a' | replace('b')", "the filter 'replace' takes 2 arguments, not 1", "write replace('old', 'new')", 9),
        ("1 2", "a number stands where an operator or the end is expected", "write an operator or the end here", 5),
    ])
    func refuse(_ text: String, _ message: String, _ advice: String, _ offset: Int) {
        let problem = #expect(throws: ExpressionProblem.self) { try Template("{{ \(text) }}", names: .request) }
        #expect(problem?.message == message)
        #expect(problem?.advice == advice)
        #expect(problem?.offset == offset)
    }

    @Test func whatIsMadeFromASecretStaysSecret() throws {
        for text in [
            "secret.key", "secret.key | base64", "'a' + secret.key", "settings.subdomain | hmac_sha256(secret.key)",
            "secret.key | split('3')",
            "secret.key | length", "secret.key or 'x'", "secret.key | json",
        ] {
            #expect(try value(text).isSecret, "\(text)")
        }
        #expect(try Template("Token {{ secret.key }}!", names: .request).value(in: Self.scope) == .secret("Token k3y!"))
        #expect(try value("secret.key == 'k3y'") == .bool(true))
    }

    @Test func textsAroundExpressionsAreJoinedAndGapsAreFailuresOrEmpty() throws {
        #expect(
            try Template("/a/{{ settings.subdomain }}/{{ 1 + 1 }}", names: .request).value(in: Self.scope)
                == .text("/a/acme/2"))
        #expect(throws: ExpressionFailure.self) {
            try Template("/a/{{ settings.nothing }}", names: .request).value(in: Self.scope)
        }
        #expect(try Template("{{ settings.nothing }} b", names: .request).value(in: Self.scope, gap: .isEmpty) == .null)
        #expect(try Template("{{ '}}' }}", names: .request).value(in: Self.scope) == .text("}}"))
        #expect(try Template("plain", names: .request).value(in: Self.scope) == .text("plain"))
    }

    @Test func workIsBounded() throws {
        let long = String(repeating: "1 + ", count: 400) + "1"
        #expect(throws: ExpressionProblem.self) { try Template("{{ \(long) }}", names: .request) }
        let deep = String(repeating: "(", count: 100) + "1" + String(repeating: ")", count: 100)
        #expect(throws: ExpressionProblem.self) { try Template("{{ \(deep) }}", names: .request) }
        var scope = Self.scope
        scope.settings = .map(["long": .text(String(repeating: "a", count: 600_000))])
        #expect(throws: ExpressionFailure.self) {
            try Template("{{ settings.long + settings.long }}", names: .request).value(in: scope)
        }
        #expect(throws: ExpressionFailure.self) {
            try Template("{{ settings.long | replace('a', 'bbbb') }}", names: .request).value(in: scope)
        }
    }

    @Test func aRecordIsReadByPath() throws {
        var scope = Scope()
        let document = try JSONDocument(Array(#"{"a":{"b":[{"c":1},{"c":2}]},"n":12345678901234567890,"s":"x"}"#.utf8))
        scope.record = document.root
        func value(_ text: String) throws -> Value { try Template("{{ \(text) }}", names: .mapping).value(in: scope) }
        #expect(try value("record.a.b[1].c") == .integer(2))
        #expect(try value("record.a.b | length") == .integer(2))
        #expect(try value("record.s") == .text("x"))
        #expect(try value("record.none") == .null)
    }
}
