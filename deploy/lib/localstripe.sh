# shellcheck shell=bash
# localstripe, the demo's source: a fake of the Stripe API from PyPI, on loopback, with sample companies.

prepare_localstripe() {
  prepare_python
  "$PYTHON_HOME/bin/python" -c 'import localstripe' 2>/dev/null || {
    say "installing localstripe 1.15.10"
    run_pip install --quiet localstripe==1.15.10
  }
}

# start_localstripe FOLDER PORT: it has the customers of its last run, or the sample ones. Sets and exports STRIPE_URL
# and STRIPE_KEY.
start_localstripe() {
  local folder=$1 port=$2
  mkdir -p "$folder"
  [ -s "$folder/key" ] || (umask 077 && echo "sk_test_$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')" >"$folder/key")
  [ -e "$folder/seeded" ] || rm -f "$folder/state.pickle" # half a seed is none
  STRIPE_URL=http://127.0.0.1:$port
  STRIPE_KEY=$(<"$folder/key")
  export STRIPE_URL STRIPE_KEY
  start_process "$TRIBUTARY_STATE/run/localstripe.pid" "$TRIBUTARY_LOGS/localstripe.log" \
    "$PYTHON_HOME/bin/python" "$TRIBUTARY_ROOT/deploy/demo/stripe_server.py" "$port" "$folder/state.pickle"
  wait_until 30 localstripe_answers_or_ended "$port" || true
  if ! process_runs "$TRIBUTARY_STATE/run/localstripe.pid" || ! port_answers "$port"; then
    show_tail "$TRIBUTARY_LOGS/localstripe.log"
    fail "localstripe did not start on port $port"
  fi
  run_demo stripe_seed.py
  touch "$folder/seeded"
}

localstripe_answers_or_ended() {
  port_answers "$1" || process_has_ended "$TRIBUTARY_STATE/run/localstripe.pid"
}

# run_demo SCRIPT: one of the Python files in deploy/demo/.
run_demo() {
  PYTHONDONTWRITEBYTECODE=1 "$PYTHON_HOME/bin/python" "$TRIBUTARY_ROOT/deploy/demo/$1"
}
