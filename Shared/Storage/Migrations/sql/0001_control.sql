-- Who syncs what, the state of every run, and the credentials. The migration runner has made the schema.

-- One role per service: it may log in once an administrator gives it a password or a certificate. Roles belong to
-- the cluster, so another database may have made them already, or be making them now.
do $$
declare
  role_name text;
begin
  foreach role_name in array array[
    'tributary_scheduler', 'tributary_retriever', 'tributary_processor', 'tributary_operator', 'tributary_reader']
  loop
    begin
      execute format('create role %I login', role_name);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
end $$;

grant usage on schema tributary
  to tributary_scheduler, tributary_retriever, tributary_processor, tributary_operator, tributary_reader;

-- Control -------------------------------------------------------------------------------------------------------

create table tributary.customers (
  id bigint generated always as identity primary key,
  public_id uuid not null unique,
  key text not null unique check (key ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  name text not null,
  weight double precision not null default 1 check (weight > 0 and weight <= 1000),
  max_runs integer check (max_runs > 0),            -- rung or running at once; null: no cap of its own
  created_at timestamptz not null default now()
);

create table tributary.integrations (
  id bigint generated always as identity primary key,
  public_id uuid not null unique,
  customer_id bigint not null references tributary.customers,
  key text not null check (key ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  provider text not null,
  settings json not null default '{}',
  enabled boolean not null default true,            -- what people want
  disabled_class text,                              -- why Tributary stopped it
  disabled_cause text,
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  unique (customer_id, key)
);

create table tributary.integration_objects (
  id bigint generated always as identity primary key,
  public_id uuid not null unique,
  integration_id bigint not null references tributary.integrations,
  customer_id bigint not null references tributary.customers,
  provider text not null,
  object text not null,
  interaction_type text not null,
  every interval check (every >= interval '1 second'),   -- null: the customer's, else the provider's
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  unique (integration_id, object)
);
create index integration_objects_customer on tributary.integration_objects (customer_id);

-- RFC 7396 merge patches by layer. A null column means "any": customer × provider is a row with those two set.
create table tributary.overrides (
  id bigint generated always as identity primary key,
  provider text,
  object text,
  customer_id bigint references tributary.customers,
  integration_id bigint references tributary.integrations,
  object_id bigint references tributary.integration_objects,
  patch json not null,
  created_at timestamptz not null default now(),
  unique nulls not distinct (provider, object, customer_id, integration_id, object_id)
);

-- Resolved definitions by hash, so that a run and its messages mean the same to every service.
create table tributary.definitions (
  hash text primary key,
  provider text not null,
  object text not null,
  body json not null,
  created_at timestamptz not null default now()
);

-- What the scheduler's catalog says of each object's pace.
create table tributary.provider_schedules (
  provider text not null,
  object text not null,
  every interval not null check (every >= interval '1 second'),
  reconcile interval,                               -- a full run at least this often; null: never
  primary key (provider, object)
);
create table tributary.provider_caps (
  provider text primary key,
  max_runs integer not null check (max_runs > 0)
);
-- A pace of a customer's own for a provider, an object, or both.
create table tributary.customer_schedules (
  customer_id bigint not null references tributary.customers,
  provider text not null default '',
  object text not null default '',
  every interval not null check (every >= interval '1 second'),
  primary key (customer_id, provider, object)
);

-- The first slot after `after`. An object's slots lie `every` apart, at a phase of its own, so that objects with the
-- same frequency are spread over time; slots missed in an outage are skipped, not made up for.
create function tributary.next_slot(object_id bigint, every interval, after timestamptz) returns timestamptz
language sql immutable parallel safe as $$
  select to_timestamp((floor((extract(epoch from after) - phase) / period) + 1) * period + phase)
  from (select extract(epoch from every) as period) p,
    lateral (select (hashint8(object_id)::bigint & 2147483647) % 1000003 / 1000003.0 * period as phase) h
$$;

-- How often an object is synced: its own pace, else the customer's for this object, this provider or everything, else
-- the provider's, else hourly.
create function tributary.pace(of_object bigint) returns interval
language sql stable parallel safe as $$
  select coalesce(
    o.every,
    (select c.every from tributary.customer_schedules c
     where c.customer_id = o.customer_id and c.provider in (o.provider, '') and c.object in (o.object, '')
     order by (c.provider <> '') desc, (c.object <> '') desc limit 1),
    (select p.every from tributary.provider_schedules p where p.provider = o.provider and p.object = o.object),
    interval '1 hour')
  from tributary.integration_objects o where o.id = of_object
$$;

-- Runs ----------------------------------------------------------------------------------------------------------

create table tributary.retrievers (
  id uuid primary key,
  epoch bigint not null,
  providers text[],                                 -- null: all
  capacity integer not null,
  free_slots integer not null,
  started_at timestamptz not null default now(),
  expires_at timestamptz not null
) with (fillfactor = 50);

-- One row per Integration Object: its schedule, its health and its live run, if it has one.
create table tributary.object_state (
  object_id bigint primary key references tributary.integration_objects,
  customer_id bigint not null,
  provider text not null,
  state text not null default 'idle' check (state in ('idle', 'queued', 'running', 'postponed', 'draining')),
  runnable boolean not null default true,           -- integration and object enabled, neither stopped by a failure
  next_due_at timestamptz not null default now(),
  -- what is known to be complete
  last_synced_at timestamptz,
  complete_until timestamptz,
  cursor json,
  last_full_at timestamptz,
  full_wanted boolean not null default false,       -- a person asked for everything again
  -- the live run
  run_number bigint not null default 0,
  kind text check (kind in ('initial', 'incremental', 'full')),
  attempt integer not null default 0,
  until timestamptz,
  until_bounded boolean not null default false,     -- the provider's clock has been taken into account
  position json,                                    -- where `next_page` starts; null: at the beginning
  next_page integer not null default 0,
  next_cursor json,
  definition_hash text,
  lost_pages integer not null default 0,            -- pages of this run proven lost
  postponements integer not null default 0,
  queued_at timestamptz,
  rung_at timestamptz,
  opened_at timestamptz,
  claimed_at timestamptz,
  drained_at timestamptz,
  wake_at timestamptz,
  holder uuid,
  holder_epoch bigint,
  -- health
  failures integer not null default 0,              -- in a row
  failing_since timestamptz,
  failure_class text,
  failure_cause text,
  failure_advice text
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Each row is in at most one of these: which one is its state.
create index object_state_due on tributary.object_state (next_due_at) where state = 'idle' and runnable;
create index object_state_queue on tributary.object_state (provider, customer_id, queued_at)
  where state = 'queued' and rung_at is null;
create index object_state_rung on tributary.object_state (provider, customer_id, rung_at)
  where state = 'queued' and rung_at is not null;
create index object_state_running on tributary.object_state (provider, customer_id, holder) where state = 'running';
create index object_state_postponed on tributary.object_state (wake_at) where state = 'postponed';
create index object_state_draining on tributary.object_state (drained_at) where state = 'draining';

-- The pages of live runs and their receipts. The processor may update the receipts and nothing else.
create table tributary.pages (
  object_id bigint not null,
  run bigint not null,
  page integer not null,
  attempt integer not null,
  customer_id bigint not null,
  expected integer not null,
  position_before json,
  acknowledged boolean not null default false,
  stored bit varying not null,
  stored_count integer not null default 0,
  unchanged_count integer not null default 0,
  rejected_count integer not null default 0,
  primary key (object_id, run, page)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index pages_incomplete on tributary.pages (customer_id, object_id)
  where stored_count + unchanged_count + rejected_count < expected;

-- How runs ended. Runs that found nothing are summed up per object and day.
create table tributary.sync_history (
  object_id bigint not null,
  run bigint not null,
  ended_at timestamptz not null,
  opened_at timestamptz not null,
  kind text not null,
  outcome text not null check (outcome in ('succeeded', 'failed', 'cancelled')),
  attempts integer not null,
  since timestamptz,
  until timestamptz,
  fetched bigint not null default 0,
  stored bigint not null default 0,
  unchanged bigint not null default 0,
  rejected bigint not null default 0,
  pages integer not null default 0,
  lost_pages integer not null default 0,
  postponements integer not null default 0,
  failure_class text,
  failure_cause text,
  failure_advice text,
  primary key (object_id, ended_at, run)
) partition by range (ended_at);
create table tributary.sync_history_rest partition of tributary.sync_history default;

create table tributary.empty_runs (
  object_id bigint not null,
  day date not null,
  runs bigint not null,
  last_ended_at timestamptz not null,
  primary key (object_id, day)
) partition by range (day);
create table tributary.empty_runs_rest partition of tributary.empty_runs default;

-- Makes the partitions of the coming days and drops those older than `keep`. Owned by the migrator, so that the
-- scheduler needs no right to create tables.
create function tributary.maintain_partitions(keep interval) returns void
language plpgsql security definer set search_path = tributary, pg_temp as $$
declare
  day date;
  parent text;
  child record;
begin
  perform pg_advisory_xact_lock(hashtext('tributary.maintain_partitions'));
  foreach parent in array array['sync_history', 'empty_runs'] loop
    for day in select d::date from generate_series(current_date + 1, current_date + 3, interval '1 day') d loop
      if to_regclass(format('tributary.%I', parent || '_' || to_char(day, 'YYYYMMDD'))) is null then
        begin
          execute format(
            'create table tributary.%I partition of tributary.%I for values from (%L) to (%L)',
            parent || '_' || to_char(day, 'YYYYMMDD'), parent, day, day + 1);
        exception when check_violation then null;  -- the default partition holds rows of that day already
        end;
      end if;
    end loop;
    for child in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = to_regclass('tributary.' || parent) and c.relname ~ '_[0-9]{8}$'
    loop
      if to_date(right(child.relname, 8), 'YYYYMMDD') < current_date - extract(day from keep)::int then
        execute format('drop table tributary.%I', child.relname);
      end if;
    end loop;
  end loop;
  execute 'delete from tributary.sync_history_rest where ended_at < now() - $1' using keep;
  execute 'delete from tributary.empty_runs_rest where day < (now() - $1)::date' using keep;
end $$;
revoke all on function tributary.maintain_partitions from public;
grant execute on function tributary.maintain_partitions to tributary_scheduler;

-- What a person has to know or do. One open alert per subject and class.
create table tributary.alerts (
  id bigint generated always as identity primary key,
  public_id uuid not null default gen_random_uuid(),
  customer_id bigint,
  integration_id bigint,
  object_id bigint,
  audience text not null check (audience in ('operator', 'customer')),
  class text not null,
  cause text not null,
  advice text,
  since timestamptz not null default now(),
  last_at timestamptz not null default now(),
  times integer not null default 1,
  resolved_at timestamptz
);
create unique index alerts_open on tributary.alerts (integration_id, coalesce(object_id, 0), class)
  where resolved_at is null;

-- Messages for `sync.finished` and `alerts`, written in the transaction they tell of, deleted once published.
create table tributary.announcements (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('sync.finished', 'alert')),
  key text not null,
  source text not null,
  body json not null,
  made_at timestamptz not null default now()
);

-- Messages sent to every partition of a topic to learn that all before them has been processed.
create sequence tributary.barrier_ids;
create table tributary.barriers (
  id bigint not null,
  topic text not null,
  partition integer not null,
  created_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz not null default clock_timestamp(),
  passed_at timestamptz,
  primary key (id, partition)
);

-- Credentials -----------------------------------------------------------------------------------------------------

-- Sealed with AES-256-GCM; the integration's public id is the associated data, so that a row cannot be moved.
create table tributary.credentials (
  integration_id bigint primary key references tributary.integrations,
  ciphertext bytea not null,
  key_id text not null,
  version bigint not null default 1,
  expires_at timestamptz,
  updated_at timestamptz not null default now()
);

-- Who may do what ---------------------------------------------------------------------------------------------------

grant select on tributary.customers, tributary.integrations, tributary.integration_objects, tributary.overrides,
  tributary.definitions, tributary.provider_schedules, tributary.provider_caps, tributary.customer_schedules,
  tributary.retrievers, tributary.object_state, tributary.pages, tributary.sync_history, tributary.empty_runs,
  tributary.alerts, tributary.barriers
  to tributary_scheduler, tributary_retriever, tributary_processor, tributary_operator, tributary_reader;

grant insert, update, delete on tributary.provider_schedules, tributary.provider_caps, tributary.object_state,
  tributary.sync_history, tributary.empty_runs, tributary.alerts, tributary.announcements, tributary.barriers
  to tributary_scheduler;
grant select on tributary.announcements to tributary_scheduler;
grant delete on tributary.pages, tributary.retrievers to tributary_scheduler;
grant usage on sequence tributary.barrier_ids to tributary_scheduler;

grant insert on tributary.definitions to tributary_retriever, tributary_operator;
grant insert, update, delete on tributary.retrievers, tributary.pages to tributary_retriever;
grant update on tributary.object_state to tributary_retriever;
grant insert on tributary.sync_history, tributary.announcements to tributary_retriever;
grant insert, update on tributary.alerts to tributary_retriever;
grant update (disabled_class, disabled_cause, disabled_at) on tributary.integrations to tributary_retriever;
grant select, insert, update on tributary.credentials to tributary_retriever;

grant update (stored, stored_count, unchanged_count, rejected_count) on tributary.pages to tributary_processor;
grant update (passed_at) on tributary.barriers to tributary_processor;

grant insert, update, delete on tributary.customers, tributary.integrations, tributary.integration_objects,
  tributary.overrides, tributary.customer_schedules to tributary_operator;
grant insert, update on tributary.object_state to tributary_operator;
grant update on tributary.alerts to tributary_operator;
grant delete on tributary.pages to tributary_operator;
grant insert on tributary.sync_history, tributary.announcements to tributary_operator;
-- The operator may put a credential in, and never read one back.
grant insert, update on tributary.credentials to tributary_operator;
grant select (integration_id, key_id, version, expires_at, updated_at) on tributary.credentials to tributary_operator;
