# shellcheck shell=bash
# Running test suites and keeping count: a suite that fails, or in which nothing ran, fails the whole, and the others
# still run, so that one round tells everything.

FAILED_SUITES=()
FAILED_TESTS=""
SUITE_PROCESS=""

# Swift's and the shell's own checkers, with nothing to forgive.
check_style() {
  local scripts
  mapfile -t scripts < <(grep -ls '^#!/usr/bin/env bash' deploy/* .ci/*)
  if swift format lint --strict --recursive --parallel Package.swift Shared Services Tests 9>&- &&
    shellcheck deploy/lib/*.sh "${scripts[@]}"; then
    say "swift format and shellcheck have nothing to say"
  else
    FAILED_SUITES+=("style: see the findings above")
  fi
}

# run_suite NAME SWIFT-TEST-OPTIONS...: its output is shown and kept.
run_suite() {
  local log=$TRIBUTARY_LOGS/test-$1.log name=$1 count status=0
  shift
  # A job of its own, so that a signal to this command is handled at once and the whole suite can be ended.
  set -m
  { swift test -c release --skip-build --disable-xctest "$@" 2>&1 | tee "$log"; } </dev/null 9>&- &
  SUITE_PROCESS=$!
  set +m
  wait "$SUITE_PROCESS" || status=$?
  SUITE_PROCESS=""
  count=$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' "$log" | tail -n 1)
  if [ "$status" != 0 ]; then
    FAILED_SUITES+=("$name: failed")
    FAILED_TESTS+="$name:"$'\n'$(what_failed "$log")$'\n'
  elif [ "${count:-0}" = 0 ]; then
    FAILED_SUITES+=("$name: no test ran")
  fi
}

# What the log of a suite says of its failures, or its end where it says nothing, as after a crash.
what_failed() {
  if grep -q '✘' "$1"; then
    grep -A 3 '✘' "$1" | cut -c 1-600 | sed -n 1,60p
  else
    tail -n 20 "$1"
  fi
}

# run_service_suites KIND: the suites that need a Postgres and a broker.
run_service_suites() {
  step "Integration tests ($1)"
  # A few at a time: some look at what the database's own clock says, and a hundred databases at once make seconds of
  # moments on a small machine.
  SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8 run_suite "integration-$1" --filter '^IntegrationTests\.'
  step "End-to-end tests ($1)"
  run_suite "end-to-end-$1" --filter '^EndToEndTests\.'
}

# Ends the suite that runs, if one does, with everything in its process group.
end_running_suite() {
  local group=$SUITE_PROCESS
  SUITE_PROCESS=""
  [ -n "$group" ] || return 0
  kill -s TERM -- "-$group" 2>/dev/null || return 0
  wait_until 5 group_has_ended "$group" || kill -s KILL -- "-$group" 2>/dev/null || true
}

group_has_ended() {
  ! kill -s 0 -- "-$1" 2>/dev/null
}

# Ends the command with the verdict, and with what failed, which may lie thousands of lines above. Nothing is printed
# after a success: the last line is swift test's own summary.
report_suites() {
  [ -z "$FAILED_TESTS" ] || { step "What failed" && printf '%s' "$FAILED_TESTS"; }
  [ ${#FAILED_SUITES[@]} -eq 0 ] || fail "$(printf '%s\n' "${FAILED_SUITES[@]}" | paste -sd ';' | sed 's/;/; /g'). Logs: $TRIBUTARY_LOGS"
}
