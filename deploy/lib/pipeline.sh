# shellcheck shell=bash
# The broker and the three services of the demo.

SERVICES=(scheduler retriever processor)

# start_pipeline_broker: the one that KAFKA_BOOTSTRAP_SERVERS names, else Apache Kafka where KAFKA_HOME names one that
# can run, else the embedded one. Sets BROKERS and BROKER_KIND.
start_pipeline_broker() {
  local folder=$TRIBUTARY_STATE/broker port
  if [ -n "${KAFKA_BOOTSTRAP_SERVERS:-}" ]; then
    BROKER_KIND=yours
    BROKERS=$KAFKA_BOOTSTRAP_SERVERS
    say "using the broker at $BROKERS (KAFKA_BOOTSTRAP_SERVERS)"
    return 0
  fi
  BROKER_KIND=embedded
  if [ -n "${KAFKA_HOME:-}" ]; then
    if find_apache_kafka; then BROKER_KIND=kafka; else say "$KAFKA_ABSENCE; using the embedded broker"; fi
  fi
  [ "$BROKER_KIND" = kafka ] || prepare_embedded_broker
  if process_runs "$folder/broker.pid" && [ "$(<"$folder/kind")" = "$BROKER_KIND" ]; then
    port=$(<"$folder/port")
    say "the $BROKER_KIND broker runs already, on port $port"
  else
    stop_broker "$folder"
    keep_port port broker
    [ "$BROKER_KIND" != kafka ] || rm -f "$folder/server.properties" # the port may be another than last time
    start_broker "$BROKER_KIND" "$folder" "$port"
    echo "$BROKER_KIND" >"$folder/kind"
    echo "$port" >"$folder/port"
    say "the $BROKER_KIND broker on port $port"
  fi
  BROKERS=127.0.0.1:$port
}

# use_key_ring: makes one at first. It encrypts the credentials in the database.
use_key_ring() {
  local file=$TRIBUTARY_STATE/keys
  [ -s "$file" ] || (umask 077 && echo "demo:$(head -c 32 /dev/urandom | base64)" >"$file")
  TRIBUTARY_KEYS_FILE=$file
}

# write_environment: what every program needs to know, in a file that `deploy/tributary` reads as well.
write_environment() {
  (
    umask 077
    {
      echo "export KAFKA_BOOTSTRAP_SERVERS='$BROKERS'"
      echo "export TRIBUTARY_CATALOG='$TRIBUTARY_ROOT/Shared/Catalog/Providers'"
      echo "export TRIBUTARY_KEYS_FILE='$TRIBUTARY_KEYS_FILE'"
      # localstripe is on loopback, which the services refuse to call unless they are told otherwise.
      echo "export TRIBUTARY_ALLOW_ADDRESSES='127.0.0.0/8,::1/128'"
      echo "export HTTP_ADDRESS=127.0.0.1"
      [ "$BROKER_KIND" != embedded ] || echo "export LD_LIBRARY_PATH='$NEWER_LIBRDKAFKA'"
      echo "export TRIBUTARY_POSTGRES='$(connection_as tributary_operator)'"
      echo "export TRIBUTARY_RETRIEVER_POSTGRES='$(connection_as tributary_retriever)'"
      echo "export TRIBUTARY_KEEPER_POSTGRES='$(connection_as tributary_keeper)'"
      echo "TRIBUTARY_BIN='$TRIBUTARY_BIN'"
    } >"$TRIBUTARY_STATE/environment"
  )
}

# with_environment ROLE COMMAND...: runs it connecting to Postgres as that role.
with_environment() {
  local role=$1
  shift
  (
    # shellcheck source=/dev/null
    . "$TRIBUTARY_STATE/environment"
    TRIBUTARY_POSTGRES=$(connection_as "$role")
    export TRIBUTARY_POSTGRES
    "$@"
  )
}

# run_tributary ARGUMENTS...: the operator's command line.
run_tributary() {
  with_environment tributary_operator "$TRIBUTARY_BIN/tributary" "$@"
}

# start_services: each in a process of its own; returns when all of them are ready.
start_services() {
  local service port
  for service in "${SERVICES[@]}"; do
    keep_port port "$service"
    HTTP_PORT=$port with_environment "tributary_$service" start_process "$TRIBUTARY_STATE/run/$service.pid" \
      "$TRIBUTARY_LOGS/$service.log" "$TRIBUTARY_BIN/$service"
  done
  for service in "${SERVICES[@]}"; do
    port=$(<"$TRIBUTARY_STATE/ports/$service")
    wait_until 60 service_is_ready_or_ended "$service" "$port" || true
    if ! process_runs "$TRIBUTARY_STATE/run/$service.pid" || ! service_is_ready "$port"; then
      show_tail "$TRIBUTARY_LOGS/$service.log"
      fail "the $service did not become ready; its log is $TRIBUTARY_LOGS/$service.log"
    fi
    say "$service is ready: http://127.0.0.1:$port/healthz /readyz /metrics"
  done
}

# service_is_ready PORT: whether its /readyz says 200.
service_is_ready() {
  "$PYTHON_HOME/bin/python" - "$1" 2>/dev/null <<'PYTHON'
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=3)
connection.request("GET", "/readyz")
sys.exit(0 if connection.getresponse().status == 200 else 1)
PYTHON
}

service_is_ready_or_ended() {
  process_has_ended "$TRIBUTARY_STATE/run/$1.pid" || service_is_ready "$2"
}

# stop_services: they hand back what they hold and finish; all at once, then waited for one by one.
stop_services() {
  local service
  for service in "${SERVICES[@]}"; do
    if process_runs "$TRIBUTARY_STATE/run/$service.pid"; then
      say "stopping the $service"
      kill -s TERM "$PROCESS_ID" 2>/dev/null || true
    fi
  done
  for service in "${SERVICES[@]}"; do stop_process "$TRIBUTARY_STATE/run/$service.pid"; done
}
