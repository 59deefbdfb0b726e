#!/usr/bin/env bash
# Resident memory of the service per idle connected client (aims at 10,000: <= 24 KB, <= 60 KB with TLS). The kernel's
# part is not in it.
#   bench/idle_memory.sh [CONNECTIONS]
source "$(dirname "$0")/support.sh"
connections=${1:-10000}
ulimit -n $((connections + 1000))
make_certificate
for kind in plain tls; do
  [ $kind = plain ] || chat_more=", \"tls\": {\"certificate_file\": \"$work/cert.pem\", \"private_key_file\": \"$work/key.pem\"}"
  rm -rf "$work"/idle.db*
  start_service "$work/idle.db"
  bytes=$("$bin/idle_memory_bench" "$service_port" "$service_pid" "$connections" $kind)
  awk -v k=$kind -v n="$connections" -v b="$bytes" 'BEGIN {printf "%s: %.1f KB per client at %d connections\n", k, b / 1000, n}'
  stop_last
done
