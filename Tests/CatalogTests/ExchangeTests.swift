import Catalog
import Cryptography
import Foundation
import JSON
import Models
import Testing
import YAML

/// Plays every provider's `exchanges/*.yaml`: the requests must be as written, in order, and the responses must yield
/// the Interactions and canonical records written under `yields`, and end as `ends` says.
@Suite("Exchanges of the shipped providers")
struct ExchangeTests {
    static let files: [String] = {
        let providers = (try? FileManager.default.contentsOfDirectory(atPath: CatalogPaths.providers)) ?? []
        return providers.sorted().flatMap { provider in
            let files =
                (try? FileManager.default.contentsOfDirectory(atPath: "\(CatalogPaths.providers)/\(provider)/exchanges"))
                ?? []
            return files.sorted().map { "\(provider)/exchanges/\($0)" }
        }
    }()

    @Test func thereAreSome() {
        #expect(Self.files.count >= 8)
    }

    @Test(arguments: files)
    func yieldWhatTheySay(_ file: String) throws {
        let text = try String(contentsOfFile: "\(CatalogPaths.providers)/\(file)", encoding: .utf8)
        let script = try DefinitionNode(YAMLParser.document(text), file: file, layer: .trial).json
        let retrieval = try Self.retrieval(script, provider: String(file.prefix { $0 != "/" }))
        let mapper = Mapper(retrieval.definition)
        var position = retrieval.start
        var yielded: [JSONValue] = []
        var end = "page"
        var tally = MappingTally()
        let exchanges = try (script["exchanges"]?.array).orFail()
        for (index, exchange) in exchanges.enumerated() {
            let plan = try retrieval.request(at: position, now: .noon)
            Self.check(plan, try exchange["request"].orFail())
            let outcome = retrieval.interpret(
                try Self.response(exchange["response"].orFail()), at: position, now: .noon)
            end = outcome.summary
            guard let page = outcome.page else {
                #expect(index == exchanges.count - 1, "\(end): \(outcome.failure?.description ?? "")")
                break
            }
            for record in page.records { yielded.append(try Self.description(of: record, mapper, &tally)) }
            if case .next(let next) = page.step { position = next } else { #expect(index == exchanges.count - 1) }
        }
        let expected = script["yields"]?.array ?? []
        #expect(yielded.map(\.sortedText) == expected.map(\.sortedText))
        #expect(end == script["ends"]?.string ?? "page")
        #expect(tally.problems.isEmpty, "\(tally.problems)")
    }

    static func retrieval(_ script: JSONValue, provider: String) throws -> Retrieval {
        let definition = try CatalogFolder(path: CatalogPaths.providers).providers[provider].orFail()
        let settings = script["settings"] ?? .null
        let resolved = try definition.resolve(object: (script["object"]?.string).orFail(), settings: settings)
        let run = try script["run"].orFail()
        let context = RetrievalContext(
            settings: settings,
            secrets: Dictionary(
                uniqueKeysWithValues: (script["secrets"]?.object ?? JSONObject()).map {
                    ($0.key, Secret($0.value.string ?? ""))
                }),
            authorization: script["authorization"]?.string,
            kind: try RunKind(rawValue: (run["kind"]?.string).orFail()).orFail(),
            completeUntil: run["complete_until"]?.string.flatMap { Timestamp(rfc3339: $0) },
            until: try Timestamp(rfc3339: (run["until"]?.string).orFail()).orFail())
        return try Retrieval(ResolvedDefinition(storedBody: resolved.body[...]), context)
    }

    static func check(_ plan: RequestPlan, _ expected: JSONValue) {
        #expect(plan.method == expected["method"]?.string)
        #expect(plan.url.components(separatedBy: "?")[0] == expected["path"]?.string)
        for (name, value) in expected["query"]?.object ?? JSONObject() {
            let values = plan.url.components(separatedBy: "?").dropFirst().joined().components(separatedBy: "&")
                .filter { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
            #expect(values == (value.isNull ? [] : (value.array ?? [value]).compactMap(\.scalarText)), "query \(name)")
        }
        for (name, value) in expected["headers"]?.object ?? JSONObject() { #expect(plan.header(name) == value.string) }
    }

    static func response(_ script: JSONValue) throws -> ProviderResponse {
        ProviderResponse(
            status: Int(script["status"]?.int64 ?? 200),
            headers: (script["headers"]?.object ?? JSONObject()).map { ($0.key, $0.value.scalarText ?? "") },
            body: script["body"].map { $0.string.map { Array($0.utf8) } ?? $0.encoded } ?? [])
    }

    static func description(of record: FetchedRecord, _ mapper: Mapper, _ tally: inout MappingTally) throws -> JSONValue
    {
        if let rejection = record.rejection { return ["rejected": .string(rejection)] }
        var members: [(String, JSONValue)] = [("id", .string(record.externalID))]
        if let time = record.modifiedAt { members.append(("modified_at", .string(time.description))) }
        if record.isDeleted {
            members.append(("deleted", true))
        } else {
            var records: [JSONValue] = []
            for mapped in try mapper.map(record.payload.orFail(), tally: &tally) {
                var json = Array("{\"type\":\"\(mapped.type.name)\",".utf8)
                mapped.appendJSONMembers(to: &json)
                records.append(try JSONValue(parsing: json + [UInt8(ascii: "}")]))
            }
            members.append(("records", .array(records)))
        }
        return .object(JSONObject(members))
    }
}

extension JSONValue {
    var sortedText: String { String(decoding: encodedSorted, as: UTF8.self) }
}
