-- What the customers' systems hold, and what it means. Written by the processor, in one transaction a batch.
--
-- No foreign keys here: a check per row of the hot path would cost more than the row, and every id comes from rows
-- that are never deleted. External ids compare by bytes ("C"), as the code that sorts them does.

create type tributary.match_rule as enum ('external_id', 'same_record', 'domain', 'email', 'name', 'created');
create type tributary.entity_role as enum ('account', 'contact');
create type tributary.identity_kind as enum ('domain', 'name', 'email');

-- Interactions: one row per record of a provider --------------------------------------------------------------------

create table tributary.interactions (
  object_id bigint not null,
  customer_id bigint not null,
  -- the version (2-contracts, "Window and version"), compared in this order
  modified timestamptz not null,                    -- bounded by the run's `until`
  run bigint not null,
  attempt integer not null,
  page integer not null,
  index integer not null,
  swept boolean not null,                           -- a sweep of ids said that it is gone: compares by run alone
  revision integer not null,                        -- counts the changes; the version on records.custom
  content_hash uuid not null,                       -- 128 bits over the payload and `deleted`, not an id
  modified_at timestamptz,                          -- as the provider says, unbounded
  first_seen timestamptz not null,
  changed_run bigint not null,
  deleted_at timestamptz,
  external_id text collate "C" not null,
  definition text not null,                         -- hash of the definition whose mapping applies
  payload json,                                     -- byte for byte; null: known only by its deletion
  primary key (object_id, external_id)
) partition by hash (object_id);

do $$
begin
  for part in 0..7 loop
    execute format(
      'create table tributary.interactions_%s partition of tributary.interactions
         for values with (modulus 8, remainder %s)
         with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.2)',
      part, part);
    -- A third of pglz's time; the payload is the only column that is ever long.
    execute format('alter table tributary.interactions_%s alter column payload set compression lz4', part);
  end loop;
end $$;

-- Accounts and contacts: the operator's own records -----------------------------------------------------------------
-- Their fields are those of the source that was modified last (ties: the greater object id, then external id).

