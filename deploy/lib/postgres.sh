# shellcheck shell=bash
# A private Postgres cluster in a folder of its own, on a port of 127.0.0.1. Clusters that are there are never touched.
# Postgres refuses to run as root: root runs it as Debian's system user `postgres`, anybody else as themselves.

# Sets POSTGRES_BIN to the newest installed server's programs.
find_postgres() {
  POSTGRES_BIN=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  [ -n "$POSTGRES_BIN" ] || fail "no Postgres server under /usr/lib/postgresql; install the package postgresql"
  POSTGRES_BIN=$(dirname "$POSTGRES_BIN")
}

# as_postgres COMMAND...: as the user that owns the cluster. The lock of deploy/ commands stays with them (9>&-).
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$@" 9>&-)
  else
    (cd / && "$@" 9>&-)
  fi
}

# postgres_can_use FOLDER: whether the cluster's user can reach it.
postgres_can_use() {
  as_postgres test -w "$1" -a -x "$1"
}

# create_postgres FOLDER AUTHENTICATION [PASSWORD-FILE]: trust, or scram-sha-256 with the superuser's password in a file.
create_postgres() {
  local folder=$1 authentication=$2 password=${3:-} options=()
  mkdir -p "$folder"
  [ "$(id -u)" != 0 ] || chown postgres: "$folder"
  postgres_can_use "$folder" ||
    fail "the system user postgres cannot reach $folder; is one of the folders above it closed to others?"
  if [ -n "$password" ]; then
    install -m 600 "$password" "$folder/password"
    [ "$(id -u)" != 0 ] || chown postgres: "$folder/password"
    options+=(--pwfile="$folder/password")
  fi
  as_postgres "$POSTGRES_BIN/initdb" --pgdata="$folder/data" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
    --auth="$authentication" "${options[@]}" </dev/null >"$folder.log" 2>&1 || {
    show_tail "$folder.log"
    fail "initdb failed in $folder"
  }
  rm -f "$folder/password"
}

# start_postgres FOLDER PORT [SETTING=VALUE...]: returns when it accepts connections.
start_postgres() {
  local folder=$1 port=$2 setting options
  shift 2
  options="-c port=$port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300"
  for setting in "$@"; do options+=" -c $setting"; done
  as_postgres "$POSTGRES_BIN/pg_ctl" start --pgdata="$folder/data" --wait --timeout=60 --options="$options" \
    </dev/null >>"$folder.log" 2>&1 || {
    show_tail "$folder.log"
    fail "Postgres did not start in $folder on port $port"
  }
}

postgres_runs() {
  [ -d "$1/data" ] && as_postgres "$POSTGRES_BIN/pg_ctl" status --pgdata="$1/data" >/dev/null 2>&1
}

# stop_postgres FOLDER: open connections are ended.
stop_postgres() {
  ! postgres_runs "$1" ||
    as_postgres "$POSTGRES_BIN/pg_ctl" stop --pgdata="$1/data" --mode=fast --wait --timeout=60 >>"$1.log" 2>&1 ||
    as_postgres "$POSTGRES_BIN/pg_ctl" stop --pgdata="$1/data" --mode=immediate --wait >>"$1.log" 2>&1
}
