#!/usr/bin/env bash
# Time from start to connected and resident memory of one idle client: the SDK next to the official
# JavaScript client, on the same service, in turns.
#   bench/client_start.sh [ROUNDS]
source "$(dirname "$0")/support.sh"
rounds=${1:-7}
install_official_client start.mjs

write_config :memory:
start token_server "$bin/token_server" --config "$work/config.json"
start chat_service "$bin/chat_service" --config "$work/config.json"
url=$(url_of chat_service)

for i in $(seq "$rounds"); do
  "$bin/client_start_bench" "$url" "$(token "cpp$i")" >>"$work/cpp"
  official "$url" "$(token "js$i")" 2>/dev/null >>"$work/js"
done
echo "medians of $rounds rounds"
echo "SDK: $(column 1 "$work/cpp") ms, $(column 2 "$work/cpp") KiB; official client: $(column 1 "$work/js") ms, $(column 2 "$work/js") KiB"
