#!/usr/bin/env bash
# Runs older official JavaScript clients against the programs of a build.
#   run.sh [--all] BIN_DIRECTORY [GROUP...]      e.g. run.sh build/release/bin messages lost
# One client of each generation, or with --all every client (about two minutes).
# Exit status: 0 all passed, 77 skipped because the npm registry cannot be reached, else failed.
set -euo pipefail

if [ "${1:-}" = --all ]; then
  export PARLEY_CLIENTS=all
  shift
fi
[ $# -ge 1 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
PARLEY_BIN=$(cd "$1" && pwd)
export PARLEY_BIN
shift
cd "$(dirname "$0")"

install() { # DIRECTORY
  local log
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock.json" && return
  log=$(mktemp)
  if npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --fetch-retries 2 --fetch-retry-mintimeout 1000 \
      --fetch-retry-maxtimeout 5000 >"$log" 2>&1; then
    cp "$1/package-lock.json" "$1/node_modules/.installed-lock.json"
    rm -f "$log"
    return
  fi
  cat "$log" >&2
  if grep -Eq 'code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)' "$log"; then
    echo "SKIPPED: npm registry unreachable"
    exit 77
  fi
  echo "older_js: npm ci failed in $1" >&2
  exit 1
}
install ../official_js # its support is used here
install .
install lowest

# Such programs are slow and large; the suite is patient with them, and they may keep less of what was freed.
sanitized() {
  export PARLEY_SANITIZED=1 PARLEY_SLOWNESS=${PARLEY_SLOWNESS:-$1} ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=32}
}
if grep -aqm1 __asan_init "$PARLEY_BIN/chat_service"; then sanitized 12; fi
if grep -aqm1 __tsan_init "$PARLEY_BIN/chat_service"; then sanitized 20; fi

node_options=()
# Node 18 has the Web Crypto API the client needs only behind this flag.
case "$(node --version)" in v18.*) node_options+=(--experimental-global-webcrypto) ;; esac

files=()
for group in "$@"; do
  [ -f "cases/$group.test.mjs" ] || { echo "older_js: no group $group" >&2; exit 2; }
  files+=("cases/$group.test.mjs")
done
[ ${#files[@]} -gt 0 ] || files=(cases/*.test.mjs)

# Files run side by side: most of their time is waiting, but not with sanitizers. Older Node decides itself
# how many.
side_by_side=${PARLEY_SANITIZED:+1}
node --help | grep -q -- --test-concurrency && node_options+=(--test-concurrency="${side_by_side:-3}")

exec node "${node_options[@]}" --test --test-reporter=spec "${files[@]}"