create table tributary.accounts (
  id uuid primary key,
  customer_id bigint not null,
  integration_id bigint not null,                   -- of the source
  source_object_id bigint not null,
  source_external_id text collate "C" not null,
  source_modified timestamptz not null,
  revision integer not null,
  changed_at timestamptz not null,
  deleted_at timestamptz,                           -- no source is left
  name text,
  domain text,
  domains json,
  website text,
  email text,
  phone text,
  industry text,
  employees numeric,
  annual_revenue numeric,
  currency text,
  country text,
  city text,
  owner text,
  parent_external_id text,
  created_at timestamptz,
  updated_at timestamptz
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

create table tributary.contacts (
  id uuid primary key,
  customer_id bigint not null,
  integration_id bigint not null,
  source_object_id bigint not null,
  source_external_id text collate "C" not null,
  source_modified timestamptz not null,
  revision integer not null,
  changed_at timestamptz not null,
  deleted_at timestamptz,
  account_id uuid,
  account_rule tributary.match_rule,                -- why it is that account
  account_external_id text collate "C",             -- what the source says of it
  account_domain text collate "C",
  name text,
  first_name text,
  last_name text,
  email text,
  emails json,
  phone text,
  title text,
  country text,
  city text,
  owner text,
  created_at timestamptz,
  updated_at timestamptz
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

-- Deals, tickets, tasks: one row per Interaction ---------------------------------------------------------------------

create table tributary.deals (
  object_id bigint not null,
  external_id text collate "C" not null,
  customer_id bigint not null,
  integration_id bigint not null,
  revision integer not null,
  changed_at timestamptz not null,
  deleted_at timestamptz,
  account_id uuid,
  account_rule tributary.match_rule,
  account_external_id text collate "C",
  account_domain text collate "C",
  contact_id uuid,
  contact_rule tributary.match_rule,
  contact_external_id text collate "C",
  contact_email text collate "C",
  title text,
  amount numeric,
  currency text,
  stage text,
  status text,
  probability numeric,
  owner text,
  created_at timestamptz,
  updated_at timestamptz,
  closes_at timestamptz,
  closed_at timestamptz,
  primary key (object_id, external_id)
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

create table tributary.tickets (
  object_id bigint not null,
  external_id text collate "C" not null,
  customer_id bigint not null,
  integration_id bigint not null,
  revision integer not null,
  changed_at timestamptz not null,
  deleted_at timestamptz,
  account_id uuid,
  account_rule tributary.match_rule,
  account_external_id text collate "C",
  account_domain text collate "C",
  contact_id uuid,
  contact_rule tributary.match_rule,
  contact_external_id text collate "C",
  contact_email text collate "C",
  title text,
  status text,
  priority text,
  channel text,
  assignee text,
  tags json,
  opened_at timestamptz,
  updated_at timestamptz,
  closed_at timestamptz,
  primary key (object_id, external_id)
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

create table tributary.tasks (
  object_id bigint not null,
  external_id text collate "C" not null,
  customer_id bigint not null,
  integration_id bigint not null,
  revision integer not null,
  changed_at timestamptz not null,
  deleted_at timestamptz,
  account_id uuid,
  account_rule tributary.match_rule,
  account_external_id text collate "C",
  account_domain text collate "C",
  contact_id uuid,
  contact_rule tributary.match_rule,
  contact_external_id text collate "C",
  contact_email text collate "C",
  title text,
  status text,
  priority text,
  assignee text,
  deal_external_id text,
  created_at timestamptz,
  due_at timestamptz,
  completed_at timestamptz,
  primary key (object_id, external_id)
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

-- References whose target has not been seen: found and linked in the transaction that creates it.
do $$
declare
  name text;
begin
  foreach name in array array['contacts', 'deals', 'tickets', 'tasks'] loop
    execute format(
      'create index %1$s_account_awaited on tributary.%1$s (integration_id, account_external_id)
         where account_external_id is not null and account_rule is distinct from ''external_id''', name);
    execute format(
      'create index %1$s_account_domain_awaited on tributary.%1$s (customer_id, account_domain)
         where account_domain is not null and account_id is null', name);
  end loop;
  foreach name in array array['deals', 'tickets', 'tasks'] loop
    execute format(
      'create index %1$s_contact_awaited on tributary.%1$s (integration_id, contact_external_id)
         where contact_external_id is not null and contact_rule is distinct from ''external_id''', name);
    execute format(
      'create index %1$s_contact_email_awaited on tributary.%1$s (customer_id, contact_email)
         where contact_email is not null and contact_id is null', name);
  end loop;
end $$;

-- Matching -------------------------------------------------------------------------------------------------------------

-- Which Interaction is which account or contact, and why. A match stays when its Interaction is deleted, so that one
-- that returns is the same account again.
create table tributary.matches (
  integration_id bigint not null,
  object_id bigint not null,
  customer_id bigint not null,
  entity_id uuid not null,
  role tributary.entity_role not null,
  rule tributary.match_rule not null,
  live boolean not null,                            -- the Interaction exists and still yields the role
  external_id text collate "C" not null,
  evidence text,                                    -- the domain, name or e-mail address that matched
  primary key (integration_id, role, external_id, object_id)
) with (fillfactor = 95, autovacuum_vacuum_insert_scale_factor = 0.2);
create index matches_entity on tributary.matches (entity_id);

-- What tells that two records are one company or person.
create table tributary.identities (
  customer_id bigint not null,
  entity_id uuid not null,
  kind tributary.identity_kind not null,
  value text collate "C" not null,
  domain text collate "C",                          -- of a name: the domain of the account that has it, once it has one
  primary key (customer_id, kind, value)
) with (autovacuum_vacuum_insert_scale_factor = 0.2);

-- What could not be stored ---------------------------------------------------------------------------------------------

create table tributary.rejected (
  id bigint generated always as identity primary key,
  object_id bigint,                                 -- null: the message does not say whose it is
  run bigint,
  attempt integer,
  page integer,
  index integer,
  external_id text,
  reason text not null,
  rejected_at timestamptz not null default now(),
  -- the message as it came, for dead.<topic>; null where a retriever rejected a record before there was a message
  topic text,
  partition integer,
  message_offset bigint,
  message_time timestamptz,
  key bytea,
  value bytea,
  headers json,
  published_at timestamptz
);
-- A message that is delivered twice is rejected once. The time is needed because an emptied broker counts anew.
create unique index rejected_once on tributary.rejected (object_id, run, attempt, page, index)
  where object_id is not null;
create unique index rejected_unreadable_once on tributary.rejected (topic, partition, message_offset, message_time)
  where object_id is null;
create index rejected_unpublished on tributary.rejected (id) where topic is not null and published_at is null;

-- What is to be published ----------------------------------------------------------------------------------------------

-- One row per type, customer (and object) and batch, with the keys that changed. A publisher holds a shard's row lock
-- while it sends their current state and deletes the row, so no key is ever sent older after newer.
create table tributary.outbox (
  shard smallint not null,
  id bigint generated always as identity,
  type text not null,                               -- accounts, contacts, deals, tickets, tasks, custom
  object_id bigint,                                 -- of deals, tickets, tasks, custom
  entity_ids uuid[],                                -- of accounts and contacts
  external_ids text[],                              -- of deals, tickets, tasks, custom
  primary key (shard, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);

create table tributary.outbox_shards (shard smallint primary key);
insert into tributary.outbox_shards select generate_series(0, 15);

-- Which broker the topics were published to: another one, or one that lost its marker, gets everything again.
create table tributary.published_cluster (
  only_row boolean primary key default true check (only_row),
  cluster_id text not null,
  published_at timestamptz not null default now()
);

-- Objects whose stored payloads are to be mapped again.
create table tributary.remap_requests (
  object_id bigint primary key,
  definition text not null,                         -- hash of the definition to map with
  done_until text collate "C" not null default '',  -- external id of the last one done
  requested_at timestamptz not null default now()
);

-- Every key of the data tables into the outbox: rebuilds the topics. A function, because the operator's command may
-- ask for it without being able to write the outbox otherwise.
create function tributary.republish() returns bigint
language plpgsql security definer set search_path = tributary, pg_temp as $$
declare
  total bigint := 0;
  part bigint;
  name text;
begin
  foreach name in array array['accounts', 'contacts'] loop
    execute format(
      'with numbered as (
         select customer_id, id, (row_number() over (partition by customer_id order by id)) / 1000 as chunk from %I),
       chunks as (
         insert into outbox (shard, type, entity_ids)
         select customer_id %% 16, %L, array_agg(id) from numbered group by customer_id, chunk
         returning cardinality(entity_ids) as keys)
       select coalesce(sum(keys), 0) from chunks', name, name) into part;
    total := total + part;
  end loop;
  foreach name in array array['deals', 'tickets', 'tasks'] loop
    execute format(
      'with numbered as (
         select customer_id, object_id, external_id,
           (row_number() over (partition by object_id order by external_id)) / 1000 as chunk from %I),
       chunks as (
         insert into outbox (shard, type, object_id, external_ids)
         select customer_id %% 16, %L, object_id, array_agg(external_id) from numbered
         group by customer_id, object_id, chunk
         returning cardinality(external_ids) as keys)
       select coalesce(sum(keys), 0) from chunks', name, name) into part;
    total := total + part;
  end loop;
  with numbered as (
    select i.customer_id, i.object_id, i.external_id,
      (row_number() over (partition by i.object_id order by i.external_id)) / 1000 as chunk
    from interactions i join integration_objects o on o.id = i.object_id
    where o.interaction_type not in ('accounts', 'contacts', 'deals', 'tickets', 'tasks')),
  chunks as (
    insert into outbox (shard, type, object_id, external_ids)
    select customer_id % 16, 'custom', object_id, array_agg(external_id) from numbered
    group by customer_id, object_id, chunk
    returning cardinality(external_ids) as keys)
  select coalesce(sum(keys), 0) into part from chunks;
  update rejected set published_at = null where topic is not null and published_at is not null;
  return total + part;
end $$;
revoke all on function tributary.republish from public;

-- Who may do what --------------------------------------------------------------------------------------------------------

grant select on tributary.interactions, tributary.accounts, tributary.contacts, tributary.deals, tributary.tickets,
  tributary.tasks, tributary.matches, tributary.identities, tributary.rejected, tributary.outbox,
  tributary.outbox_shards, tributary.published_cluster, tributary.remap_requests
  to tributary_processor, tributary_operator, tributary_reader;
grant select on tributary.rejected, tributary.outbox to tributary_scheduler;

grant insert, update, delete on tributary.interactions, tributary.accounts, tributary.contacts, tributary.deals,
  tributary.tickets, tributary.tasks, tributary.matches, tributary.identities, tributary.rejected, tributary.outbox,
  tributary.published_cluster, tributary.remap_requests
  to tributary_processor;
grant update on tributary.outbox_shards to tributary_processor;  -- for its row locks
grant execute on function tributary.republish to tributary_processor, tributary_operator;

-- A record that never became a message is rejected by the retriever, with the page's declaration.
grant insert on tributary.rejected to tributary_retriever;
grant insert, update, delete on tributary.remap_requests to tributary_operator;
