import Catalog
import JSON
import Models

/// What a trial showed, for a person.
package struct TrialText {
    private let trial: Trial
    private let limit: Int
    private let mask: SecretMask
    private var mapped: MappedFields
    private var lines: [String] = []
    /// A longer payload is cut; `--json` shows it whole.
    private static let longestPayload = 2000

    /// The text of `trial`, of which at most `limit` records are shown.
    package init(_ trial: Trial, limit: Int) throws {
        self.trial = trial
        self.limit = limit
        mask = SecretMask(trial.target.context)
        mapped = MappedFields(trial.definition)
        header()
        for page in trial.pages { show(page) }
        for record in trial.records.prefix(limit) { try show(record) }
        misfits()
        ending()
    }

    /// The text.
    package var text: String { lines.joined(separator: "\n") }

    private mutating func header() {
        let context = trial.target.context
        let window =
            switch (context.kind, trial.retrieval.since) {
            case (.incremental, let since?): "what changed since \(since)"
            case (.incremental, nil): "an incremental sync that asks for everything"
            default: "a \(context.kind == .full ? "full" : "first") sync"
            }
        lines.append("\(trial.target.name): \(window), up to \(context.until). Nothing is stored.")
        lines.append("")
    }

    // MARK: Requests

    private mutating func show(_ page: Trial.Page) {
        for exchange in page.exchanges {
            lines.append("\(exchange.plan.method) \(mask.address(of: exchange.plan))")
            for header in mask.headers(of: exchange.plan) { lines.append("    \(header.name): \(header.value)") }
            if let body = mask.body(of: exchange.plan) { lines.append("    \(body)") }
            lines.append(
                "  → \(exchange.response.status), \(exchange.response.body.count) bytes, \(Self.text(exchange.duration))"
            )
            quota(exchange.response)
        }
        lines.append("  → \(Self.text(page.outcome))")
        lines.append("")
    }

    private mutating func quota(_ response: ProviderResponse) {
        let quota = trial.retrieval.quota(response, now: trial.until)
        if let remaining = quota.remaining { lines.append("    \(remaining) requests are left") }
        if let resetAt = quota.resetAt { lines.append("    the quota is filled again at \(resetAt)") }
        if let pause = response.header("Retry-After") { lines.append("    Retry-After: \(pause)") }
    }

    private static func text(_ duration: Duration) -> String {
        "\(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000) ms"
    }

    private static func text(_ outcome: ResponseOutcome) -> String {
        guard case .page(let page) = outcome else {
            return "\(outcome.word): \(outcome.failure?.cause ?? "")"
        }
        if let ignored = page.ignored { return "ignored: \(ignored)" }
        var parts = ["\(page.listed) entries", "\(page.records.filter { $0.rejection == nil }.count) records"]
        let rejected = page.records.filter { $0.rejection != nil }.count
        if rejected > 0 { parts.append("\(rejected) rejected") }
        if page.leftOut > 0 { parts.append("\(page.leftOut) left out by 'only'") }
        if page.superseded > 0 { parts.append("\(page.superseded) older versions left out") }
        if page.unreadableTimes > 0 { parts.append("\(page.unreadableTimes) with a time that could not be read") }
        return parts.joined(separator: ", ")
    }

    // MARK: Records

    private mutating func show(_ record: FetchedRecord) throws {
        if let rejection = record.rejection {
            lines.append("rejected: \(rejection)")
        } else {
            let changed = record.modifiedAt.map { ", changed \($0)" } ?? ""
            lines.append("\(record.externalID)\(record.isDeleted ? ", deleted" : "")\(changed)")
        }
        if let payload = record.payload {
            let text = String(decoding: payload, as: UTF8.self)
            lines.append("  \(text.count > Self.longestPayload ? "\(text.prefix(Self.longestPayload))…" : text)")
            if record.rejection == nil, !record.isDeleted { try showMapped(payload) }
        }
        lines.append("")
    }

    private mutating func showMapped(_ payload: ArraySlice<UInt8>) throws {
        for canonical in try mapped.canonical(payload) {
            var table = TextTable([canonical.type.uppercased(), "VALUE", "FROM", "THERE"])
            for field in canonical.fields {
                table.add([field.name, field.value ?? "(empty)", field.source, field.found ?? ""])
            }
            lines += table.text.split(separator: "\n").map { "    \($0)" }
        }
    }

    private mutating func misfits() {
        let problems = mapped.tally.problems
        guard !problems.isEmpty || mapped.tally.matchesNothing else { return }
        lines.append("Values that do not fit their fields:")
        for (problem, count) in problems.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            lines.append("  \(problem.type.name).\(problem.field): \(problem.reason) (\(count) times)")
        }
        if let failure = mapped.tally.failure { lines.append("  \(failure.cause) — \(failure.advice ?? "")") }
        lines.append("")
    }

    // MARK: The end

    private mutating func ending() {
        let count = trial.records.count
        if count > limit { lines.append("\(limit) of \(count) records are shown; --limit shows more.") }
        switch trial.ending {
        case .complete:
            lines.append("Next page: none, the listing is complete.")
            lines.append("Complete Until would be \(trial.until).")
        case .cut(.success(let next)):
            lines.append("Next page: \(next.method) \(mask.address(of: next))")
            if let body = mask.body(of: next) { lines.append("    \(body)") }
            lines.append("Complete Until would be \(trial.until), once all pages are stored.")
        case .cut(.failure(let failure)):
            lines.append("Next page: cannot be asked for: \(failure)")
            lines.append("Complete Until would stay at \(before).")
        case .stopped(let failure):
            lines.append("\(failure)")
            if let retryAt = failure.retryAt {
                lines.append("The run would go on at \(retryAt) with the same request.")
            }
            lines.append("Complete Until would stay at \(before).")
        }
    }

    private var before: String { trial.target.context.completeUntil?.description ?? "nothing" }
}

extension ProviderResponse {
    /// The value of a header.
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}
