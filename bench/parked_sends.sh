#!/usr/bin/env bash
# Messages that wait to be sent: what each costs, and whether more of them cost more each.
#   bench/parked_sends.sh [ROUNDS] [COUNTS...]
source "$(dirname "$0")/support.sh"
rounds=${1:-3}
counts=("${@:2}")
[ ${#counts[@]} -gt 0 ] || counts=(5000 20000 80000)

start_service "$work/chat.db"
start token_server "$bin/token_server" --config "$work/config.json"
for round in $(seq "$rounds"); do
  for count in "${counts[@]}"; do
    "$bin/parked_sends_bench" "$(url_of chat_service)" "$(token "user$round")" "$count" >>"$work/$count"
  done
done
for count in "${counts[@]}"; do
  printf '%6s messages: %6.2f us each until queued, %5.0f bytes each, %6.1f us each until stored\n' "$count" \
    "$(column 2 "$work/$count" | awk -v n="$count" '{print 1000 * $1 / n}')" "$(column 3 "$work/$count")" \
    "$(column 4 "$work/$count" | awk -v n="$count" '{print 1000 * $1 / n}')"
done
