# shellcheck shell=bash
# The Postgres and the broker of one test run, in a folder that goes with it.

TEST_FOLDER=""

# However this command ends, nothing it started goes on.
leave_nothing_running() {
  trap end_tests EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# start_test_services KIND: starts both and tells the tests, through the environment, where they are.
start_test_services() {
  local kind=$1 postgres_port broker_port
  TEST_FOLDER=$(mktemp -d /tmp/tributary-test.XXXXXX)
  chmod 755 "$TEST_FOLDER" # the database's own user walks through it
  # Whatever the tests start inherits this mark; what they lose when they are killed is found by it.
  TRIBUTARY_TEST_MARK=$TEST_FOLDER
  export TRIBUTARY_TEST_MARK

  choose_port postgres_port
  find_postgres
  "$TRIBUTARY_ROOT/deploy/lib/postgres-control.sh" start "$TEST_FOLDER/postgres" "$postgres_port"
  choose_port broker_port
  start_broker "$kind" "$TEST_FOLDER/broker" "$broker_port"
  use_client_library "$kind"

  export TRIBUTARY_TEST_POSTGRES="host=127.0.0.1 port=$postgres_port user=postgres dbname=postgres"
  export TRIBUTARY_TEST_POSTGRES_DIRECTORY=$TEST_FOLDER/postgres
  export TRIBUTARY_POSTGRES_CONTROL=$TRIBUTARY_ROOT/deploy/lib/postgres-control.sh
  export KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:$broker_port
  export TRIBUTARY_TEST_BROKER=$kind
  export TRIBUTARY_TEST_BROKER_DIRECTORY=$TEST_FOLDER/broker
  export TRIBUTARY_BROKER_CONTROL=$TRIBUTARY_ROOT/deploy/lib/broker-control.sh
  say "Postgres on port $postgres_port, broker ($kind) on port $broker_port"
}

# Stops both, and with them whatever else the run left behind.
stop_test_services() {
  local folder=$TEST_FOLDER
  end_running_suite
  [ -n "$folder" ] || return 0
  TEST_FOLDER=""
  unset LD_LIBRARY_PATH
  stop_broker "$folder/broker" || true
  stop_postgres "$folder/postgres" || true
  end_marked_processes "TRIBUTARY_TEST_MARK=$folder"
  # Services that a test starts get an environment of their own, in which only this is of this run.
  end_marked_processes "KAFKA_BOOTSTRAP_SERVERS=$KAFKA_BOOTSTRAP_SERVERS"
  unset TRIBUTARY_TEST_MARK KAFKA_BOOTSTRAP_SERVERS
  rm -rf "$folder"
}

# For EXIT: keeps the status and the logs of a run that ended early.
end_tests() {
  local status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$TEST_FOLDER" ]; then
    cp "$TEST_FOLDER/postgres.log" "$TRIBUTARY_LOGS/test-postgres.log" 2>/dev/null || true
    cp "$TEST_FOLDER/broker/broker.log" "$TRIBUTARY_LOGS/test-broker.log" 2>/dev/null || true
  fi
  stop_test_services
  exit "$status"
}
