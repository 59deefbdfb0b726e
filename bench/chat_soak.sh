#!/usr/bin/env bash
# Many clients at once for long: no error, nothing missing, memory flat.
#   bench/chat_soak.sh [SECONDS] [CLIENTS]
source "$(dirname "$0")/support.sh"
seconds=${1:-600} clients=${2:-2000}
ulimit -n $((clients * 2 + 1000))
start_service "$work/soak.db"
"$bin/chat_soak_bench" "$service_port" "$service_pid" "$clients" "$seconds"
kill -0 "$service_pid"
