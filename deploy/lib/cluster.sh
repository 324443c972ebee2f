# shellcheck shell=bash
# The demo's Postgres: a private cluster whose passwords only this user (and root) can read.

# Sets CLUSTER, its folder: in the state folder, or, where the database's user cannot get there (a checkout in a closed
# home), under /var/tmp, remembered in the state folder.
place_cluster() {
  CLUSTER=$TRIBUTARY_STATE/postgres
  if [ -s "$TRIBUTARY_STATE/postgres-place" ]; then
    CLUSTER=$(<"$TRIBUTARY_STATE/postgres-place")
  elif [ "$(id -u)" = 0 ] && ! as_postgres test -x "$TRIBUTARY_STATE"; then
    CLUSTER=$(mktemp -d /var/tmp/tributary.XXXXXX)
    chmod 711 "$CLUSTER"
    CLUSTER=$CLUSTER/postgres
    printf '%s\n' "$CLUSTER" >"$TRIBUTARY_STATE/postgres-place"
  fi
}

random_password() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# start_cluster: makes it at first, starts it where it does not run. Sets POSTGRES_PORT.
start_cluster() {
  local superuser=$TRIBUTARY_STATE/postgres-password
  find_postgres
  place_cluster
  if [ ! -e "$CLUSTER/created" ]; then
    rm -rf "$CLUSTER"
    (umask 077 && random_password >"$superuser")
    create_postgres "$CLUSTER" scram-sha-256 "$superuser"
    touch "$CLUSTER/created"
  fi
  if postgres_runs "$CLUSTER"; then
    POSTGRES_PORT=$(sed -n 4p <(as_postgres cat "$CLUSTER/data/postmaster.pid"))
    say "Postgres runs already, on port $POSTGRES_PORT"
  else
    keep_port POSTGRES_PORT postgres
    start_postgres "$CLUSTER" "$POSTGRES_PORT"
    say "Postgres on port $POSTGRES_PORT"
  fi
  write_password_file
  if [ "$(run_sql postgres -c "select count(*) from pg_database where datname = 'tributary'")" = 0 ]; then
    run_sql postgres -c 'create database tributary'
  fi
}

DATABASE_ROLES=(tributary_scheduler tributary_retriever tributary_processor tributary_operator tributary_keeper)

# libpq's password file: one line per role, none of it on a command line.
write_password_file() {
  local role file=$TRIBUTARY_STATE/pgpass
  [ -s "$TRIBUTARY_STATE/role-passwords" ] || (
    umask 077
    for role in "${DATABASE_ROLES[@]}"; do echo "$role:$(random_password)"; done >"$TRIBUTARY_STATE/role-passwords"
  )
  (
    umask 077
    {
      echo "127.0.0.1:$POSTGRES_PORT:*:postgres:$(<"$TRIBUTARY_STATE/postgres-password")"
      sed "s/^/127.0.0.1:$POSTGRES_PORT:tributary:/" "$TRIBUTARY_STATE/role-passwords"
    } >"$file"
  )
}

# Gives the roles that `tributary migrate` made their passwords.
give_role_passwords() {
  local role password
  while IFS=: read -r role password; do
    echo "alter role $role login password '$password';"
  done <"$TRIBUTARY_STATE/role-passwords" | run_sql tributary
}

# connection_as ROLE: a libpq connection string without a secret in it.
connection_as() {
  echo "host=127.0.0.1 port=$POSTGRES_PORT dbname=tributary user=$1 passfile=$TRIBUTARY_STATE/pgpass"
}

# run_sql DATABASE PSQL-OPTIONS...: as the superuser; statements from the options or standard input.
run_sql() {
  local database=$1
  shift
  "$POSTGRES_BIN/psql" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
    --dbname="host=127.0.0.1 port=$POSTGRES_PORT user=postgres dbname=$database passfile=$TRIBUTARY_STATE/pgpass" "$@"
}
