import Catalog
import Foundation
import JSON
import Models
import Testing

/// Definitions, expressions and responses that are damaged at random: they may be refused, but never end the process,
/// and every refusal has a place and advice.
@Suite("Damaged input")
struct MutationTests {
    static func damaged(_ bytes: [UInt8], _ generator: inout Seeded) -> [UInt8] {
        var bytes = bytes
        let pieces = Array("{}[]:,\"'|-#\n &*!%@`0123456789.aexnul\\\u{0}\u{FF}".utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = pieces.randomElement(using: &generator) ?? 0
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(pieces.randomElement(using: &generator) ?? 0, at: place)
            default:
                let end = min(bytes.count, place + Int.random(in: 1...30, using: &generator))
                bytes.replaceSubrange(place..<end, with: bytes[place..<end].reversed())
            }
        }
        return bytes
    }

    @Test(arguments: 0..<8)
    func definitionsAreRefusedWithPlaceAndAdvice(_ seed: Int) throws {
        var generator = Seeded(state: UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15)
        let original = try [UInt8](
            Data(contentsOf: URL(fileURLWithPath: CatalogPaths.providers + "/stripe/provider.yaml")))
        for _ in 0..<25 {
            var diagnostics = Diagnostics()
            let provider = CatalogFolder.provider(
                Self.damaged(original, &generator), file: "p.yaml", folder: "stripe", diagnostics: &diagnostics)
            #expect(provider != nil || diagnostics.hasErrors)
            for problem in diagnostics.all {
                #expect(problem.origin.line != nil, "\(problem)")
                #expect(!problem.advice.isEmpty, "\(problem)")
            }
        }
    }

    @Test func expressionsAreRefusedOrYieldAValue() throws {
        var generator = Seeded(state: 42)
        let originals = [
            "{{ (settings.a + 1) * 2 if settings.b == 'x' else [1, 2.5, null][since - until] | default(-3) }}",
            "a {{ secret.key | hmac_sha256('k', 'base64') | replace('a', \"b\") }} b {{ not (settings.c in ['a', 'b'] and 1 < 2 or 3 % 0) }}",
            "{{ settings.list | join(',') | split(',') | last | upper | urlencode | json | length }}",
        ]
        var yielded = 0
        for round in 0..<3000 {
            let text = String(decoding: Self.damaged(Array(originals[round % 3].utf8), &generator), as: UTF8.self)
            guard let template = try? Template(text, names: .request) else { continue }
            if (try? template.value(in: ExpressionTests.scope, gap: .isEmpty)) != nil { yielded += 1 }
        }
        #expect(yielded > 100)
    }

    @Test func responsesAreReadOrClassed() throws {
        var generator = Seeded(state: 7)
        let retrieval = try Retrieval(
            Definitions.listing(
                "request: { path: /i }\nrecords: items\nmodified_at: at\ndeleted: { when: \"{{ record.x.y[0] > 3 }}\" }\npages: { cursor: next, into: { query: c }, while: more }"
            ),
            .first())
        let original = Array(
            #"{"items":[{"id":1,"at":"2026-01-31T12:00:00Z","x":{"y":[4,{"z":null}]}},{"id":"é","at":-1e5}],"next":"n","more":true}"#
                .utf8)
        var pages = 0
        for _ in 0..<3000 {
            let outcome = retrieval.interpret(
                ProviderResponse(status: 200, body: Self.damaged(original, &generator)), at: retrieval.start, now: .noon
            )
            if outcome.page != nil { pages += 1 } else { #expect(outcome.failure != nil) }
        }
        #expect(pages > 100)
    }
}
