# shellcheck shell=bash
# Apache Kafka as one KRaft node, where an unpacked one and Java 17 are there.

# Sets KAFKA_HOME where it is not set and ../shared/kafka is there. False when there is no Kafka that can be started;
# KAFKA_ABSENCE then says why.
find_apache_kafka() {
  local java_version
  KAFKA_ABSENCE=""
  if [ -z "${KAFKA_HOME:-}" ] && [ -x "$TRIBUTARY_ROOT/../shared/kafka/bin/kafka-server-start.sh" ]; then
    KAFKA_HOME=$(cd "$TRIBUTARY_ROOT/../shared/kafka" && pwd)
  fi
  if [ -z "${KAFKA_HOME:-}" ]; then
    KAFKA_ABSENCE="KAFKA_HOME is not set and there is no ../shared/kafka"
  elif [ ! -x "$KAFKA_HOME/bin/kafka-server-start.sh" ]; then
    fail "KAFKA_HOME=$KAFKA_HOME is not an unpacked Apache Kafka: it has no bin/kafka-server-start.sh"
  else
    java_version=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -nE '1s/.*version "([0-9]+).*/\1/p') || true
    if [ "${java_version:-0}" -lt 17 ]; then
      KAFKA_ABSENCE="there is Apache Kafka at $KAFKA_HOME, but no Java 17 or newer to run it"
    fi
  fi
  export KAFKA_HOME
  [ -z "$KAFKA_ABSENCE" ]
}

# start_apache_kafka FOLDER PORT: returns when it serves clients. What the folder holds from before is used again.
start_apache_kafka() {
  local folder=$1 port=$2
  mkdir -p "$folder"
  [ -e "$folder/server.properties" ] || configure_apache_kafka "$folder" "$port"
  if [ ! -e "$folder/data/meta.properties" ]; then
    KAFKA_HEAP_OPTS=-Xmx128M "$KAFKA_HOME/bin/kafka-storage.sh" format \
      -t "$(KAFKA_HEAP_OPTS=-Xmx128M "$KAFKA_HOME/bin/kafka-storage.sh" random-uuid)" \
      -c "$folder/server.properties" >>"$folder/broker.log" 2>&1 || {
      show_tail "$folder/broker.log"
      fail "Apache Kafka's storage in $folder/data could not be formatted"
    }
  fi
  : >"$folder/broker.log"
  start_process "$folder/broker.pid" "$folder/broker.log" \
    env KAFKA_HEAP_OPTS="-Xms384M -Xmx384M" "$KAFKA_HOME/bin/kafka-server-start.sh" "$folder/server.properties"
  wait_until 60 apache_kafka_serves_or_ended "$folder" || true
  if process_has_ended "$folder/broker.pid" || ! grep -q 'Kafka Server started' "$folder/broker.log"; then
    show_tail "$folder/broker.log"
    fail "Apache Kafka did not start on port $port"
  fi
}

# Everything but the addresses is the distribution's own configuration for one node.
configure_apache_kafka() {
  local folder=$1 port=$2 controller
  choose_port controller
  {
    grep -vE '^(listeners|advertised\.listeners|controller\.quorum\.(voters|bootstrap\.servers)|log\.dirs)=' \
      "$KAFKA_HOME/config/server.properties"
    echo "listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller"
    echo "advertised.listeners=PLAINTEXT://127.0.0.1:$port"
    echo "controller.quorum.voters=1@127.0.0.1:$controller"
    echo "log.dirs=$folder/data"
  } >"$folder/server.properties"
}

apache_kafka_serves_or_ended() {
  grep -q 'Kafka Server started' "$1/broker.log" || process_has_ended "$1/broker.pid"
}
