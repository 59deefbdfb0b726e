# Sourced by the run.sh of each suite of the vendor's clients, in that suite's directory.

# DIRECTORY: installs what its lock file says, unless it is there. Ends the program with 77 where npm cannot be reached.
install() {
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
  echo "$(basename "$PWD"): npm ci failed" >&2
  exit 1
}

# Programs with sanitizers are slow and large; the suite is patient with them, and they may keep less of what was freed.
sanitized() {
  export PARLEY_SANITIZED=1 PARLEY_SLOWNESS=${PARLEY_SLOWNESS:-$1} ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=32}
}

# [GROUP...]: the files of these groups, or of all, in $files.
choose_files() {
  local group found
  files=()
  for group in "$@"; do
    # A large group is several files: token_server is all token_server_*.
    found=$(compgen -G "cases/$group.test.mjs" || compgen -G "cases/${group}_*.test.mjs") ||
      { echo "$(basename "$PWD"): no group $group" >&2; exit 2; }
    mapfile -t -O "${#files[@]}" files <<<"$found"
  done
  [ ${#files[@]} -gt 0 ] || files=(cases/*.test.mjs)
}

# FILES AT A TIME, [GROUP...]: becomes the test runner. Most of the files' time is waiting, but not with sanitizers.
# Older Node decides itself how many run at a time.
run_suite() {
  local at_a_time=$1 options=()
  shift
  choose_files "$@"
  if grep -aqm1 __asan_init "$PARLEY_BIN/chat_service"; then sanitized 12; fi
  if grep -aqm1 __tsan_init "$PARLEY_BIN/chat_service"; then sanitized 20; fi
  # Node 18 has the Web Crypto API the client needs only behind this flag.
  case "$(node --version)" in v18.*) options+=(--experimental-global-webcrypto) ;; esac
  [ -z "${PARLEY_SANITIZED:-}" ] || at_a_time=1
  node --help | grep -q -- --test-concurrency && options+=(--test-concurrency="$at_a_time")
  exec node "${options[@]}" --test --test-reporter=spec "${files[@]}"
}
