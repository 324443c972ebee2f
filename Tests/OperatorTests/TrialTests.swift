import Catalog
import Cryptography
import HTTPClient
import JSON
import Models
import Operator
import Service
import Synchronization
import Testing
import YAML

@Suite("A trial")
struct TrialTests {
    static let yaml = """
        provider: test
        base_url: https://api.example.com/v1
        auth: { token: { bearer: "{{ secret.token }}" } }
        limits: { remaining: X-Left }
        objects:
          tickets:
            type: tickets
            request: { path: /tickets, query: { since: "{{ since | epoch }}" }, body: { key: "{{ secret.token }}" }, method: POST }
            pages: { cursor: next, into: { query: cursor } }
            records: data
            id: id
            modified_at: changed
            deleted: { when: "{{ record.gone }}" }
            map:
              title: subject
              status: { from: state, values: { new: open } }
              assignee: "{{ record.agent | upper }}"
              opened_at: opened
        """

    static func target(since: Timestamp? = nil) throws -> TrialTarget {
        let provider = try ProviderDefinition(
            DefinitionNode(YAMLParser.document(yaml), file: "provider.yaml", layer: .provider))
        return TrialTarget(
            name: "test/tickets", provider: provider, object: "tickets",
            context: RetrievalContext(
                secrets: ["token": Secret("sk_hidden")], kind: since == nil ? .initial : .incremental,
                completeUntil: since, until: Timestamp(seconds: 1_769_860_800)))
    }

    static func answer(_ body: String, status: Int = 200, headers: [HTTPHeader] = []) -> ScriptedExchange {
        ScriptedExchange(
            RequestExpectation(), .response(HTTPResponse(status: status, headers: headers, body: Array(body.utf8))))
    }

    private func trial(_ answers: [ScriptedExchange], limit: Int = 20, since: Timestamp? = nil) async throws -> Trial {
        try await Trial(
            Self.target(since: since), limit: limit, transport: ScriptedTransport(answers),
            clock: ManualClock(now: Timestamp(seconds: 1_769_860_800)))
    }

    static let first =
        #"{"data":[{"id":1,"subject":"Pump","state":"new","agent":"jo","changed":"2026-01-31T10:00:00Z","opened":"soon"},{"id":2,"gone":true}],"next":"c2"}"#
    static let second = #"{"data":[{"subject":"No id"}],"next":null}"#

    @Test func goesOnUntilTheListingEnds() async throws {
        let trial = try await trial([Self.answer(Self.first), Self.answer(Self.second)])
        #expect(trial.records.map(\.externalID) == ["1", "2", ""])
        guard case .complete = trial.ending else {
            Issue.record("\(trial.ending)")
            return
        }
    }

    @Test func stopsWhenEnoughWasSeenAndSaysWhatIsNext() async throws {
        let trial = try await trial([Self.answer(Self.first)], limit: 1)
        let text = try TrialText(trial, limit: 1).text
        #expect(text.contains("Next page: POST https://api.example.com/v1/tickets?cursor=c2"))
        #expect(text.contains("1 of 2 records are shown"))
        #expect(text.contains("Complete Until would be 2026-01-31T12:00:00Z, once all pages are stored."))
    }

    @Test func isCompleteUntilTheProvidersClockAndNoFurther() async throws {
        let behind = HTTPHeader("Date", "Sat, 31 Jan 2026 11:58:00 GMT")
        let ahead = HTTPHeader("Date", "Sat, 31 Jan 2026 12:05:00 GMT")
        let trial = try await trial([
            Self.answer(Self.first, headers: [behind]), Self.answer(Self.second, headers: [ahead]),
        ])
        #expect(trial.until == Timestamp(seconds: 1_769_860_680))
        #expect(try TrialText(trial, limit: 20).text.contains("Complete Until would be 2026-01-31T11:58:00Z."))
    }

    private func report(_ answers: [ScriptedExchange], every: String = "30s") async throws -> Trial {
        let provider = try ProviderDefinition(
            DefinitionNode(
                YAMLParser.document(
                    """
                    provider: test
                    base_url: https://api.example.com/v1
                    objects:
                      lines:
                        type: deals
                        id: id
                        records: rows
                        map: { title: name }
                        report:
                          create: { request: { method: POST, path: /reports } }
                          poll:
                            request: { path: "/reports/{{ job.id }}" }
                            done: "{{ job.state == 'done' }}"
                            every: \(every)
                            at_most: 1h
                          download: { request: { path: "/reports/{{ job.id }}/rows" } }
                    """), file: "provider.yaml", layer: .provider))
        return try await Trial(
            TrialTarget(
                name: "test/lines", provider: provider, object: "lines",
                context: RetrievalContext(
                    secrets: [:], kind: .initial, completeUntil: nil, until: Timestamp(seconds: 1_769_860_800))),
            limit: 20, transport: ScriptedTransport(answers), clock: SleeplessClock())
    }

