-- The data tables are found by key alone, and the plans for that are forced (`PostgresDataStore.settings`). Statistics
-- of each column serve nobody there: gathering them, with thirty thousand rows read and unpacked every time that a table
-- has grown by a tenth, took up to a third of the database's time in a first sync. A tenth of the sample is plenty, and
-- nothing is asked of a payload.
do $$
declare
  found record;
begin
  for found in
    select c.oid::regclass as name, a.attname, t.typname
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'tributary'::regnamespace and c.relkind = 'r'
      and (c.relispartition and c.relname like 'interactions\_%'
        or c.relname in ('accounts', 'contacts', 'deals', 'tickets', 'tasks', 'matches', 'identities'))
  loop
    execute format(
      'alter table %s alter column %I set statistics %s', found.name, found.attname,
      case found.typname when 'json' then 0 else 10 end);
  end loop;
end $$;
