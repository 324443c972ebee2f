#!/usr/bin/env bash
# Starts, kills and empties a broker, for tests that take it away from under the services:
#   broker-control.sh start|kill|wipe FOLDER PORT
# TRIBUTARY_TEST_BROKER says which kind: embedded (default) or kafka. `start` returns when it serves, on the same port as
# before; `kill` is SIGKILL; `wipe` deletes what a killed one held, so that the next start is an empty broker.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in state progress ports processes python embedded-broker apache-kafka broker; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

[ $# -eq 3 ] || fail "usage: broker-control.sh start|kill|wipe FOLDER PORT"
kind=${TRIBUTARY_TEST_BROKER:-embedded}
unset LD_LIBRARY_PATH
case $1 in
start)
  prepare_state
  if [ "$kind" = kafka ]; then find_apache_kafka || fail "$KAFKA_ABSENCE"; else prepare_embedded_broker; fi
  start_broker "$kind" "$2" "$3"
  ;;
kill) kill_broker "$2" ;;
wipe) wipe_broker "$2" ;;
*) fail "usage: broker-control.sh start|kill|wipe FOLDER PORT" ;;
esac
