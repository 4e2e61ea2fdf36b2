# shellcheck shell=bash
# What a stage of ./verify may use. Sourced by every script in tools/verify.d (bash).
#
# A stage runs in a process of its own, with the repository's root as its working directory and its output in a log.
# Of a failed stage's log ./verify shows what follows the line "What went wrong:", or else the last 60 lines.
# VERIFY is quick, default or full. Success is exit 0; what it counted it says with `tally`, else it counts as one check.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"
. tools/lib/jdk.sh
: "${VERIFY:=default}" "${VERIFY_TALLY:=/dev/stdout}"
WORK=$ROOT/target/verify
mkdir -p "$WORK"

tally() { printf '%d %d %d\n' "$1" "$2" "${3:-0}" >>"$VERIFY_TALLY"; } # PASSED FAILED [SKIPPED]

skip() { # leaves this stage out, which CI does not accept
  printf 'needed: %s\n' "$*"
  [ "${CI:-}" = true ] && exit 1
  exit 77
}

not_in() { # not_in quick: this stage is no part of that run
  [ "$VERIFY" != "$1" ] || exit 78
}

# need COMMAND DEBIAN-PACKAGE [HOMEBREW-FORMULA]: skips the stage, naming the line that installs what is missing.
need() {
  command -v "$1" >/dev/null || skip "$1, which is not on the PATH. Install it: $(install_line "$2" "${3:-$2}" "$2")"
}

need_node() { # major version 20 or later
  need node nodejs node
  need npm npm node
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || skip "Node.js 20 or later; node on the PATH is $(node --version). With nvm: nvm install 20"
}

need_python() { # 3.11 or later
  need python3 python3 python
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    skip "Python 3.11 or later; python3 on the PATH is $(python3 --version). Install it: $(install_line python3.11 python@3.11)"
}

# Sets JAVA_HOME to a JDK 25 and puts its java first on the PATH.
need_jdk() {
  local home
  home=$(jdk_or_exit 2>&1) || skip "a JDK 25.
$home"
  export JAVA_HOME=$home PATH=$home/bin:$PATH
}
