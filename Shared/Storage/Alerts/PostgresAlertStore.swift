import Models
import Postgres

/// Alerts in Postgres.
public struct PostgresAlertStore: AlertStore {
    private let database: any PostgresDatabase

    /// A store in `database`: planning and delivering as the scheduler's role, reading as any.
    public init(database: any PostgresDatabase) { self.database = database }

    /// Writes for each new alert whom it goes to.
    public func planDeliveries(channels: Set<AlertChannelName>) async throws -> Int {
        try await database.query(
            """
            with fresh as materialized (
              select a.id, a.audience, c.alert_email from tributary.alerts a
              left join tributary.customers c on c.id = a.customer_id
              where a.planned_at is null order by a.id limit 500 for no key update of a skip locked
            ), planned as (
              insert into tributary.alert_deliveries (alert_id, channel, recipient)
              select id, 'email', alert_email from fresh where $1 and audience = 'customer' and alert_email is not null
              union all
              select id, 'email', null from fresh where $1 and (audience = 'operator' or alert_email is null)
              union all
              select id, 'webhook', null from fresh where $2
              on conflict do nothing
            )
            update tributary.alerts a set planned_at = clock_timestamp() from fresh where a.id = fresh.id
            """, [.bool(channels.contains(.email)), .bool(channels.contains(.webhook))]
        ).affected
    }

    /// Takes up to `limit` deliveries that are due.
    public func claimDeliveries(
        channels: Set<AlertChannelName>, limit: Int, lease: Duration
    ) async throws -> [AlertDelivery] {
        // Nobody is woken for what is over by now.
        try await database.query(
            """
            update tributary.alert_deliveries d set given_up_at = clock_timestamp(), last_error = 'the alert was over before'
            from tributary.alerts a
            where a.id = d.alert_id and a.resolved_at is not null and d.delivered_at is null and d.given_up_at is null
              and d.attempts > 0 and (d.leased_until is null or d.leased_until < statement_timestamp())
            """)
        let result = try await database.query(
            """
            with due as (
              select id from tributary.alert_deliveries
              where delivered_at is null and given_up_at is null and next_at <= statement_timestamp()
                and (leased_until is null or leased_until < statement_timestamp()) and channel = any($1::text[])
              order by next_at limit $2 for no key update skip locked
            ), claimed as (
              update tributary.alert_deliveries d
              set leased_until = clock_timestamp() + $3::interval, attempts = d.attempts + 1
              from due where d.id = due.id
              returning d.id, d.message_id, d.channel, d.recipient, d.attempts, d.alert_id
            )
            select c.id as delivery_id, c.message_id, c.channel, c.recipient, c.attempts, a.*
            from claimed c join tributary.alerts a on a.id = c.alert_id order by c.id
            """,
            [.textArray(channels.map(\.rawValue).sorted()), .int(Int64(limit)), .interval(lease)])
        return try result.rows.map { row in
            AlertDelivery(
                id: try row.int("delivery_id"), messageID: try row.uuid("message_id"),
                channel: AlertChannelName(rawValue: try row.text("channel")) ?? .webhook,
                recipient: try row.textIfPresent("recipient"), attempt: Int(clamping: try row.int("attempts")),
                alert: try Self.report(row))
        }
    }

    /// Notes what became of a try; false if somebody else has claimed the delivery since.
    public func settle(_ delivery: AlertDelivery, _ outcome: AlertDeliveryOutcome) async throws -> Bool {
        let (word, after, error): (String, Duration, String?) =
            switch outcome {
            case .delivered: ("delivered", .zero, nil)
            case .retry(let after, let error): ("retry", after, error)
            case .givenUp(let error): ("given up", .zero, error)
            }
        return try await database.query(
            """
            update tributary.alert_deliveries set leased_until = null, last_error = $5::text,
              delivered_at = case when $3 = 'delivered' then clock_timestamp() end,
              given_up_at = case when $3 = 'given up' then clock_timestamp() end,
              next_at = clock_timestamp() + $4::interval
            where id = $1 and attempts = $2 and delivered_at is null
            """,
            [
                .int(delivery.id), .int(Int64(delivery.attempt)), .text(word), .interval(after),
                error.map { .text($0) } ?? .null,
            ]
        ).affected == 1
    }

    /// The open alerts, oldest first; with `includingResolved` those that are over as well.
    public func alerts(includingResolved: Bool, limit: Int) async throws -> [AlertReport] {
        let result = try await database.query(
            "select * from tributary.alerts where $1 or resolved_at is null order by since, id limit $2",
            [.bool(includingResolved), .int(Int64(limit))])
        return try result.rows.map(Self.report)
    }

    private static func report(_ row: PostgresRow) throws -> AlertReport {
        AlertReport(
            id: try row.uuid("public_id"), kind: try row.text("kind"), failureClass: try row.text("class"),
            audience: AlertAudience(rawValue: try row.text("audience")) ?? .operator,
            subject: try row.text("subject"), cause: try row.text("cause"), effect: try row.text("effect"),
            advice: try row.textIfPresent("advice") ?? "", fixedWhen: try row.text("fixed_when"),
            since: try row.timestamp("since"), lastAt: try row.timestamp("last_at"), times: try row.int("times"),
            resolvedAt: try row.timestampIfPresent("resolved_at"))
    }
}
