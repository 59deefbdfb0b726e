#!/usr/bin/env bash
# The long forms of tests, which are no part of .ci/run.
#   long.sh              lists them
#   long.sh NAME...      runs these, stopping at the first failure
#   long.sh all          runs all
set -euo pipefail
cd "$(dirname "$0")/.."

# name | about how many minutes on two cores | what it shows
forms='
properties  | 20 | 10,000 random histories of the service core against its model
simulation  | 15 | 10,000 seeds of client and service on a network that breaks
kills       | 15 | a service, and a client with a cache, killed a hundred times under load: nothing acknowledged is lost
fuzz        | 60 | each fuzz target for five minutes
tsan        | 40 | official clients against programs with the thread sanitizer
asan        | 30 | official clients against programs with the address and undefined-behaviour sanitizers
soak        | 12 | 2,000 clients for ten minutes, memory flat (bench/chat_soak.sh)
client_soak | 12 | two clients with caches whose cables are cut every second for ten minutes (bench/client_soak.sh)
received    | 12 | a million messages received, each once and in order, memory flat (bench/sdk_vs_official.sh)
token_soak  | 15 | a million token requests, memory flat (bench/token_soak.sh)
gui         |  5 | the examples with windows, GTK and Qt, on a display without a screen
transfers   |  2 | a file of 200 MB up and down over a pipe that is cut at random bytes; the same bytes at the end
older       |  3 | every older official client, all cases (tests/conformance/older_js)
steady      | 90 | twenty runs of the suite and five of the official clients beside two busy processes
'

run_properties() { scripts/build.sh release service_properties_test && PARLEY_SEEDS=10000 build/release/tests/service_properties_test; }
run_simulation() { scripts/build.sh release chat_simulation_test && PARLEY_SEEDS=10000 build/release/tests/chat_simulation_test; }
run_kills() {
  scripts/build.sh release faults_kill_test faults_client_kill_test
  PARLEY_KILLS=100 build/release/tests/faults_kill_test
  PARLEY_KILLS=100 build/release/tests/faults_client_kill_test
}
run_fuzz() { scripts/fuzz.sh 300; }
run_clients() { scripts/build.sh "$1" chat_service token_server sdk_peer && tests/conformance/official_js/run.sh "build/$1/bin"; }
run_tsan() { run_clients tsan; }
run_asan() { run_clients asan; }
run_soak() { bench/chat_soak.sh; }
run_client_soak() { bench/client_soak.sh; }
run_received() { PARLEY_CLIENTS=sdk bench/sdk_vs_official.sh 1 1000000; }
run_token_soak() { bench/token_soak.sh; }
run_gui() {
  scripts/install-deps.sh gui
  scripts/build.sh gui chat_service gtk_loop qt_loop
  local bin=build/gui/bin
  for program in gtk_loop qt_loop; do
    xvfb-run --auto-servernum python3 tests/consumers/with_service.py $bin/chat_service $bin/$program --self-test
    echo "$program showed its own message"
  done
}
run_transfers() {
  scripts/build.sh release chat_sdk_integration_test
  PARLEY_TRANSFER_MB=200 build/release/tests/chat_sdk_integration_test --gtest_filter='TransferTest.ADownloadGoesOnWhereItBroke:TransferTest.AnUploadIsRepeatedUntilItIsThere'
}
run_older() { scripts/build.sh release chat_service token_server && tests/conformance/older_js/run.sh --all build/release/bin; }
run_steady() { scripts/steady.sh 20 && scripts/steady.sh 5 conformance; }

list() { echo "name        | min. | what it shows"; echo "$forms" | sed '/^$/d'; }
names() { echo "$forms" | awk '$1 {print $1}'; }

[ $# -gt 0 ] || { list; exit 0; }
wanted=("$@")
[ "$*" != all ] || mapfile -t wanted < <(names)
for name in "${wanted[@]}"; do
  names | grep -qx "$name" || { echo "long: no form $name" >&2; list >&2; exit 2; }
done
scripts/install-deps.sh test
for name in "${wanted[@]}"; do
  echo "== long: $name ($(date +%T))"
  "run_$name"
done
