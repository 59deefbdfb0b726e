#!/usr/bin/env bash
# Latency of send, page and unread as data grow, on a SQLite file (aim: flat, below 2 x, except where written why).
#   bench/growth.sh [MOST_MESSAGES] [MOST_CHANNELS]
source "$(dirname "$0")/support.sh"
table() { awk 'NR == 1 {s = $2; p = $3; u = $4}
  {printf "%8d: send %.2f ms (%.2f x), page %.2f ms (%.2f x), unread %.2f ms (%.2f x)\n", $1, $2, $2/s, $3, $3/p, $4, $4/u}'; }
run() { # messages|channels COUNTS...
  rm -rf "$work"/growth.db*
  start_service "$work/growth.db"
  echo "$1:"; "$bin/growth_bench" "$service_port" "$@" | table
  stop_last
}
up_to() { local most=$1; shift; for count in "$@"; do [ "$count" -gt "$most" ] || echo "$count"; done; }
run messages $(up_to "${1:-1000000}" 1000 100000 1000000)
run channels $(up_to "${2:-10000}" 10 1000 10000)
