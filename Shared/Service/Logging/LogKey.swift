/// The names of what log lines carry besides their message, in one place so that one thing has one name.
/// A value must never be a secret or the contents of a record.
public enum LogKey: String, Sendable, CaseIterable {
    // Who and what it is about.
    case service, instance, version
    case provider, customer, integration, object, interactionType = "interaction_type"
    case run, attempt, page, position, retriever, epoch, state, previousState = "previous_state"
    case account, contact, externalID = "external_id", alert, definition, override

    // How it went.
    case error, cause, advice, failureClass = "failure_class", reason, outcome, sqlstate, status, warning
    case signal, exitCode = "exit_code"

    // How much and how long.
    case count, total, fetched, stored, unchanged, rejected, published, matched, created, waiting, dropped, lost
    case bytes, pages, records, batch, lag, slots, limit, rate
    case seconds, milliseconds, delaySeconds = "delay_seconds", retryAt = "retry_at", since, until, deadline, dueAt =
        "due_at"
    case completeUntil = "complete_until", lastSyncedAt = "last_synced_at"

    // Where.
    case topic, partition, offset, group, cluster, broker, host, port, address, url, method, path, file, line, column
    case database, schema, table, role, migration, command, setting, source, check, dependency, client
    case traceID = "trace_id", spanID = "span_id", requestID = "request_id"
}
