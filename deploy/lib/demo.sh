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
