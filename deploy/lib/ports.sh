# shellcheck shell=bash
# Free ports on loopback. Ports are taken from below the range from which the kernel hands out client ports.

CHOSEN_PORTS=()

# port_is_taken PORT [STATE]: true while a socket of this machine has it as its local port, in any state or in the given
# one (0A is listening).
port_is_taken() {
  local hex
  printf -v hex ':%04X' "$1"
  awk -v port="$hex" -v state="${2:-}" '
    FNR > 1 && substr($2, length($2) - 4) == port && (state == "" || $4 == state) { found = 1 }
    END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# True when something accepts connections on the port of 127.0.0.1.
port_answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# choose_port VARIABLE: sets it to a free port that this command has not chosen before.
choose_port() {
  local candidate
  while :; do
    candidate=$((20000 + RANDOM % 12000))
    case " ${CHOSEN_PORTS[*]-} " in *" $candidate "*) continue ;; esac
    port_is_taken "$candidate" || break
  done
  CHOSEN_PORTS+=("$candidate")
  printf -v "$1" '%s' "$candidate"
}

# keep_port VARIABLE NAME: as choose_port, but the same port as last time where nothing listens on it.
keep_port() {
  local file=$TRIBUTARY_STATE/ports/$2 kept=""
  mkdir -p "$TRIBUTARY_STATE/ports"
  [ ! -s "$file" ] || kept=$(<"$file")
  if [ -n "$kept" ] && ! port_is_taken "$kept" 0A; then
    CHOSEN_PORTS+=("$kept")
    printf -v "$1" '%s' "$kept"
  else
    choose_port "$1"
    printf '%s\n' "${!1}" >"$file"
  fi
}
