#!/usr/bin/env bash
# Runs the official JavaScript clients against the programs of a build.
#   run.sh BIN_DIRECTORY [GROUP...]      e.g. run.sh build/release/bin messages reconnect
# Exit status: 0 all passed, 77 skipped because the npm registry cannot be reached, else failed.
set -euo pipefail

[ $# -ge 1 ] || { sed -n '2,4p' "$0" >&2; exit 2; }
PARLEY_BIN=$(cd "$1" && pwd)
export PARLEY_BIN
shift
cd "$(dirname "$0")"
source ../suite.sh

install .
run_suite 4 "$@"
