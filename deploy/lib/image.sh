# shellcheck shell=bash
# The images' run stage without a Docker engine: a Debian of the same packages in a folder, to be entered with chroot.

# run_stage_packages: what the Dockerfile installs in its stage `run`.
run_stage_packages() {
  sed -n '/ AS run$/,/^FROM run AS/p' "$TRIBUTARY_ROOT/deploy/Dockerfile" |
    sed -n '/apt-get install/,/rm -rf/p' | grep -oE '^ +[a-z0-9][a-z0-9.+-]+ ' | tr -d ' '
}

# make_run_stage FOLDER: once for each list of packages.
make_run_stage() {
  local root=$1 packages
  packages=$(run_stage_packages | paste -sd ,)
  [ -n "$packages" ] || fail "no packages found in the run stage of deploy/Dockerfile"
  if [ "$(cat "$root/.packages" 2>/dev/null)" != "$packages" ]; then
    say "making a Debian 12 with: ${packages//,/ }"
    rm -rf "$root"
    debootstrap --variant=minbase --include="$packages" bookworm "$root" >"$TRIBUTARY_LOGS/debootstrap.log" 2>&1 || {
      show_tail "$TRIBUTARY_LOGS/debootstrap.log"
      fail "debootstrap failed"
    }
    echo "$packages" >"$root/.packages"
  fi
  chmod 755 "$root"
}

# in_image FOLDER COMMAND...: as the image would run it: not root, its own processes, nothing of this machine's
# environment but what the Dockerfile sets. NAME=VALUE may stand before the command.
in_image() {
  local root=$1
  shift
  unshare --mount --pid --fork --mount-proc="$root/proc" \
    chroot --userspec=65534:65534 "$root" env -i TRIBUTARY_CATALOG=/app/catalog HTTP_PORT=8080 "$@"
}

# check_health FOLDER SERVICE PORT: the health check fails while the service does not run, succeeds while it does (without
# a database or a broker: it is alive and waits for them), and SIGTERM ends it cleanly.
check_health() {
  local root=$1 service=$2 port=$3
  # shellcheck disable=SC2016 # the inner shell expands it
  in_image "$root" HTTP_PORT="$port" LOG_LEVEL=error \
    TRIBUTARY_POSTGRES='host=127.0.0.1 port=1 dbname=none user=none' KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1 \
    TRIBUTARY_KEYS="check:$(head -c 32 /dev/urandom | base64)" SERVICE="/app/$service" /bin/sh -c '
      if "$SERVICE" healthcheck; then echo "healthy without a service" >&2; exit 1; fi
      "$SERVICE" & process=$!
      tries=0
      until "$SERVICE" healthcheck; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ]; then echo "never healthy" >&2; exit 1; fi
        sleep 0.1
      done
      kill -TERM "$process"
      wait "$process" || { echo "SIGTERM: exit status $?" >&2; exit 1; }'
}
