#!/usr/bin/env bash
# Runs the tests again and again while two other processes keep the processors busy: a test that hangs on the
# machine's speed fails here. Stops at the first failure and keeps its log; what has passed at this commit is not run again.
#   steady.sh N                  N runs without the official clients
#   steady.sh N conformance      N runs of the official clients
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${1:-}
kind=${2:-suite}
case "$kind" in
  suite) selection=(--label-exclude conformance) ;;
  conformance) selection=(--label-regex conformance) ;;
  *) runs= ;;
esac
if ! [[ "$runs" =~ ^[1-9][0-9]*$ ]]; then
  sed -n '2,5p' "$0" >&2
  exit 2
fi

scripts/install-deps.sh test
scripts/build.sh release
mkdir -p build/steady
passed=build/steady/$kind.$(git rev-parse --short HEAD)
touch "$passed"

hogs=()
stop_hogs() { [ ${#hogs[@]} -eq 0 ] || kill "${hogs[@]}" 2>/dev/null || true; }
trap stop_hogs EXIT
for _ in 1 2; do
  (while :; do :; done) &
  hogs+=($!)
done

while done_runs=$(wc -l <"$passed"); [ "$done_runs" -lt "$runs" ]; do
  log=build/steady/$kind.$((done_runs + 1)).log
  if ! ctest --test-dir build/release --output-on-failure --parallel 2 "${selection[@]}" >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "steady: run $((done_runs + 1)) of $runs FAILED; its log is $log" >&2
    exit 1
  fi
  grep -E 'tests passed' "$log" >>"$passed"
  echo "steady: run $((done_runs + 1)) of $runs passed ($kind)"
done
echo "steady: $runs of $runs runs passed ($kind)"
