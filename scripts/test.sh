#!/usr/bin/env bash
# Installs, builds and runs every test. The official-client suite is skipped, with the reason printed, only
# where npm cannot be reached.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh test
scripts/build.sh release
ctest --test-dir build/release --output-on-failure --parallel 2
