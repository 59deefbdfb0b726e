#!/usr/bin/env bash
# Acknowledged sends per second on a SQLite file, by raw clients: one sender, then many. The peer is a bare loop that
# writes the same rows into the same file system with as many sends per commit (aims with 64: >= 5,000/s and >= 0.5 x).
# Rounds are interleaved; medians count.
#   bench/durable_sends.sh [ROUNDS] [SECONDS]
source "$(dirname "$0")/support.sh"
rounds=${1:-3} seconds=${2:-4}
for _ in $(seq "$rounds"); do
  for senders in 1 8 64; do
    rm -rf "$work"/sends.db*
    start_service "$work/sends.db"
    "$bin/durable_sends_bench" "$service_port" "$senders" "$seconds" >>"$work/ours.$senders"
    stop_last
    "$bin/sqlite_loop_bench" "$work/sends.db" "$senders" "$seconds" >>"$work/bare.$senders"
  done
done
for senders in 1 8 64; do
  awk -v n="$senders" -v o="$(column 1 "$work/ours.$senders")" -v p="$(column 2 "$work/ours.$senders")" \
    -v q="$(column 3 "$work/ours.$senders")" -v b="$(column 1 "$work/bare.$senders")" \
    'BEGIN {printf "%d senders: %d acknowledged sends/s, p50 %.1f ms, p99 %.1f ms; bare loop %d/s; ratio %.2f\n", n, o, p, q, b, o/b}'
done
