#!/usr/bin/env bash
# Acknowledged sends per second on a SQLite file: one sender, then many.
#   bench/durable_sends.sh [SECONDS]
source "$(dirname "$0")/support.sh"
for senders in 1 8 64; do "$bin/durable_sends_bench" "$work/sends-$senders.db" "$senders" "${1:-5}"; done
