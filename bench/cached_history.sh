#!/usr/bin/env bash
# Messages in the cache: what keeping them costs, how soon a client shows them without a network, and pages of them next to
# the same pages from the service. The limit: reading the file.
#   bench/cached_history.sh [ROUNDS] [CHANNELS] [MESSAGES]
source "$(dirname "$0")/support.sh"
rounds=${1:-5} channels=${2:-1000} messages=${3:-100}

start_service "$work/chat.db"
start token_server "$bin/token_server" --config "$work/config.json"
url=$(url_of chat_service)
"$bin/cached_history_bench" fill "$url" "$(token plain)" "$channels" "$messages" >"$work/plain"
"$bin/cached_history_bench" fill "$url" "$(token kept)" "$channels" "$messages" "$work/cache" >"$work/kept"
for _ in $(seq "$rounds"); do
  "$bin/cached_history_bench" offline "$url" "$work/cache" kept >>"$work/offline"
  "$bin/cached_history_bench" online "$url" "$(token kept)" "$work/cache" >>"$work/online"
done
printf '%s channels with %s messages each; the cache has %s KiB\n' "$channels" "$messages" "$(du -k "$work"/cache/*.db | cut -f1)"
printf 'an acknowledged send: %.3f ms of processor without a cache, %.3f with one\n' "$(cat "$work/plain")" "$(cat "$work/kept")"
printf 'start without a network: %.0f ms; a page of 30: %.0f us\n' "$(column 1 "$work/offline")" "$(column 2 "$work/offline")"
printf 'connected, a page of 30: %.0f us from the service, %.0f us from the cache\n' "$(column 1 "$work/online")" "$(column 2 "$work/online")"
