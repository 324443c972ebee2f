# shellcheck shell=bash
# What the demo puts on the screen: rows, messages, the effect of one change, addresses.

# show_query TITLE SQL
show_query() {
  printf '\n    %s\n' "$1"
  PGOPTIONS='--search_path=tributary' "$POSTGRES_BIN/psql" --no-psqlrc --pset=footer=off --set=ON_ERROR_STOP=1 \
    --dbname="$(connection_as postgres)" --command="$2" | sed '/^$/d; s/^/    /'
}

show_rows() {
  show_query "Rows in Postgres" "
    select 'interactions' as \"table\", count(*) from interactions
    union all select 'accounts', count(*) from accounts
    union all select 'contacts', count(*) from contacts
    union all select 'deals', count(*) from deals
    order by 1"
  show_query "Accounts with the contacts and deals that were matched to them (the first of them)" "
    select a.name as account, a.domain,
      (select string_agg(c.email, ', ' order by c.email) from contacts c where c.account_id = a.id) as contacts,
      (select count(*) from deals d where d.account_id = a.id) as deals,
      (select sum(d.amount) from deals d where d.account_id = a.id) as amount
    from accounts a
    order by (select count(*) from contacts c where c.account_id = a.id) desc, a.name
    limit 8"
  show_query "Which rule matched them" "
    select role, rule, count(*) from matches where live group by 1, 2 order by 1, 2"
}

# show_topics: the first messages of each topic.
show_topics() {
  local topic
  for topic in interactions.accounts records.accounts records.contacts records.deals sync.finished; do
    printf '\n    The first messages on %s (deploy/tributary tap %s)\n' "$topic" "$topic"
    run_tributary tap "$topic" --json --limit 3 | show_messages
  done
}

# show_messages [SINCE]: from `tap --json`, one a line.
show_messages() {
  "$PYTHON_HOME/bin/python" "$TRIBUTARY_ROOT/deploy/demo/show_messages.py" "$@" | sed 's/^/      /'
}

# change_and_sync: changes one customer, syncs, and shows what the run did and which messages came of it.
change_and_sync() {
  local started topic
  started=$(date -u +%FT%T)
  say "changed in localstripe: $(run_demo stripe_change.py)"
  run_tributary sync acme/stripe/customers --wait | sed 's/^/    /'
  printf '\n    The runs of this object (deploy/tributary runs acme/stripe/customers)\n'
  run_tributary runs acme/stripe/customers --limit 5 | sed 's/^/    /'
  for topic in interactions.accounts records.accounts records.contacts; do
    printf '\n    All messages on %s since the change\n' "$topic"
    wait_until 20 read_news "$topic" "$started" || fail "the change did not arrive on $topic"
    printf '%s\n' "$NEWS"
  done
}

# read_news TOPIC TIME: sets NEWS to the messages since then; false when there are none.
read_news() {
  NEWS=$(run_tributary tap "$1" --json | show_messages "$2")
  [ -n "$NEWS" ]
}

show_addresses() {
  local service
  say "Postgres       psql \"$(connection_as postgres)\""
  say "broker         $BROKERS ($BROKER_KIND)"
  say "localstripe    $STRIPE_URL"
  for service in "${SERVICES[@]}"; do
    printf '    %-14s http://127.0.0.1:%s/readyz  /healthz  /metrics\n' "$service" "$(<"$TRIBUTARY_STATE/ports/$service")"
  done
  say "logs           $TRIBUTARY_LOGS"
  say ""
  say "look around    deploy/tributary status"
  say "stop           deploy/down (keeps what was synced; --purge deletes it)"
}
