#!/usr/bin/env bash
# A service inside the own process: time until it takes connections (aim: < 50 ms), until a client without a socket is
# connected, and to stop it. Medians.
#   bench/service_start.sh [ROUNDS]
source "$(dirname "$0")/support.sh"
read -r memory file connected stopped < <("$bin/service_start_bench" "${1:-100}" "$work/start.db")
echo "ready after $memory ms in memory, $file ms with a new file; client connected after $connected ms; stopped after $stopped ms"
