# shellcheck shell=bash
# A broker of either kind in a folder of its own, on a given port of 127.0.0.1. The kind is `embedded` or `kafka`.

# start_broker KIND FOLDER PORT
start_broker() {
  case $1 in
  embedded) start_embedded_broker "$2" "$3" ;;
  kafka) start_apache_kafka "$2" "$3" ;;
  *) fail "a broker is 'embedded' or 'kafka', not '$1'" ;;
  esac
}

# kill_broker FOLDER: as a crash would, without a word to anybody.
kill_broker() {
  stop_process "$1/broker.pid" KILL
}

# stop_broker FOLDER
stop_broker() {
  stop_process "$1/broker.pid" TERM
}

# wipe_broker FOLDER: it forgets everything it held. The embedded one forgets with its process anyway.
wipe_broker() {
  ! process_runs "$1/broker.pid" || fail "the broker in $1 runs; kill it before it is wiped"
  rm -rf "$1/data"
}

# use_client_library KIND: what programs must load to talk to this kind of broker.
use_client_library() {
  if [ "$1" = embedded ]; then export LD_LIBRARY_PATH=$NEWER_LIBRDKAFKA; else unset LD_LIBRARY_PATH; fi
}
