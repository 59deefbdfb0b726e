#!/usr/bin/env bash
# Start of a client with 100, 1,000 and 10,000 channels: the SDK next to the official JavaScript client, on the same
# service with its default throttle, in turns; and of the SDK from its cache, without a network. The limit: what the service
# lets one user ask for.
#   bench/many_channels.sh [ROUNDS] [COUNTS...]
source "$(dirname "$0")/support.sh"
rounds=${1:-5}
counts=("${@:2}")
[ ${#counts[@]} -gt 0 ] || counts=(100 1000 10000)
install_official_client many_channels.mjs

measure() { # COUNT: both clients in turns
  local count=$1 url
  url=$(url_of chat_service)
  rm -rf "$work/sdk" "$work/official" "$work/cached" "$work/cache"
  for _ in $(seq "$rounds"); do
    "$bin/many_channels_bench" start "$url" "$(token "user$count")" >>"$work/sdk"
    sleep "$pause" # the throttle's bucket fills
    official "$url" "$(token "user$count")" \
      2>/dev/null >>"$work/official" || echo "$count - - -" >>"$work/official"
    sleep "$pause"
  done
  "$bin/many_channels_bench" start "$url" "$(token "user$count")" "$work/cache" >"$work/filled"
  sleep "$pause"
  for _ in $(seq "$rounds"); do
    "$bin/many_channels_bench" offline "$url" "$work/cache" "user$count" >>"$work/cached"
  done
  for client in sdk official cached; do
    printf '%6s channels, %-8s %8.0f ms until ready, %8.0f ms of processor, %7.0f KiB\n' "$count" "$client" \
      "$(column 2 "$work/$client")" "$(column 3 "$work/$client")" "$(column 4 "$work/$client")"
  done
}

# Made without the throttle, by a user of its own for each count.
start_service "$work/chat.db"
start token_server "$bin/token_server" --config "$work/config.json"
for count in "${counts[@]}"; do
  "$bin/many_channels_bench" make "$(url_of chat_service)" "$(token "user$count")" "$count"
done
pause=0
echo "without a throttle, medians of $rounds rounds"
for count in "${counts[@]}"; do measure "$count"; done

kill "$service_pid" && wait "$service_pid" 2>/dev/null || true
chat_limits='"limits": {"max_connections": 50000, "connections_per_address": 50000}'
start_service "$work/chat.db"
pause=4
echo "with the default throttle, medians of $rounds rounds"
for count in "${counts[@]}"; do measure "$count"; done
