import Catalog
import JSON
import Models
import Testing

@Suite("The work of expressions")
struct ExpressionWorkTests {
    static func scope(_ text: String, _ other: String = "") -> Scope {
        var scope = Scope()
        scope.record = Value.map([
            "a": .text(text), "b": .text(other), "l": .list(Array(repeating: .text(text), count: 50)),
        ])
        return scope
    }

    @Test(arguments: [
        "{{ record.a | replace(record.b, 'x') }}", "{{ record.a | split(record.b) | length }}",
        "{{ record.b in record.a }}", "{{ record.a | contains(record.b) }}",
    ])
    func neverRunsAwayOverHostileTexts(_ text: String) throws {
        let template = try Template(text, names: .mapping)
        let hostile = Self.scope(String(repeating: "a", count: 1_000_000), String(repeating: "a", count: 400_000) + "b")
        let clock = ContinuousClock()
        let took = clock.measure { #expect(throws: ExpressionFailure.self) { try template.value(in: hostile) } }
        #expect(took < .seconds(2))
        #expect(try template.value(in: Self.scope(String(repeating: "ab ", count: 10_000), "b")).isNull == false)
    }

    @Test func theLongestExpressionOverALargeTextEnds() throws {
        let filters = Array(repeating: "| trim | lower", count: 120).joined(separator: " ")
        let template = try Template("{{ record.a \(filters) }}", names: .mapping)
        #expect(throws: ExpressionFailure.self) {
            try template.value(in: Self.scope(String(repeating: "a", count: 1_000_000)))
        }
        #expect(try template.value(in: Self.scope("A ")) == .text("a"))
    }

    @Test func hexadecimalAndJsonTextsAreRead() throws {
        var scope = Scope()
        scope.record = Value.map(["id": .text("65b8d9e0aabb"), "data": .text(#"{"item":{"id":7}}"#)])
        func value(_ text: String) throws -> Value { try Template(text, names: .mapping).value(in: scope) }
        #expect(try value("{{ '65b8d9e0' | hex }}") == .integer(1_706_613_216))
        #expect(try value("{{ 'xyz' | hex }}") == .null)
        #expect(try value("{{ (record.data | parse_json).item.id }}") == .integer(7))
        #expect(try value("{{ 'no json' | parse_json }}") == .null)
    }
}
