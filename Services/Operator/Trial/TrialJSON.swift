import Catalog
import JSON
import Models

/// What a trial showed, for scripts.
package enum TrialJSON {
    /// The whole of `trial`, with at most `limit` records.
    package static func value(_ trial: Trial, limit: Int) throws -> JSONValue {
        let mask = SecretMask(trial.target.context)
        var mapped = MappedFields(trial.definition)
        let records = try trial.records.prefix(limit).map { try value($0, &mapped) }
        var members: [(String, JSONValue)] = [
            ("object", .string(trial.target.name)), ("kind", .string(trial.target.context.kind.rawValue)),
            ("since", text(trial.retrieval.since)), ("until", text(trial.until)),
            (
                "requests",
                .array(trial.pages.flatMap { page in page.exchanges.map { value($0, page.outcome, mask) } })
            ), ("records", .array(records)), ("records_seen", .integer(Int64(trial.records.count))),
        ]
        switch trial.ending {
        case .complete:
            members += [("complete_until", text(trial.until)), ("next", .null), ("failure", .null)]
        case .cut(.success(let next)):
            members += [
                ("complete_until", text(trial.until)), ("next", request(next, mask)), ("failure", .null),
            ]
        case .cut(.failure(let failure)), .stopped(let failure):
            members += [
                ("complete_until", text(trial.target.context.completeUntil)), ("next", .null),
                (
                    "failure",
                    [
                        "class": .string(failure.kind.rawValue), "cause": .string(failure.cause),
                        "advice": failure.advice.map(JSONValue.string) ?? .null, "retry_at": text(failure.retryAt),
                    ]
                ),
            ]
        }
        return .object(JSONObject(members))
    }

    private static func text(_ time: Timestamp?) -> JSONValue { time.map { .string($0.description) } ?? .null }

    private static func request(_ plan: RequestPlan, _ mask: SecretMask) -> JSONValue {
        [
            "method": .string(plan.method), "url": .string(mask.address(of: plan)),
            "headers": .object(JSONObject(mask.headers(of: plan).map { ($0.name, .string($0.value)) })),
            "body": mask.body(of: plan).map(JSONValue.string) ?? .null,
        ]
    }

    private static func value(_ exchange: Trial.Exchange, _ outcome: ResponseOutcome, _ mask: SecretMask) -> JSONValue {
        [
            "request": request(exchange.plan, mask), "status": .integer(Int64(exchange.response.status)),
            "bytes": .integer(Int64(exchange.response.body.count)), "outcome": .string(outcome.word),
        ]
    }

    private static func value(_ record: FetchedRecord, _ mapped: inout MappedFields) throws -> JSONValue {
        if let rejection = record.rejection { return ["rejected": .string(rejection)] }
        let payload = try record.payload.map { try JSONValue(parsing: Array($0)) }
        return [
            "id": .string(record.externalID), "modified_at": text(record.modifiedAt),
            "deleted": .bool(record.isDeleted),
            "payload": payload ?? .null,
            "mapped": .array(
                try record.payload.map { record.isDeleted ? [] : try mapped.canonical($0) }.map { canonical in
                    canonical.map { canonical in
                        [
                            "type": .string(canonical.type),
                            "fields": .object(
                                JSONObject(
                                    canonical.fields.map { field in
                                        (
                                            field.name,
                                            [
                                                "value": field.value.map(JSONValue.string) ?? .null,
                                                "from": .string(field.source),
                                            ]
                                        )
                                    })),
                        ]
                    }
                } ?? []),
        ]
    }
}
