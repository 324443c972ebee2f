import Catalog
import Cryptography
import Exchanges
import Foundation
import JSON
import Models

/// Expressions: those of all providers, combined, damaged, compiled and evaluated.
struct ExpressionTarget: FuzzTarget {
    private static let words = [
        "(", ")", "[", "]", "|", "+", "-", "*", "/", "%", "==", "!=", "<", ">=", ",", ".", "'", "\"", "}}", "{{",
        " if ",
        " else ", " and ", " or ", " not ", " in ", " not in ", "null", "true", "0", "-1", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "1e308", "1e-400", "0.1", "99999999999999999999999", "''", "'a'",
        "since", "until", "now", "record", "settings.list", "response.body.items[*].id", "record.huge", "record.text",
        "record['x']", "[-1]", "[0]", "[9223372036854775807]", "secret.key", "token.instance_url", "page.position",
        "cursor", "run.kind", "parents[*].id", "\\", "\u{0}", "é", "e\u{301}", "\u{1F468}\u{200D}\u{1F469}",
        "| replace('a','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')", "| replace('','b')",
        "| split('')", "| split('a')", "| join(settings.long)", "| json", "| base64", "| urlencode", "| sha256",
        "| hmac_sha256(secret.key)", "| length", "| first", "| last", "| int", "| number", "| string", "| lower",
        "| upper", "| trim", "| epoch", "| epoch_ms", "| epoch_us", "| iso8601", "| date", "| time", "| time('%Y')",
        "| format('%d %B %Y %H:%M:%S.%f %j %p %z')", "| default('x')", "| find('rel','next')", "| domain",
        "| minor_units('jpy')", "| starts_with('a')", "| ends_with('')", "| contains('a')", "settings.long",
        "settings.long + settings.long", "[settings.long, settings.long, settings.long]",
    ].map { Array($0.utf8) }

    private let originals: [[UInt8]]
    private let nameSets: [NameSet] = [.request, .entry, .response, .mapping]
    private let scope: Scope

    init() throws {
        originals = try ProviderTexts().expressions.map { Array($0.utf8) }
        var scope = Scope()
        scope.settings = Value([
            "list": ["a", "b", 3, .null], "base_url": "https://api.example.com", "count": 3, "empty": "",
            "long": .string(String(repeating: "a", count: 200_000)), "subdomain": "acme",
        ])
        scope.secrets = ["key": Secret("k"), "token": Secret("t")]
        scope.since = Timestamp(seconds: 1_769_860_800)
        scope.until = Timestamp(seconds: 1_769_947_200)
        scope.now = Timestamp(seconds: 1_769_947_300)
        let record: JSONValue = [
            "id": 7, "text": "a,b,c ann@example.com", "huge": .number("1e400"), "x": ["y": [4, ["z": .null]]],
            "updated_at": "2026-01-31T12:00:00Z", "created": 1_769_860_800, "amount": .number("12.50"),
            "currency": "EUR",
        ]
        scope.record = Value(record)
        scope.response = ResponseView(
            status: 200, headers: [("Link", "<https://x>; rel=\"next\""), ("X-Total", "3")],
            body: try JSONDocument(Array(#"{"items":[{"id":1},{"id":2}],"next":"n","errors":[]}"#.utf8)).root)
        scope.parent = Value(record)
        scope.parents = .list([Value(record), Value(record)])
        scope.page = .map(["position": .integer(4), "size": .integer(100), "mark": .null])
        scope.run = .map(["kind": .text("initial"), "number": .integer(1)])
        scope.cursor = .text("c")
        scope.token = Value(["instance_url": "https://x.example.com"])
        self.scope = scope
    }

    mutating func feed(_ random: inout SeededRandom) -> Bool {
        let original = random.pick(originals) ?? []
        let bytes = random.damaged(original, others: originals, words: Self.words)
        guard
            let template = try? Template(
                String(decoding: bytes, as: UTF8.self), names: random.pick(nameSets) ?? .request)
        else { return false }
        return (try? template.value(in: scope, gap: random.chance(2) ? .isEmpty : .isFailure)) != nil
    }
}

/// The texts of the catalog that inputs are made from.
struct ProviderTexts {
    /// The documents.
    let documents: [(folder: String, text: String)]

    init() throws {
        let folder = ProviderFolder.path
        documents = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)/provider.yaml") else { return nil }
            return (name, String(decoding: data, as: UTF8.self))
        }
        if documents.isEmpty { throw NoProviders(folder: folder) }
    }

    struct NoProviders: Error {
        let folder: String
    }

    /// All different texts with expressions in them.
    var expressions: [String] {
        var found: Set<String> = []
        for document in documents {
            for piece in document.text.components(separatedBy: "{{").dropFirst() {
                guard let inside = piece.components(separatedBy: "}}").first else { continue }
                found.insert("{{\(inside)}}")
            }
        }
        return found.sorted()
    }

    /// Each provider with one of its objects at a time: small enough to read a million of them.
    var smallDocuments: [(folder: String, text: String)] {
        documents.flatMap { document -> [(folder: String, text: String)] in
            let parts = document.text.components(separatedBy: "\nobjects:\n")
            guard parts.count == 2 else { return [document] }
            var objects: [String] = []
            for line in parts[1].components(separatedBy: "\n") {
                if line.hasPrefix("  "), !line.hasPrefix("   "), !line.hasPrefix("  #") {
                    objects.append(line)
                } else if let last = objects.indices.last {
                    objects[last] += "\n" + line
                }
            }
            return objects.map { (document.folder, "\(parts[0])\nobjects:\n\($0)\n") }
        }
    }
}
