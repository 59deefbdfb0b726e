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
source ../suite.sh

install ../official_js # its support is used here
install .
install lowest
run_suite 3 "$@"
