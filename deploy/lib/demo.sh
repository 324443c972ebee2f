# shellcheck shell=bash
# What the demo syncs and shows.

start_demo_source() {
  local port
  if process_runs "$TRIBUTARY_STATE/run/localstripe.pid"; then
    stop_process "$TRIBUTARY_STATE/run/localstripe.pid"
  fi
  keep_port port localstripe
  start_localstripe "$TRIBUTARY_STATE/localstripe" "$port"
  say "localstripe at $STRIPE_URL"
}

# apply_demo: the file in deploy/demo/, with the port that localstripe got; the key goes through the environment.
apply_demo() {
  sed "s|http://127.0.0.1:8420|$STRIPE_URL|" "$TRIBUTARY_ROOT/deploy/demo/stripe.yaml" >"$TRIBUTARY_STATE/stripe.yaml"
  run_tributary apply -f "$TRIBUTARY_STATE/stripe.yaml"
}

# read_status EXPRESSION: a Python expression over `objects`, the rows of `tributary status --json`.
read_status() {
  run_tributary status --json | "$PYTHON_HOME/bin/python" -c '
import json, sys
objects = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"
}

demo_is_synced() {
  [ "$(read_status 'bool(objects) and all(o.get("last_synced_at") and o["state"] == "idle" for o in objects)')" = True ]
}

wait_for_sync() {
  if ! wait_until 180 demo_is_synced; then
    run_tributary status || true
    fail "the sync did not finish within three minutes; the services' logs are in $TRIBUTARY_LOGS"
  fi
  run_tributary status | sed 's/^/    /'
}

# show_query TITLE SQL
show_query() {
  printf '\n    %s\n' "$1"
  PGOPTIONS='--search_path=tributary' "$POSTGRES_BIN/psql" --no-psqlrc --pset=footer=off --set=ON_ERROR_STOP=1 \
    --dbname="$(connection_as postgres)" --command="$2" | sed 's/^/    /'
}

show_rows() {
  show_query "Rows in Postgres" "
    select 'interactions' as \"table\", count(*) from interactions
    union all select 'accounts', count(*) from accounts
    union all select 'contacts', count(*) from contacts
    union all select 'deals', count(*) from deals
    order by 1"
}

# show_topics: the first messages of each topic.
show_topics() {
  local topic
  for topic in interactions.accounts records.accounts records.contacts records.deals sync.finished; do
    printf '\n    Topic %s (deploy/tributary tap %s)\n' "$topic" "$topic"
    run_tributary tap "$topic" --limit 2 | cut -c1-200 | sed 's/^/    /'
  done
}

# change_and_sync: changes one customer, syncs, and shows what the run did and which messages came of it.
change_and_sync() {
  local started topic
  started=$(date -u +%FT%T)
  say "changed: $(run_demo stripe_change.py)"
  run_tributary sync acme/stripe/customers --wait | sed 's/^/    /'
  printf '\n    The runs of this object (deploy/tributary runs acme/stripe/customers)\n'
  run_tributary runs acme/stripe/customers --limit 5 | sed 's/^/    /'
  for topic in interactions.accounts records.accounts records.contacts; do
    wait_until 20 topic_has_news "$topic" "$started" || fail "the change did not arrive on $topic"
    printf '\n    All messages on %s since the change\n' "$topic"
    messages_since "$topic" "$started" | cut -c1-300 | sed 's/^/    /'
  done
}

# messages_since TOPIC TIME: key and value of each message that is not older than that.
messages_since() {
  run_tributary tap "$1" --json | "$PYTHON_HOME/bin/python" -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["time"] >= sys.argv[1]:
        print(message["time"], message["key"], message["value"])' "$2"
}

topic_has_news() {
  [ -n "$(messages_since "$1" "$2")" ]
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
