#!/usr/bin/env bash
# One honest user sends a message a second, which a second client receives, while one attacker does his allowed worst:
# p99 of acknowledgement and delivery for each kind of attack, beside a run without attacker (aim: <= 50 ms each on two
# cores). The limits are the service's defaults, and this machine counts like any other address. Both ends and the attacker
# share the cores with the service.
#   bench/noisy_neighbour.sh [SECONDS] [MESSAGES] [MODE...]     MESSAGES: of the conversation that is deleted
source "$(dirname "$0")/support.sh"
seconds=${1:-60} messages=${2:-300000}
shift $(($# < 2 ? $# : 2))
ulimit -n 20000
modes=("$@")
[ ${#modes[@]} -gt 0 ] || mapfile -t modes < <("$bin/noisy_neighbour_bench" modes)
make_certificate
install_peers socat

# The honest user's TLS is spoken by socat, since the raw client does not.
tls_port=$((20000 + RANDOM % 10000))
honest_port() { if [ "$1" = handshakes ]; then echo "$tls_port"; else echo "$service_port"; fi; }

begin_attack() { # MODE
  "$bin/noisy_neighbour_bench" attack "$1" "$service_port" >"$work/attack.out" 2>"$work/attack.err" &
  children+=($!)
  for _ in $(seq 3000); do
    [ ! -s "$work/attack.out" ] || return 0
    kill -0 "${children[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  echo "$1: no attack" >&2; cat "$work/attack.err" >&2; exit 1
}

measure() { # MODE: "quiet" is without attacker
  [ "$1" = quiet ] || begin_attack "$1"
  local began=$EPOCHREALTIME busy_before
  busy_before=$(busy "$service_pid")
  read -r ack_p50 ack_p99 ack_max got_p50 got_p99 got_max < <("$bin/noisy_neighbour_bench" honest "$(honest_port "$1")" "$seconds")
  local share
  share=$(awk -v "ns=$(($(busy "$service_pid") - busy_before))" -v "from=$began" -v "to=$EPOCHREALTIME" \
    'BEGIN {printf "%.0f", ns / (to - from) / 1e7}')
  echo "$1: acknowledged p50 $ack_p50 p99 $ack_p99 max $ack_max ms; delivered p50 $got_p50 p99 $got_p99 max $got_max ms;" \
    "the service takes $share % of a processor"
  if [ "$1" != quiet ]; then
    kill -0 "${children[-1]}" 2>/dev/null || { echo "$1: the attack ended" >&2; cat "$work/attack.err" >&2; exit 1; }
    stop_last
  fi
}

# Many connections begin at once, and the one that is deleted must be written first.
rm -rf "$work"/noisy.db*
start_service "$work/noisy.db"
"$bin/noisy_neighbour_bench" prepare "$service_port" "$messages"
stop_last

defaults='"limits": {"connections_per_user": 100, "inits_per_second_per_address": 100}'
with_tls=", \"tls\": {\"certificate_file\": \"$work/cert.pem\", \"private_key_file\": \"$work/key.pem\"}"
for mode in quiet "${modes[@]}"; do
  chat_limits=$defaults chat_more=
  [ "$mode" != handshakes ] || chat_more=$with_tls
  start_service "$work/noisy.db"
  if [ "$mode" = handshakes ]; then
    background socat "TCP-LISTEN:$tls_port,bind=127.0.0.1,fork,reuseaddr" "OPENSSL:127.0.0.1:$service_port,verify=0"
    await_port "$tls_port"
  fi
  measure "$mode"
  [ "$mode" != handshakes ] || stop_last
  stop_last
done
