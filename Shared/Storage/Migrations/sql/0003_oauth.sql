-- Access tokens: asked for by `tributary connect` or by a retriever, renewed by whichever retriever needs one first.

-- Who connects integrations and changes keys: the only one beside the retrievers that may read credentials.
do $$
begin
  create role tributary_keeper login;
exception when duplicate_object or unique_violation then null;
end $$;
grant usage on schema tributary to tributary_keeper;

-- One row per integration whose way of authorisation has a token. What people give (`credentials`) stays apart, so that
-- applying a file never takes a connection away.
create table tributary.tokens (
  integration_id bigint primary key references tributary.integrations,
  method text not null,                             -- the way of authorisation
  ciphertext bytea,                                 -- sealed; null before the first token
  key_id text,
  version bigint not null default 0,                -- grows with each token
  granted_at timestamptz,
  expires_at timestamptz,                           -- null: as long as the provider takes it
  -- One renewal at a time: whoever moves `fence` has it until `lease_until`, and stores its answer under that fence.
  fence bigint not null default 0,
  holder uuid,
  lease_until timestamptz,
  -- Committed before the refresh token is sent, gone with its answer: whoever finds it knows that the token may have
  -- been used. The hash is that of the refresh token.
  intent_hash text,
  intent_at timestamptz,
  intent_holder uuid,
  lost_at timestamptz,                              -- the answer is lost and the token must not be sent again
  connected_at timestamptz,                         -- when a person connected it
  check ((ciphertext is null) = (key_id is null))
) with (fillfactor = 50);

-- A connection works again: what its failure had stopped goes on from where it was.
create function tributary.revive_integration(of_integration bigint) returns void
language sql set search_path = tributary, pg_temp as $$
  update tributary.integrations set disabled_class = null, disabled_cause = null, disabled_at = null
  where id = of_integration and disabled_class = 'authorization';
  update tributary.object_state s
  set runnable = o.enabled and i.enabled and (i.disabled_class is null or i.disabled_class = 'authorization'),
    next_due_at = case when s.state = 'idle' then least(s.next_due_at, clock_timestamp()) else s.next_due_at end
  from tributary.integration_objects o join tributary.integrations i on i.id = o.integration_id
  where o.integration_id = of_integration and s.object_id = o.id;
  update tributary.alerts set resolved_at = clock_timestamp()
  where integration_id = of_integration and class = 'authorization' and resolved_at is null;
$$;
revoke all on function tributary.revive_integration from public;
grant execute on function tributary.revive_integration to tributary_retriever, tributary_keeper;

grant select, insert, update on tributary.tokens to tributary_retriever, tributary_keeper;
grant select (integration_id, method, key_id, version, granted_at, expires_at, lost_at, connected_at)
  on tributary.tokens to tributary_operator, tributary_scheduler;

grant select on tributary.customers, tributary.integrations, tributary.integration_objects, tributary.overrides,
  tributary.object_state, tributary.alerts, tributary.credentials to tributary_keeper;
grant update (ciphertext, key_id) on tributary.credentials to tributary_keeper;
grant update (disabled_class, disabled_cause, disabled_at) on tributary.integrations to tributary_keeper;
grant update (runnable, next_due_at) on tributary.object_state to tributary_keeper;
grant update (resolved_at) on tributary.alerts to tributary_keeper;
