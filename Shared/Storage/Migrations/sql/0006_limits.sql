-- The requests that providers allow, shared by all retrievers.

-- One row per quota owner (a provider's app, or a customer's or an integration's account with it) and class of requests.
create table tributary.rate_budgets (
  owner text collate "C" not null,
  class text collate "C" not null default '',
  state json not null default '{}',                 -- turns given out, shares and places: see RateBudget
  blocked_until timestamptz,                        -- no request before, of any class where class is ''
  holder text,                                      -- the run that has it for itself
  held_until timestamptz,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (owner, class)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index rate_budgets_blocked on tributary.rate_budgets (blocked_until) where blocked_until is not null;
create index rate_budgets_held on tributary.rate_budgets (holder) where holder is not null;

grant select, insert, update on tributary.rate_budgets to tributary_retriever;
grant select on tributary.rate_budgets to tributary_operator, tributary_reader;
