# shellcheck shell=bash
# Where deploy/ keeps what it makes. Sourced first by every command; all of it is in one ignored folder of the checkout.

TRIBUTARY_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TRIBUTARY_STATE=$TRIBUTARY_ROOT/.tributary
TRIBUTARY_LOGS=$TRIBUTARY_STATE/logs

# Creates the folders. Nothing in them is for other users of the machine, save the path to the database cluster, which
# its own system user has to walk.
prepare_state() {
  mkdir -p "$TRIBUTARY_STATE" "$TRIBUTARY_LOGS"
  chmod 711 "$TRIBUTARY_STATE"
  chmod 700 "$TRIBUTARY_LOGS"
}

# Keeps two commands from working in one folder at once: the second says so and ends. Started processes must not inherit
# the lock (file descriptor 9), which start_process sees to.
lock_state() {
  mkdir -p "$TRIBUTARY_STATE"
  exec 9>"$TRIBUTARY_STATE/lock"
  flock --nonblock 9 || fail "another deploy/ command is at work in $TRIBUTARY_ROOT; wait for it, or stop it"
}
