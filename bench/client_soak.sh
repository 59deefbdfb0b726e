#!/usr/bin/env bash
# Two clients with caches whose cables are cut every second, for long: nothing lost, doubled or out of order, memory flat.
#   bench/client_soak.sh [SECONDS]
source "$(dirname "$0")/support.sh"
start_service "$work/soak.db"
start token_server "$bin/token_server" --config "$work/config.json"
"$bin/client_soak_bench" "$(url_of chat_service)" "$(token alice)" "$(token bob)" "${1:-600}" "$work/cache"
kill -0 "$service_pid"
