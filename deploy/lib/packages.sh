# shellcheck shell=bash
# Debian packages: installs what is missing, and nothing else. apt-get update runs only when something is missing.

# The libraries that Package.swift names (`apt: "…"` and `// apt: …`).
library_packages() {
  grep -oE 'apt: "?[a-z0-9][a-z0-9.+-]*' "$TRIBUTARY_ROOT/Package.swift" | sed -E 's/^apt: "?//' | sort -u
}

package_is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# as_root COMMAND...: directly or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# install_packages NAME...
install_packages() {
  local name missing=()
  for name in "$@"; do
    package_is_installed "$name" || missing+=("$name")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    say "all Debian packages are there"
    return 0
  fi
  command -v apt-get >/dev/null ||
    fail "these packages are missing and there is no apt-get to install them: ${missing[*]}"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "these packages are missing: ${missing[*]}. Run this as root, install sudo, or install them yourself with: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  run_apt update
  case " ${missing[*]} " in *" postgresql "*) forbid_default_cluster ;; esac
  run_apt install --no-install-recommends -y "${missing[@]}"
  allow_default_cluster
}

# run_apt ARGUMENTS...: one line of progress per package, everything in the log.
run_apt() {
  local log=$TRIBUTARY_LOGS/apt.log
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null 2>&1 |
    tee -a "$log" | { grep --line-buffered -E '^(Need to get|Setting up)' || true; } | sed -u 's/^/    /'; then
    allow_default_cluster
    show_tail "$log"
    fail "apt-get $1 failed; its output is in $log"
  fi
}

# Debian's postgresql package creates and starts a cluster on port 5432 when it is installed. This machine's owner did
# not ask for one, so it is told not to, for this installation only.
DEFAULT_CLUSTER_SETTING=/etc/postgresql-common/createcluster.d/tributary-installs.conf

forbid_default_cluster() {
  as_root mkdir -p "$(dirname "$DEFAULT_CLUSTER_SETTING")"
  echo 'create_main_cluster = false' | as_root tee "$DEFAULT_CLUSTER_SETTING" >/dev/null
}

allow_default_cluster() {
  [ ! -e "$DEFAULT_CLUSTER_SETTING" ] || as_root rm -f "$DEFAULT_CLUSTER_SETTING"
}
