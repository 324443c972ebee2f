# shellcheck shell=bash
# Long-running processes: started detached, remembered in a file, stopped by exactly that file.
# A file holds "pid start-time": the kernel gives a pid to others in time, but never with the same start time.

# process_start_time PID: its start in clock ticks since boot; fails when there is none or only its remains.
process_start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  stat=${stat##*) } # the name in parentheses may hold anything
  # shellcheck disable=SC2086 # the fields are numbers
  set -- $stat
  [ "$1" != Z ] || return 1
  printf '%s\n' "${20}"
}

# process_runs FILE: true while the process remembered in the file lives. Sets PROCESS_ID.
process_runs() {
  local started
  PROCESS_ID=""
  [ -s "$1" ] || return 1
  read -r PROCESS_ID started <"$1"
  [ "$(process_start_time "$PROCESS_ID")" = "$started" ]
}

# start_process FILE LOG COMMAND...: starts it in a session of its own, so that it outlives this terminal.
start_process() (
  file=$1 log=$2
  shift 2
  mkdir -p "$(dirname "$file")" "$(dirname "$log")"
  set +m # with job control setsid would fork, and the pid be another's
  setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
  printf '%s %s\n' "$!" "$(process_start_time "$!" || echo 0)" >"$file"
)

# stop_process FILE [SIGNAL] [SECONDS]: ends it, by SIGKILL when it has not ended in time (default TERM, 30).
stop_process() {
  if process_runs "$1"; then
    kill -s "${2:-TERM}" "$PROCESS_ID" 2>/dev/null || true
    if ! wait_until "${3:-30}" process_has_ended "$1"; then
      kill -s KILL "$PROCESS_ID" 2>/dev/null || true
      wait_until 10 process_has_ended "$1" || return 1
    fi
  fi
  rm -f "$1"
}

process_has_ended() {
  ! process_runs "$1"
}

# end_marked_processes NAME=VALUE: kills every process whose environment at its start held this, except this one.
# It finds what a test started and lost when the test itself was killed.
end_marked_processes() {
  local environment pid
  for environment in /proc/[0-9]*/environ; do
    pid=${environment#/proc/}
    pid=${pid%/environ}
    if [ "$pid" = "$$" ] || [ "$pid" = "$BASHPID" ]; then continue; fi
    if grep -qzxF -- "$1" "$environment" 2>/dev/null; then kill -s KILL "$pid" 2>/dev/null || true; fi
  done
}
