-- Sweeps: the ids that a provider lists, compared with what is stored.

alter table tributary.object_state drop constraint object_state_kind_check;
alter table tributary.object_state add constraint object_state_kind_check
  check (kind in ('initial', 'incremental', 'full', 'sweep'));
-- When a sweep last succeeded; one that failed counts as one of a day before it is due again.
alter table tributary.object_state add column last_sweep_at timestamptz;
alter table tributary.provider_schedules add column sweep interval;
-- What a run that succeeded has to say, such as why its sweep removed nothing.
alter table tributary.sync_history add column note text;

-- The ids that the sweep under way, or the last one, has seen.
create table tributary.sweep_ids (
  object_id bigint not null,
  run bigint not null,
  external_id text collate "C" not null,
  primary key (object_id, run, external_id)
) with (autovacuum_vacuum_scale_factor = 0.05);

-- How the last sweep of an object was judged.
create table tributary.sweeps (
  object_id bigint primary key references tributary.integration_objects,
  run bigint not null,
  listed bigint not null,
  stored bigint not null,
  missing bigint not null,
  share double precision not null,
  refusal text,                                     -- why nothing was removed; null: what was missing is removed
  judged_at timestamptz not null default clock_timestamp()
);

-- The retriever that sweeps may learn what is missing and nothing else of what is stored.
create function tributary.sweep_counts(of_object bigint, of_run bigint)
returns table (listed bigint, stored bigint, missing bigint)
language sql stable security definer set search_path = tributary, pg_temp as $$
  select (select count(*) from sweep_ids s where s.object_id = of_object and s.run = of_run), count(*),
    count(*) filter (where not exists (
      select from sweep_ids s where s.object_id = of_object and s.run = of_run and s.external_id = i.external_id))
  from interactions i where i.object_id = of_object and i.deleted_at is null
$$;
create function tributary.sweep_missing(of_object bigint, of_run bigint, behind text, at_most integer)
returns table (external_id text)
language sql stable security definer set search_path = tributary, pg_temp as $$
  select i.external_id from interactions i
  where i.object_id = of_object and i.deleted_at is null and i.external_id > coalesce(behind, '') collate "C"
    and not exists (
      select from sweep_ids s where s.object_id = of_object and s.run = of_run and s.external_id = i.external_id)
  order by i.external_id limit at_most
$$;
revoke all on function tributary.sweep_counts, tributary.sweep_missing from public;
grant execute on function tributary.sweep_counts, tributary.sweep_missing to tributary_retriever;
grant select, insert, delete on tributary.sweep_ids to tributary_retriever;
grant select, insert, update on tributary.sweeps to tributary_retriever;
grant select on tributary.sweeps to tributary_scheduler, tributary_operator, tributary_reader;
