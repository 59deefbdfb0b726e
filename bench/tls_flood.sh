#!/usr/bin/env bash
# An honest client's requests over an open TLS connection while attackers who compute nothing begin handshakes with the
# dearest group that the server takes; without them in the same run. Medians of the rounds.
#   bench/tls_flood.sh [ROUNDS] [SECONDS] [CONNECTIONS]
source "$(dirname "$0")/support.sh"
rounds=${1:-5} seconds=${2:-5} connections=${3:-50}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" \
  2>/dev/null
for _ in $(seq "$rounds"); do
  "$bin/tls_flood_bench" "$work/cert.pem" "$work/key.pem" "$seconds" "$connections" >"$work/round"
  sed -n 1p "$work/round" >>"$work/alone"
  sed -n 2p "$work/round" >>"$work/flood"
done
for mode in alone flood; do
  echo "$mode: p50 $(column 1 "$work/$mode") ms, p99 $(column 2 "$work/$mode") ms, at most $(column 3 "$work/$mode") ms;" \
    "$(column 4 "$work/$mode") handshakes/s"
done
