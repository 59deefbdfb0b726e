#!/usr/bin/env bash
# One sender, many receivers in one conversation: deliveries per second at saturation with 64 messages and with 1 in
# flight, and latency at half of the former. Peers: nats-server with raw subscribers of one subject and as many bytes
# per delivery (aims: >= 0.3 x with 64 in flight, >= 0.5 x with one), prosody with a group chat and its archive
# (aim: >= 3 x). Every delivery of ours is acknowledged by its receiver, theirs are not. Rounds are interleaved; medians
# count. Needs root or sudo for the peers' packages.
#   bench/fan_out.sh [ROUNDS] [SECONDS] [RECEIVERS]
source "$(dirname "$0")/support.sh"
rounds=${1:-5} seconds=${2:-4} receivers=${3:-500} text=100
install_peers nats-server prosody

nats_port=$((20000 + RANDOM % 5000)) xmpp_port=$((25000 + RANDOM % 5000))
cat >"$work/prosody.cfg.lua" <<LUA
daemonize = false; run_as_root = true; data_path = "$work/prosody.data"; pidfile = "$work/prosody.pid"
log = { { levels = { min = "warn" }, to = "file", filename = "$work/prosody.log" } }
interfaces = { "127.0.0.1" }; c2s_ports = { $xmpp_port }; c2s_direct_tls_ports = {}; s2s_ports = {}
modules_enabled = { "saslauth" }; modules_disabled = { "s2s", "tls" }
authentication = "anonymous"; c2s_require_encryption = false; storage = "internal"
VirtualHost "localhost"
Component "conference.localhost" "muc"
  modules_enabled = { "muc_mam" }; muc_log_by_default = true; muc_log_all_rooms = true; muc_room_locking = false
LUA

measure() { # NAME PEER PORT BYTES
  "$bin/fan_out_bench" "$2" "$3" "$receivers" "$4" "$seconds" | cut -d' ' -f2- >>"$work/$1"
}
ours() { # NAME DATABASE
  start_service "$2"
  measure "$1" parley "$service_port" "$text"
  stop_last
}
for _ in $(seq "$rounds"); do
  rm -rf "$work"/fan_out.db*
  ours parley ":memory:"
  ours parley_file "$work/fan_out.db"
  background nats-server -a 127.0.0.1 -p "$nats_port"; await_port "$nats_port"
  # 22 bytes or so of the protocol come on top, as with us those of the WebSocket.
  measure nats nats "$nats_port" $(($(awk 'END {print $1}' "$work/parley") - 22))
  stop_last
  mkdir "$work/prosody.data"
  background prosody -F --config "$work/prosody.cfg.lua"; await_port "$xmpp_port"
  measure prosody prosody "$xmpp_port" "$text"
  stop_last
  rm -r "$work/prosody.data"
done

ratio() { awk -v o="$(column "$3" "$work/$1")" -v p="$(column "$3" "$work/$2")" 'BEGIN {printf "%.2f", o/p}'; }
echo "$receivers receivers, $text characters of text; medians of $rounds rounds of $seconds s"
for name in parley parley_file nats prosody; do
  echo "$name: $(column 1 "$work/$name") bytes each; $(column 2 "$work/$name")/s with 64 in flight, $(column 3 "$work/$name")/s with 1;" \
    "at half of the former p50 $(column 4 "$work/$name") ms, p99 $(column 5 "$work/$name") ms"
done
for name in parley parley_file; do
  echo "$name / nats: $(ratio $name nats 2) with 64 (aim 0.3), $(ratio $name nats 3) with 1 (aim 0.5);" \
    "$name / prosody: $(ratio $name prosody 2) with 64 (aim 3), $(ratio $name prosody 3) with 1"
done
