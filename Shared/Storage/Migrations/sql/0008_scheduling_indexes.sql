-- Whether any customer has a cap of its own is asked with each ring, since those then take turns.
create index customers_with_cap on tributary.customers (id) where max_runs is not null;

-- Runs of objects that are no longer to be synced are looked for every second, and there are next to none.
create index object_state_unrunnable on tributary.object_state (object_id)
  where not runnable and state in ('queued', 'postponed');
