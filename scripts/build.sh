#!/usr/bin/env bash
# Configures and builds a preset (dev, release, asan, tsan, bench). Quiet unless something fails.
set -euo pipefail
cd "$(dirname "$0")/.."

# Objects compiled in another clone of the same sources are the same objects, also those with precompiled headers.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros

preset=${1:?usage: scripts/build.sh PRESET [TARGET...]}
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "building preset $preset"
cmake --preset "$preset" >"$log" 2>&1 || { cat "$log"; exit 1; }
targets=()
[ $# -eq 0 ] || targets=(--target "$@")
cmake --build --preset "$preset" "${targets[@]}" >"$log" 2>&1 || { grep -vE '^\[[0-9]+/' "$log"; exit 1; }
