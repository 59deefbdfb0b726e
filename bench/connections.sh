#!/usr/bin/env bash
# Back after an outage of the service, with and without reconnect_now(), next to the official client; a service
# that is half dead; an idle client (aims: 1.5 s, 30 s; 5 s; no wake-up beyond its ping, 11 MiB).
#   bench/connections.sh [OUTAGE_SECONDS] [CLIENTS] [IDLE_SECONDS]
source "$(dirname "$0")/support.sh"
outage=${1:-70}
clients=${2:-20}
idle=${3:-60}
install_official_client outage.mjs

start_service "$work/chat.db"
stop_last
# It comes back where it was.
sed -i "s/\"listen\": \"127.0.0.1:0\", \"database\"/\"listen\": \"127.0.0.1:$service_port\", \"database\"/" "$work/config.json"
start token_server "$bin/token_server" --config "$work/config.json"

come_back() {
  rm -f "$work/chat_service.out"
  start chat_service "$bin/chat_service" --config "$work/config.json"
  service_pid=${children[-1]}
}

crash() {
  kill -9 "$service_pid"
  wait "$service_pid" 2>/dev/null || true
  unset 'children[-1]'
}

after_outage() { # COMMAND...: what it says when it is told that the service is back
  local ready times from to
  coproc client { "$@" 2>>"$work/client.err"; }
  exec {from}<&"${client[0]}" {to}>&"${client[1]}" # its own are closed when it ends
  read -r -u "$from" ready || { cat "$work/client.err" >&2; exit 1; }
  crash
  sleep "$outage"
  come_back
  echo back >&"$to"
  read -r -u "$from" times || { cat "$work/client.err" >&2; exit 1; }
  exec {from}<&- {to}>&-
  echo "$times"
}

come_back
url=$(url_of chat_service)
tokens=()
for i in $(seq "$clients"); do tokens+=("$(token "user$i")"); done
for how in asks waits; do
  after_outage "$bin/connections_bench" outage "$url" "$how" "${tokens[@]}" >"$work/$how"
  awk -v how=$how -v s="$outage" -v n="$clients" \
    '{printf "%d s of outage, the application %s: first message stored after %.0f ms (median of %d), %.0f ms at most\n", s, how, $1, n, $2}' "$work/$how"
done
after_outage official "$url" "$(token official)" >"$work/official"
awk -v s="$outage" '{printf "%d s of outage, official client: first message stored after %.0f ms\n", s, $1}' "$work/official"

"$bin/connections_bench" silence "$url" "$(token silent)" "$service_pid" |
  awk '{printf "service stopped while a message was sent: noticed after %.0f ms, message stored after %.0f ms\n", $1, $2}'
"$bin/connections_bench" idle "$url" "$(token idle)" "$idle" |
  awk -v s="$idle" '{printf "idle for %d s: %d wake-ups, %.1f MiB resident\n", s, $1, $2 / 1024}'
