#!/usr/bin/env bash
# Time from start to connected and resident memory of one idle client: the SDK next to the official
# JavaScript client, on the same service, in turns.
#   bench/client_start.sh [ROUNDS]
source "$(dirname "$0")/support.sh"
rounds=${1:-7}
js=tests/conformance/official_js
[ -d "$root/$js/node_modules" ] || (cd "$root/$js" && npm ci --silent)

write_config :memory:
start token_server "$bin/token_server" --config "$work/config.json"
start chat_service "$bin/chat_service" --config "$work/config.json"
url=$(url_of chat_service)
token() { curl -s -d "user=$1" "$(url_of token_server)/v1/token" | sed 's/.*"token":"\([^"]*\)".*/\1/'; }

# Imports resolve from the script's folder, so the script goes where the packages are.
cp "$root/bench/peers/js_client/start.mjs" "$root/$js/.client_start.mjs"
trap 'rm -f "$root/$js/.client_start.mjs"; cleanup' EXIT
for i in $(seq "$rounds"); do
  "$bin/client_start_bench" "$url" "$(token "cpp$i")" >>"$work/cpp"
  node --experimental-global-webcrypto "$root/$js/.client_start.mjs" "$url" "$(token "js$i")" 2>/dev/null >>"$work/js"
done
column() { awk -v c="$1" '{print $c}' "$2" | median; }
echo "medians of $rounds rounds"
echo "SDK: $(column 1 "$work/cpp") ms, $(column 2 "$work/cpp") KiB; official client: $(column 1 "$work/js") ms, $(column 2 "$work/js") KiB"
