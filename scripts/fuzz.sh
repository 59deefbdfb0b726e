#!/usr/bin/env bash
# Runs every fuzz target for a while under clang's libFuzzer. Without clang there is nothing to run: the corpus is
# a plain test everywhere (ctest -R fuzz_corpus).
#   scripts/fuzz.sh [SECONDS]       seconds per target, 30 unless told
# What the fuzzer finds interesting is kept in build/fuzz/found/; a crash leaves its input in build/fuzz/crashes/.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-30}
if ! [[ "$seconds" =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: scripts/fuzz.sh [SECONDS]" >&2
  exit 2
fi
if ! command -v clang++ >/dev/null; then
  echo "fuzz: skipped, there is no clang++ (scripts/install-deps.sh test installs it)"
  exit 0
fi

scripts/build.sh fuzz fuzz_all
mkdir -p build/fuzz/crashes
failed=()
for program in build/fuzz/fuzz/fuzz_*; do
  target=${program##*/fuzz_}
  found=build/fuzz/found/$target
  log=build/fuzz/$target.log
  mkdir -p "$found"
  case $target in  # where JSON may be wide and long: a reader that is not linear runs into the timeout
    json | packet | sync_event | token_request | foreign_token) wide=(-max_len=65536 -dict=tests/fuzz/members.dict) ;;
    connected_client) wide=(-max_len=16384 -entropic=0 -dict=tests/fuzz/connected_client.dict) ;;  # or it counts more than it runs
    *) wide=() ;;
  esac
  if "$program" -max_total_time="$seconds" -timeout=5 "${wide[@]}" -rss_limit_mb=1024 -print_final_stats=1 \
       -artifact_prefix="build/fuzz/crashes/$target-" "$found" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    echo "fuzz: $target ok, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
  else
    tail -n 60 "$log"
    echo "fuzz: $target FAILED; the input is in build/fuzz/crashes/"
    failed+=("$target")
  fi
done
[ ${#failed[@]} -eq 0 ]
