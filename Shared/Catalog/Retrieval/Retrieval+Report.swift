import JSON
import Models

/// Ordering a report and waiting for it: positions in front of its first page.
extension Retrieval {
    /// The most of an answer about a report that is kept in positions, in bytes.
    private static let largestJob = 16_384

    /// Whether the request at `position` asks if a report that was ordered is ready: where it is not, the same is asked
    /// again a while later.
    public func isWaitingForReport(at position: PagePosition) -> Bool {
        position.report.map { !$0.isReady } ?? false
    }

    /// What to do after a response to the order of a report, or to a question about it.
    func about(
        _ report: ReportDefinition, _ response: ProviderResponse, at position: PagePosition, now: Timestamp
    ) -> ResponseOutcome {
        var scope = scope(at: position, now: now)
        let parsed = ResponseBody(response, format: .json, limit: object.limits.bodyBytes).document
        let view = ResponseView(
            status: response.status, headers: response.headers, body: (try? parsed.get())?.root,
            url: (try? request(at: position, now: now).url) ?? "")
        switch ErrorJudge(definition: object, scope: scope).verdict(view, body: response.body[...], now: now) {
        case .outcome(let outcome): return outcome
        case .ignore(let reason):
            return .failed(
                Failure(
                    .definition, "the report of \(object.name) cannot be had: \(reason)",
                    advice: "correct the cause, or the error rule that ignores it"))
        case nil: break
        }
        var answer = JSONValue.object(JSONObject())
        switch parsed {
        case .success(let document): answer = JSONValue(document.root)
        case .failure(let problem):
            // An order may be answered with an address alone.
            guard response.body.isEmpty else { return problem.outcome(provider: object.provider, object: object.name) }
        }
        let job = Self.merged(position.report?.job, answer, location: view.header("Location"))
        guard job.encoded.count <= Self.largestJob else {
            return .failed(
                Failure(
                    .definition,
                    "what \(object.provider) answers about a report is larger than \(Self.largestJob) bytes",
                    advice: "ask for less in 'report'"))
        }
        var next = position
        next.report = ReportPlace(job: job, orderedAt: position.report?.orderedAt ?? now.microseconds)
        guard position.report != nil else { return .page(Self.waitingPage(then: next)) }
        scope.job = Value(job)
        scope.response = view
        do {
            return try judge(report, next, scope, now)
        } catch {
            return .failed(
                Failure(.definition, "a condition on the report failed: \(error)", advice: "correct 'report.poll'"))
        }
    }

    private func judge(
        _ report: ReportDefinition, _ next: PagePosition, _ scope: Scope, _ now: Timestamp
    ) throws(ExpressionFailure) -> ResponseOutcome {
        var next = next
        if try report.done.value(in: scope).isTrue {
            next.report?.isReady = true
            return .page(Self.waitingPage(then: next))
        }
        if let failed = report.failed, try failed.value(in: scope).isTrue {
            return .restart(Failure(.transient, "\(object.provider) could not make the report of \(object.name)"))
        }
        let orderedAt = Timestamp(microseconds: next.report?.orderedAt ?? now.microseconds)
        guard now < orderedAt + report.atMost else {
            return .restart(
                Failure(
                    .transient, "\(object.provider) has not made the report of \(object.name) in time",
                    advice: "ask for less, or raise report.poll.at_most"))
        }
        return .postponed(
            Failure(
                .transient, "\(object.provider) is still making the report of \(object.name)",
                retryAt: now + report.every))
    }

    private static func merged(_ known: JSONValue?, _ answer: JSONValue, location: String?) -> JSONValue {
        guard let members = answer.object else { return answer }
        var job = known?.object ?? JSONObject()
        for (key, value) in members { job[key] = value }
        if let location, job["location"] == nil { job["location"] = .string(location) }
        return .object(job)
    }

    private static func waitingPage(then next: PagePosition) -> FetchedPage {
        FetchedPage(
            records: [], step: .next(next), listed: 0, leftOut: 0, superseded: 0, replacedCharacters: 0,
            unreadableTimes: 0, cursor: nil, ignored: nil)
    }
}
