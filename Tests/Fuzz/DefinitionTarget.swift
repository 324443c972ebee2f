import Catalog
import Exchanges
import Foundation
import JSON
import Models

/// Definitions: those of all providers, damaged as text, read, resolved with an override, and asked for a first request.
struct DefinitionTarget: FuzzTarget {
    private static let words = [
        ":", "- ", "{", "}", "[", "]", ",", "\n", "\n  ", "\n    ", "&a ", "*a", "<<: *a", "!!binary ", "|\n", ">\n",
        "#",
        "\"", "'", "null", "~", "true", "-1", "0", "1e999", "99999999999999999999", "\t", "\u{0}", "\u{FEFF}", "%Y",
        "? ",
        "---\n", "...\n", "pages: ", "records: ", "map: ", "also: ", "windows: { step: 1d }", "windows: { step: 0s }",
        "parent: { object: ", "changes: ", "sweep: ", "limits: { rate: 1/second }", "limits: { classes: { a: {} } }",
        "enrich: ", "deleted: ", "format: csv", "auth: ", "oauth2: ", "settle: 99999999999d", "every: 1s", "{{ ", " }}",
        "items[*].a", "[\"", "a.b[99999999999]", "(((((((", "(a+)+$", "pattern: \"(a*)*b\"", "$", "100/0s", "0/second",
    ].map { Array($0.utf8) }

    private let documents: [(folder: String, text: [UInt8])]
    private let texts: [[UInt8]]

    init() throws {
        documents = try ProviderTexts().smallDocuments.map { ($0.folder, Array($0.text.utf8)) }
        texts = documents.map(\.text)
    }

    mutating func feed(_ random: inout SeededRandom) -> Bool {
        guard let (folder, text) = random.pick(documents) else { return false }
        let bytes = random.damaged(text, others: texts, words: Self.words)
        var diagnostics = Diagnostics()
        guard
            let provider = CatalogFolder.provider(
                bytes, file: "provider.yaml", folder: folder, diagnostics: &diagnostics)
        else { return false }
        let patch: JSONValue =
            random.chance(2) ? .null : ["settle": "90s", "pages": .null, "limits": ["rate": "1/second"]]
        var isUsable = false
        for object in provider.objectNames {
            guard
                let definition = try? provider.resolve(
                    object: object, overrides: patch.isNull ? [] : [Override(layer: .integration, patch: patch)]),
                let retrieval = try? Retrieval(
                    definition,
                    RetrievalContext(
                        secrets: ["token": .init("t"), "access_token": .init("t"), "api_key": .init("t")],
                        kind: .incremental, completeUntil: Timestamp(seconds: 1_769_860_800),
                        until: Timestamp(seconds: 1_769_947_200)))
            else { continue }
            _ = try? retrieval.request(at: retrieval.start, now: Timestamp(seconds: 1_769_947_300))
            isUsable = true
        }
        return isUsable
    }
}
