#!/usr/bin/env bash
# Starts, stops and restarts a private Postgres, for tests that take it away from under the services:
#   postgres-control.sh start|stop|restart FOLDER PORT
# `start` makes the cluster (superuser postgres, no password, this machine only) where FOLDER has none.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in state progress postgres; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

[ $# -eq 3 ] || fail "usage: postgres-control.sh start|stop|restart FOLDER PORT"
unset LD_LIBRARY_PATH
find_postgres
# A test's data need not survive the machine, only the server: that is what fsync is not for.
settings=(fsync=off full_page_writes=off)
case $1 in
start)
  [ -d "$2/data" ] || create_postgres "$2" trust
  start_postgres "$2" "$3" "${settings[@]}"
  ;;
stop) stop_postgres "$2" ;;
restart)
  stop_postgres "$2"
  start_postgres "$2" "$3" "${settings[@]}"
  ;;
*) fail "usage: postgres-control.sh start|stop|restart FOLDER PORT" ;;
esac
