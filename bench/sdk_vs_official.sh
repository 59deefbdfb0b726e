#!/usr/bin/env bash
# What messages cost the SDK and the official JavaScript client, on the same service, in turns: receiving in ten channels,
# sending one after another, sending at once. PARLEY_CLIENTS=sdk leaves the peer out.
#   bench/sdk_vs_official.sh [ROUNDS] [RECEIVED] [SENT] [AT_ONCE]
source "$(dirname "$0")/support.sh"
rounds=${1:-3} received=${2:-100000} sent=${3:-1000} at_once=${4:-5000}
channels=10
read -r -a clients <<<"${PARLEY_CLIENTS:-sdk official}"
install_official_client messages.mjs
sdk() { "$bin/sdk_vs_official_bench" "$@"; }

receive() { # CLIENT ROUND
  local listener=$1-listener$2 prefix=$1-heard$2 out=$work/$1.heard
  local where=("$url" "$(token "$listener")") speaker
  speaker=$(token speaker)
  sdk make "$url" "$speaker" "$prefix" "$channels" "$listener"
  : >"$out"
  if [ "$1" = sdk ]; then sdk receive "${where[@]}" "$prefix" "$channels" $((received / channels)) >"$out" &
  else official receive "${where[@]}" "$channels" $((received / channels)) >"$out" & fi
  local listening=$!
  children+=("$listening")
  until grep -q ready "$out"; do kill -0 "$listening"; sleep 0.1; done
  sdk say "$url" "$speaker" "$prefix" "$channels" $((received / channels))
  wait "$listening"
  tail -n 1 "$out" >>"$work/$1.receive"
}

start_service "$work/chat.db"
start token_server "$bin/token_server" --config "$work/config.json"
url=$(url_of chat_service)
for round in $(seq "$rounds"); do
  for client in "${clients[@]}"; do
    receive "$client" "$round"
    "$client" send "$url" "$(token "$client-one$round")" "$client-one$round" "$sent" >>"$work/$client.send"
    "$client" burst "$url" "$(token "$client-many$round")" "$client-many$round" "$at_once" >>"$work/$client.burst"
  done
done
echo "medians of $rounds rounds"
for client in "${clients[@]}"; do
  printf '%-8s receive %s: %.4f ms of processor each, %.0f KiB resident\n' "$client" "$received" \
    "$(column 1 "$work/$client.receive")" "$(column 2 "$work/$client.receive")"
  printf '%-8s send %s one after another: %.0f ms, %.0f ms of processor; %s at once: %.0f ms, %.0f ms of processor\n' \
    "$client" "$sent" "$(column 1 "$work/$client.send")" "$(column 2 "$work/$client.send")" \
    "$at_once" "$(column 1 "$work/$client.burst")" "$(column 2 "$work/$client.burst")"
done
