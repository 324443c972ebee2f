-- Overrides may change how often an object is synced. They are resolved when they are applied: schedulers know the
-- catalog's definitions and nobody's overrides. A column that is null says: as the provider's schedule says.
alter table tributary.integration_objects
  add column resolved_every interval check (resolved_every >= interval '1 second'),
  add column every_overridden boolean not null default false,   -- false: the customer's pace goes before it
  add column resolved_reconcile interval,                       -- 0: no full runs
  add column resolved_sweep interval;                           -- 0: no sweeps

-- A customer's pace: for an object of a provider, for a provider, for a type of records (`provider` names it), or for
-- everything. How often an object is synced: its own pace, else what an override says, else the narrowest of the
-- customer's, else the provider's, else that of an object which overrides have made, else hourly.
create or replace function tributary.pace(of_object bigint) returns interval
language sql stable parallel safe as $$
  select coalesce(
    o.every,
    case when o.every_overridden then o.resolved_every end,
    (select c.every from tributary.customer_schedules c
     where c.customer_id = o.customer_id and c.provider in (o.provider, o.interaction_type, '')
       and (c.object = '' or (c.object = o.object and c.provider = o.provider))
     order by c.object <> '' desc, c.provider = o.provider desc, c.provider <> '' desc limit 1),
    (select p.every from tributary.provider_schedules p where p.provider = o.provider and p.object = o.object),
    o.resolved_every,
    interval '1 hour')
  from tributary.integration_objects o where o.id = of_object
$$;

-- About how many records of an object are stored, by the planner's statistics: costs the same however many there are.
create function tributary.estimated_records(of_object bigint) returns bigint
language plpgsql set search_path = tributary, pg_temp as $$  -- volatile, for explain is refused elsewhere
declare
  plan json;
begin
  execute format('explain (format json) select from interactions where object_id = %s and deleted_at is null', of_object)
    into plan;
  return (plan -> 0 -> 'Plan' ->> 'Plan Rows')::bigint;
end $$;
revoke all on function tributary.estimated_records from public;
grant execute on function tributary.estimated_records to tributary_operator, tributary_reader;
