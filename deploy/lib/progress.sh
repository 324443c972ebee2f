# shellcheck shell=bash
# What the person at the terminal sees: steps with the time since the start, and errors that say what to do.

# Prints the start of a step.
step() {
  printf '\n==> [%d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"
}

# Prints a detail of the current step.
say() {
  printf '    %s\n' "$*"
}

# Prints an error and ends the command. EXIT traps still clean up.
fail() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

# show_tail FILE [LINES]: prints the end of a log as part of an error.
show_tail() {
  if [ -s "$1" ]; then
    printf '    the end of %s:\n' "$1" >&2
    tail -n "${2:-20}" "$1" | sed 's/^/    | /' >&2
  fi
}

# wait_until SECONDS COMMAND...: repeats a cheap check until it succeeds; false when the time is over.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}
