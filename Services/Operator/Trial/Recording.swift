import Catalog
import Cryptography
import JSON
import Models

/// An exchange file made from what a trial saw, with invented names, ids and secrets.
///
/// The answers are invented first; then the definition reads them and asks anew, so that every request, record and end
/// in the file is what will come of it again.
package struct Recording: Sendable {
    /// The file.
    package private(set) var text = ""
    /// How many requests it has.
    package private(set) var requests = 0
    /// How many records come of it.
    package private(set) var records = 0

    private struct Written {
        let plan: RequestPlan
        let response: ProviderResponse
    }

    private let trial: Trial
    private let entries: Int
    private let shape: ListingShape
    private let headers: Set<String>
    private var invention: Invention
    private var context: RetrievalContext
    private var written: [Written] = []
    private var yields: [JSONValue] = []
    private var ends = "page"
    private var retryAt: Timestamp?

    /// A recording of `trial` with at most `entries` entries of each page.
    /// - Throws: `Failure` where what was seen cannot be written.
    package init(_ trial: Trial, entries: Int, note: String) async throws {
        self.trial = trial
        self.entries = entries
        shape = ListingShape(trial)
        let definition = String(decoding: trial.definition.body, as: UTF8.self)
        headers = Self.headers(trial.definition, text: definition)
        invention = Invention(definition: definition)
        context = InventedContext.context(trial.target, &invention)
        try await replay()
        text = file(note)
        requests = written.count
        records = yields.count
    }

    // MARK: Playing it again

    private mutating func replay() async throws {
        let definition = try trial.target.provider.resolve(
            object: trial.target.object, overrides: trial.target.overrides, settings: context.settings)
        var course = Course(try Retrieval(definition, context))
        var mapped = MappedFields(definition)
        var answers: [[ProviderResponse]] = []
        for page in trial.pages { answers.append(try page.exchanges.map { try invented($0.response) }) }
        var goesOn = true
        var last: ProviderResponse?
        for answers in answers where goesOn {
            last = answers.first
            let step = try await play(&course, answers)
            goesOn = try take(step, &mapped)
        }
        if goesOn { try await close(course, after: last, &mapped) }
    }

    private mutating func play(_ course: inout Course, _ answers: [ProviderResponse]) async throws -> Course.Step {
        var rest = answers[...]
        var seen: [Written] = []
        let step = try await course.step(now: context.until) { plan in
            guard let answer = rest.popFirst() else {
                throw Failure(
                    .internalFault, "the recorded answers ask for a request that the trial did not make",
                    advice: "record with another --entries")
            }
            seen.append(Written(plan: plan, response: answer))
            return answer
        }
        written += seen
        return step
    }

    private mutating func take(_ step: Course.Step, _ mapped: inout MappedFields) throws -> Bool {
        ends = step.outcome.word
        retryAt = step.outcome.failure?.retryAt
        if case .page(let page) = step.outcome {
            for record in page.records { yields.append(try Self.yielded(record, &mapped)) }
        }
        return step.goesOn
    }

    /// The trial stopped before the listing ended; the file must not. The last answer is given once more without
    /// entries and without a way on, or, where that is no end to the definition, the provider asks for a pause.
    private mutating func close(
        _ course: Course, after last: ProviderResponse?, _ mapped: inout MappedFields
    ) async throws {
        var empty = ProviderResponse(status: 200)
        if let last, let body = try? JSONValue(parsing: last.body) { empty.body = shape.ended(body).encoded }
        let pause = ProviderResponse(status: 429, headers: [("Retry-After", "60")], body: Array("{}".utf8))
        for answer in [empty, pause] {
            var course = course
            let before = written
            let step = try await play(&course, [answer])
            if !step.goesOn, step.outcome.word == "page" || answer.status == pause.status {
                _ = try take(step, &mapped)
                return
            }
            written = before
        }
    }

    // MARK: Answers

    private mutating func invented(_ response: ProviderResponse) throws -> ProviderResponse {
        var kept: [(name: String, value: String)] = []
        for header in response.headers where headers.contains(header.name.lowercased()) {
            kept.append((header.name, self.header(header.value, header.name)))
        }
        guard !response.body.isEmpty else { return ProviderResponse(status: response.status, headers: kept) }
        guard let body = try? JSONValue(parsing: response.body) else {
            guard response.status < 300 else { return ProviderResponse(status: response.status, headers: kept) }
            throw Failure(
                .definition, "an answer is not JSON: it cannot be told what in it is personal",
                advice: "write this exchange file by hand; see Shared/Catalog/EXCHANGES.md")
        }
        let value = invention.value(shape.cut(body, to: entries))
        return ProviderResponse(status: response.status, headers: kept, body: value.encoded)
    }

    private mutating func header(_ value: String, _ name: String) -> String {
        guard name.lowercased() == "link" else { return invention.text(value, key: "status") }
        // <address>; rel="next", …
        return value.split(separator: "<", omittingEmptySubsequences: false).map { part in
            guard let end = part.firstIndex(of: ">") else { return String(part) }
            return invention.text(String(part[..<end]), key: "url") + part[end...]
        }.joined(separator: "<")
    }

    /// The headers that the definition reads, in lower case.
    private static func headers(_ definition: ResolvedDefinition, text: String) -> Set<String> {
        var names: Set<String> = ["link", "retry-after"]
        let limits = definition.object.limits
        for source in [limits.remaining, limits.reset] {
            for name in source?.headerNames ?? [] { names.insert(name.lowercased()) }
        }
        var rest = Substring(text)
        while let place = rest.firstRange(of: "headers.") {
            rest = rest[place.upperBound...]
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            names.insert(name.lowercased().replacing("_", with: "-"))
        }
        if case .text(let name)? = definition.tree["pages"]?["cursor"]?["header"]?.content {
            names.insert(name.lowercased())
        }
        return names
    }

    // MARK: The file

    private static func yielded(_ record: FetchedRecord, _ mapped: inout MappedFields) throws -> JSONValue {
        if let rejection = record.rejection { return ["rejected": .string(rejection)] }
        var members: [(String, JSONValue)] = [("id", .string(record.externalID))]
        if let time = record.modifiedAt { members.append(("modified_at", .string(time.description))) }
        if record.isDeleted {
            members.append(("deleted", true))
        } else if let payload = record.payload {
            let records = try mapped.written(payload)
            if !records.isEmpty { members.append(("records", .array(records))) }
        }
        return .object(JSONObject(members))
    }

    private func file(_ note: String) -> String {
        var run: [(String, JSONValue)] = [("kind", .string(context.kind.rawValue))]
        if let complete = context.completeUntil { run.append(("complete_until", .string(complete.description))) }
        run.append(("until", .string(context.until.description)))
        var members: [(String, JSONValue)] = [
            ("object", .string(trial.target.object)), ("run", .object(JSONObject(run))),
        ]
        if context.settings.object?.isEmpty == false { members.append(("settings", context.settings)) }
        if !context.secrets.isEmpty {
            let secrets = context.secrets.sorted { $0.key < $1.key }.map {
                ($0.key, JSONValue.string($0.value.reveal()))
            }
            members.append(("secrets", .object(JSONObject(secrets))))
        }
        if context.token.object?.isEmpty == false { members.append(("token", context.token)) }
        if let way = context.authorization { members.append(("authorization", .string(way))) }
        if !trial.target.overrides.isEmpty {
            members.append(("overrides", .array(trial.target.overrides.map(\.patch.json))))
        }
        if let cursor = context.cursor { members.append(("cursor", cursor)) }
        members.append(("exchanges", .array(written.map(Self.exchange))))
        members.append(("yields", .array(yields)))
        if ends != "page" { members.append(("ends", .string(ends))) }
        if let retryAt, retryAt > context.until { members.append(("retry_at", .string(retryAt.description))) }
        return "# \(note)\n" + YAMLText.lines(.object(JSONObject(members))).joined(separator: "\n") + "\n"
    }

    private static func exchange(_ written: Written) -> JSONValue {
        var response: [(String, JSONValue)] = [("status", .integer(Int64(written.response.status)))]
        if !written.response.headers.isEmpty {
            response.append(
                ("headers", .object(JSONObject(written.response.headers.map { ($0.name, .string($0.value)) }))))
        }
        if !written.response.body.isEmpty {
            response.append(("body", (try? JSONValue(parsing: written.response.body)) ?? .null))
        }
        return ["request": RecordedRequest.value(written.plan), "response": .object(JSONObject(response))]
    }
}
