# shellcheck shell=bash
# The Swift build. One configuration for everything, so that `test`, `up` and `bench` share what is compiled.

require_swift() {
  command -v swift >/dev/null ||
    fail "no swift on the PATH; install Swift 6.2 or newer for this system from https://www.swift.org/install/linux/"
}

# The index store is on because the discovery of tests reads it, and because switching it compiles everything again.
# build_release OPTIONS...: compiler output as it comes; sets TRIBUTARY_BIN, the folder of the executables.
build_release() {
  swift build -c release --enable-index-store "$@" 9>&- || fail "the build failed; the first error above says where"
  TRIBUTARY_BIN=$(swift build -c release --show-bin-path)
  export TRIBUTARY_BIN
}
