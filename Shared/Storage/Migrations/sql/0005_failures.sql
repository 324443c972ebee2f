-- Failures become actions: the health of integrations, circuits of providers, alerts and their delivery.

-- When a person last enabled an integration: what runs that began before still have to say no longer counts.
alter table tributary.integrations add column reenabled_at timestamptz;
-- Who is told at the customer; null: the operator.
alter table tributary.customers add column alert_email text;

-- Integrations that have failed since their last success; the healthy ones have no row.
create table tributary.integration_health (
  integration_id bigint primary key references tributary.integrations,
  failed_runs integer not null,
  failing_since timestamptz,
  warned boolean not null default false
) with (fillfactor = 50);

-- When an integration last met trouble of its provider's making.
create table tributary.provider_troubles (
  integration_id bigint primary key references tributary.integrations,
  provider text not null,
  cause text not null,
  at timestamptz not null
) with (fillfactor = 50);
create index provider_troubles_newest on tributary.provider_troubles (provider, at);

-- Providers that fail for everyone. No row: asked as usual.
create table tributary.provider_circuits (
  provider text primary key,
  opened_at timestamptz not null,
  probe_at timestamptz,                             -- open: not asked before
  half_open_since timestamptz,                      -- half open: asked by `allowed` runs at once
  allowed integer not null default 0,
  pauses integer not null default 0,                -- probes that failed
  check ((probe_at is null) <> (half_open_since is null))
);

-- Alerts say what happened, what it affects, who must do what, and how to see that it is fixed.
alter table tributary.alerts
  add column dedup_key text,                        -- one is open for each
  add column kind text not null default 'fault',
  add column provider text,
  add column subject text not null default '',      -- customer/integration/object, or a provider
  add column effect text not null default '',
  add column fixed_when text not null default '',
  add column planned_at timestamptz;                -- its deliveries are written
update tributary.alerts set resolved_at = coalesce(resolved_at, now()), planned_at = now(), dedup_key = id::text;
alter table tributary.alerts alter column dedup_key set not null, alter column dedup_key set default gen_random_uuid()::text;
drop index tributary.alerts_open;
create unique index alerts_open on tributary.alerts (dedup_key) where resolved_at is null;
create index alerts_open_object on tributary.alerts (object_id) where resolved_at is null;
create index alerts_open_integration on tributary.alerts (integration_id) where resolved_at is null;
create index alerts_unplanned on tributary.alerts (id) where planned_at is null;

-- A message about an alert to one recipient over one channel.
create table tributary.alert_deliveries (
  id bigint generated always as identity primary key,
  message_id uuid not null default gen_random_uuid(),   -- the same with every try: receivers tell doubles by it
  alert_id bigint not null references tributary.alerts,
  channel text not null check (channel in ('email', 'webhook')),
  recipient text,                                   -- null: the operator's, as the scheduler is configured
  attempts integer not null default 0,
  next_at timestamptz not null default clock_timestamp(),
  leased_until timestamptz,
  delivered_at timestamptz,
  given_up_at timestamptz,
  last_error text,
  unique nulls not distinct (alert_id, channel, recipient)
);
create index alert_deliveries_due on tributary.alert_deliveries (next_at)
  where delivered_at is null and given_up_at is null;

-- Whoever writes an alert, it is announced in the same transaction: when it is raised and when it is over.
alter table tributary.announcements drop constraint announcements_kind_check;
alter table tributary.announcements add constraint announcements_kind_check
  check (kind in ('sync.finished', 'alert', 'alert.resolved'));
create function tributary.announce_alert() returns trigger
language plpgsql security definer set search_path = tributary, pg_temp as $$
declare
  integration_uuid uuid;
  object_uuid uuid;
  origin text;
begin
  if tg_op = 'UPDATE' and (new.resolved_at is null or old.resolved_at is not null) then return null; end if;
  select i.public_id, format('/customers/%s/integrations/%s', c.public_id, i.public_id) into integration_uuid, origin
  from integrations i join customers c on c.id = i.customer_id where i.id = new.integration_id;
  select o.public_id into object_uuid from integration_objects o where o.id = new.object_id;
  insert into announcements (kind, key, source, body) values (
    case when tg_op = 'INSERT' then 'alert' else 'alert.resolved' end,
    coalesce(integration_uuid::text, new.provider, new.public_id::text),
    coalesce(origin || coalesce('/objects/' || object_uuid, ''), '/providers/' || coalesce(new.provider, '')),
    json_build_object('alert', new.public_id, 'kind', new.kind, 'class', new.class, 'audience', new.audience,
      'subject', new.subject, 'provider', new.provider, 'integration', integration_uuid, 'object', object_uuid,
      'cause', new.cause, 'effect', new.effect, 'advice', new.advice, 'fixed_when', new.fixed_when,
      'since', new.since, 'times', new.times, 'resolved_at', new.resolved_at));
  return null;
end $$;
create trigger announce_alert after insert or update of resolved_at on tributary.alerts
  for each row execute function tributary.announce_alert();

-- A person enables an integration, or a connection works again: what its failures had stopped goes on from where it was.
create or replace function tributary.revive_integration(of_integration bigint) returns void
language sql set search_path = tributary, pg_temp as $$
  update tributary.integrations set disabled_class = null, disabled_cause = null, disabled_at = null,
    reenabled_at = clock_timestamp()
  where id = of_integration;
  delete from tributary.integration_health where integration_id = of_integration;
  update tributary.object_state s
  set runnable = o.enabled and i.enabled, failures = 0,
    next_due_at = case when s.state = 'idle' then least(s.next_due_at, clock_timestamp()) else s.next_due_at end
  from tributary.integration_objects o join tributary.integrations i on i.id = o.integration_id
  where o.integration_id = of_integration and s.object_id = o.id;
  update tributary.alerts set resolved_at = clock_timestamp()
  where integration_id = of_integration and resolved_at is null
    and (class = 'authorization' or kind in ('reconnect', 'failing', 'stopped'));
$$;
grant execute on function tributary.revive_integration to tributary_operator;

grant select on tributary.integration_health, tributary.provider_troubles, tributary.provider_circuits,
  tributary.alert_deliveries
  to tributary_scheduler, tributary_retriever, tributary_operator, tributary_reader, tributary_keeper;
grant insert, update on tributary.integration_health, tributary.provider_troubles to tributary_retriever;
grant insert, update, delete on tributary.integration_health, tributary.provider_troubles, tributary.provider_circuits,
  tributary.alert_deliveries to tributary_scheduler;
grant delete on tributary.integration_health to tributary_operator, tributary_keeper, tributary_retriever;
grant update (disabled_class, disabled_cause, disabled_at, reenabled_at) on tributary.integrations to tributary_scheduler;
grant update (reenabled_at) on tributary.integrations to tributary_keeper, tributary_retriever;
grant update (runnable, next_due_at, failures) on tributary.object_state to tributary_keeper;
