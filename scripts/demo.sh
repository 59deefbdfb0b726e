#!/usr/bin/env bash
# Installs, builds and runs the main job with everything embedded: no account, no network.
# In a terminal: an interactive chat. Without one: a scripted tour that exits 0 when every step is ok.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh
scripts/build.sh release demo_app

if [ -t 0 ]; then
  exec build/release/bin/demo_app "$@"
fi
exec build/release/bin/demo_app --tour