    @Test func waitsForAReportAsARunDoes() async throws {
        let trial = try await report([
            Self.answer(#"{"id":"r1","state":"made"}"#), Self.answer(#"{"state":"made"}"#),
            Self.answer(#"{"state":"made"}"#), Self.answer(#"{"state":"done"}"#),
            Self.answer(#"{"rows":[{"id":1,"name":"A"}]}"#),
        ])
        #expect(trial.failure == nil)
        #expect(trial.records.map(\.externalID) == ["1"])
        #expect(trial.pages.count == 5)
    }

    @Test func doesNotWaitForAReportLongerThanAnybodyWould() async throws {
        let trial = try await report(
            [Self.answer(#"{"id":"r1","state":"made"}"#), Self.answer(#"{"state":"made"}"#)], every: "20m")
        #expect(trial.failure?.cause.contains("is still making the report") == true)
    }

    @Test func showsRequestsRecordsAndFieldsWithTheirSources() async throws {
        let trial = try await trial([
            Self.answer(Self.first, headers: [HTTPHeader("X-Left", "41")]), Self.answer(Self.second),
        ])
        let text = try TrialText(trial, limit: 20).text
        for part in [
            "test/tickets: a first sync", "POST https://api.example.com/v1/tickets", "Authorization: ***",
            #"{"key":"***"}"#, "→ 200", "41 requests are left", "2 entries, 2 records", "1 rejected",
            "1, changed 2026-01-31T10:00:00Z", "2, deleted", "rejected: there is no id at 'id'",
            "Values that do not fit", "tickets.opened_at", "Next page: none",
            "Complete Until would be 2026-01-31T12:00:00Z.",
        ] { #expect(text.contains(part), "\(part) in\n\(text)") }
        let rows = text.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(rows.contains("title Pump subject Pump"))
        #expect(rows.contains("status open state, by its values new"))
        #expect(rows.contains("assignee JO {{ record.agent | upper }}"))
        #expect(rows.contains("opened_at (empty) opened soon"))
    }

    @Test func neverShowsASecret() async throws {
        let trial = try await trial([Self.answer(Self.first), Self.answer(Self.second)])
        #expect(try !TrialText(trial, limit: 20).text.contains("sk_hidden"))
        #expect(try !TrialJSON.value(trial, limit: 20).text.contains("sk_hidden"))
    }

    @Test func saysWhyItCannotGoOn() async throws {
        let trial = try await trial(
            [Self.answer("{}", status: 429, headers: [HTTPHeader("Retry-After", "30")])],
            since: Timestamp(rfc3339: "2026-01-31T11:00:00Z"))
        let text = try TrialText(trial, limit: 20).text
        #expect(text.contains("what changed since 2026-01-31T10:59:"))
        #expect(text.contains("→ throttled throttled: test asks for fewer requests (429)"))
        #expect(text.contains("The run would go on at 2026-01-31T12:00:30Z with the same request."))
        #expect(text.contains("Complete Until would stay at 2026-01-31T11:00:00Z."))
        #expect(trial.failure?.kind == .throttled)
    }

    @Test func saysThatNobodyAnswered() async throws {
        let trial = try await trial([
            ScriptedExchange(RequestExpectation(), .failure(HTTPError(.connectionRefused, "api.example.com: refused")))
        ])
        #expect(trial.failure?.kind == .transient)
        #expect(try TrialText(trial, limit: 20).text.contains("api.example.com: refused"))
    }

    @Test func isJSONForScripts() async throws {
        let trial = try await trial([Self.answer(Self.first)], limit: 2)
        let json = try TrialJSON.value(trial, limit: 2)
        #expect(json["object"] == "test/tickets" && json["kind"] == "initial")
        #expect(json["requests"]?[0]?["status"] == 200 && json["requests"]?[0]?["outcome"] == "page")
        #expect(json["requests"]?[0]?["request"]?["headers"]?["Authorization"] == "***")
        #expect(json["records"]?[0]?["payload"]?["subject"] == "Pump")
        let title = json["records"]?[0]?["mapped"]?[0]?["fields"]?["title"]
        #expect(title == ["value": "Pump", "from": "subject"])
        #expect(json["next"]?["url"] == "https://api.example.com/v1/tickets?cursor=c2")
        #expect(json["complete_until"] == "2026-01-31T12:00:00Z" && json["failure"] == .null)
    }
}

/// A clock on which sleeping takes no time and moves it on.
private final class SleeplessClock: WallClock {
    private let time = Mutex(Timestamp(seconds: 1_769_860_800))
    var now: Timestamp { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws { time.withLock { $0 = $0 + duration } }
}
