# shellcheck shell=bash
# A Python of our own (a venv in the state folder): it downloads wheels and runs the demo's localstripe.

PYTHON_HOME=$TRIBUTARY_STATE/python

# The packages that Python needs from Debian, where this machine has no complete Python 3 already.
python_packages() {
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then echo python3 python3-venv; fi
}

prepare_python() {
  [ ! -x "$PYTHON_HOME/bin/pip" ] || return 0
  say "making a Python environment"
  rm -rf "$PYTHON_HOME"
  python3 -m venv "$PYTHON_HOME" >"$TRIBUTARY_LOGS/python.log" 2>&1 || {
    show_tail "$TRIBUTARY_LOGS/python.log"
    fail "python3 -m venv $PYTHON_HOME failed"
  }
}

# run_pip ARGUMENTS...
run_pip() {
  local log=$TRIBUTARY_LOGS/pip.log
  "$PYTHON_HOME/bin/pip" --disable-pip-version-check --no-input "$@" >>"$log" 2>&1 || {
    show_tail "$log"
    fail "pip $1 failed; is PyPI reachable from here? Its output is in $log"
  }
}

# download_wheel PROJECT VERSION SHA256 PLATFORM FOLDER PIP-OPTIONS...: one wheel whose contents are known by their hash.
download_wheel() {
  local project=$1 version=$2 sha256=$3 platform=$4 folder=$5 wheel
  shift 5
  rm -rf "$folder"
  mkdir -p "$folder"
  prepare_python
  say "downloading $project $version"
  run_pip download --no-deps --only-binary=:all: --platform "$platform" "$@" --dest "$folder" "$project==$version"
  for wheel in "$folder"/*.whl; do
    echo "$sha256  $wheel" | sha256sum --check --quiet >/dev/null 2>&1 ||
      fail "$(basename "$wheel") is not the file it should be: its SHA-256 is $(sha256sum <"$wheel" | cut -d' ' -f1), expected $sha256"
    "$PYTHON_HOME/bin/python" -m zipfile -e "$wheel" "$folder"
    rm "$wheel"
  done
}
