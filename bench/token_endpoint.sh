#!/usr/bin/env bash
# Token requests per second of a back end that shows its key, next to nginx serving a static file of the same
# size and to a Koa endpoint around the official helper that checks the same key; one thread each. Then latency at
# half of that load, memory with a thousand idle connections, and what a second worker adds.
# Needs: nginx, wrk, node. Rounds are interleaved; medians count.
#   bench/token_endpoint.sh [ROUNDS] [SECONDS]
source "$(dirname "$0")/support.sh"
rounds=${1:-5} seconds=${2:-4}
backend_key=pk_of-the-benchmarks-back-end

install_node_peer bench/peers/koa_token_endpoint

write_token_config() { # WORKERS
  cat >"$work/token$1.json" <<JSON
{"account": {"account_sid": "$account", "api_key_sid": "$key", "api_key_secret": "$secret", "chat_service_sid": "$service"},
 "token_server": {"listen": "127.0.0.1:0", "token_ttl_seconds": 3600, "workers": $1, "audit_log": "$work/audit$1.log",
  "limits": {"requests_per_minute_per_identity": 10000000},
  "callers": [{"type": "backend_keys", "keys": [{"name": "bench", "requests_per_minute": 10000000,
    "sha256": "$(printf %s "$backend_key" | sha256sum | cut -d' ' -f1)"}]}]}}
JSON
}
write_token_config 1; write_token_config 2
start token_server "$bin/token_server" --config "$work/token1.json"
ours_pid=${children[-1]} ours_url=$(url_of token_server)/v1/token
rm "$work/token_server.out"
start token_server "$bin/token_server" --config "$work/token2.json"
two_pid=${children[-1]} two_url=$(url_of token_server)/v1/token
start koa node "$root/bench/peers/koa_token_endpoint/server.js" 0 "$account" "$key" "$secret" "$service" "$backend_key"
koa_pid=${children[-1]} koa_url=$(url_of koa)/v1/token

ask() { curl -sf -d '{"user":"alice"}' -H 'content-type: application/json' -H "authorization: Bearer $backend_key" "$@"; }
mkdir "$work/www"
ask -o "$work/www/token" "$ours_url"
[ "$(ask "$koa_url" | wc -c)" = "$(stat -c %s "$work/www/token")" ] || { echo "replies differ in size" >&2; exit 1; }
start_nginx
nginx_pid=$(pgrep -P "${children[-1]}")
cat >"$work/post.lua" <<LUA
wrk.method = "POST"; wrk.body = '{"user":"alice"}'
wrk.headers["Content-Type"] = "application/json"; wrk.headers["Authorization"] = "Bearer $backend_key"
LUA
# A pause of 1 ms after each answer: the load is a matter of the number of connections.
{ cat "$work/post.lua"; echo 'function delay() return 1 end'; } >"$work/paced.lua"

run() { # NAME PID WRK'S ARGUMENTS...: requests per second, and processor time for each
  local name=$1 pid=$2 before
  shift 2
  before=$(busy "$pid")
  wrk -t1 -c32 -d"${seconds}s" "$@" >"$work/wrk"
  awk '/Requests\/sec/ {print $2}' "$work/wrk" >>"$work/$name"
  awk -v used="$(($(busy "$pid") - before))" '/requests in/ {printf "%.2f\n", used / $1 / 1000}' "$work/wrk" >>"$work/$name.us"
}
for _ in $(seq "$rounds"); do
  run ours "$ours_pid" -s "$work/post.lua" "$ours_url"
  run nginx "$nginx_pid" "http://127.0.0.1:$nginx_port/token"
  run koa "$koa_pid" -s "$work/post.lua" "$koa_url"
  run two "$two_pid" -s "$work/post.lua" "$two_url"
done
ours=$(median <"$work/ours") nginx=$(median <"$work/nginx") koa=$(median <"$work/koa") two=$(median <"$work/two")
echo "reply: $(stat -c %s "$work/www/token") bytes; medians of $rounds rounds of $seconds s, 32 connections"
echo "token_server $ours req/s; nginx static file $nginx req/s; Koa + official helper $koa req/s"
awk -v o="$ours" -v n="$nginx" -v k="$koa" 'BEGIN {printf "ratios: %.2f x nginx, %.1f x Koa\n", o/n, o/k}'
for name in ours nginx koa two; do
  echo "$name: $(median <"$work/$name.us") us of processor time per request"
done
awk -v o="$ours" -v t="$two" 'BEGIN {printf "two workers: %.0f req/s, %.2f x one (the load generator needs a core, too)\n", t, t/o}'

half=$(awk -v o="$ours" 'BEGIN {printf "%d", o/2}')
connections=$(awk -v h="$half" 'BEGIN {printf "%d", h/1000*1.6}') # an answer and its pause take about 1.6 ms
wrk -t1 -c"$connections" -d"$((seconds * 2))s" --latency -s "$work/paced.lua" "$ours_url" >"$work/paced"
awk -v h="$half" '/50%|99%/ {l = l " " $1 " " $2} /Requests\/sec/ {r = $2} END {print "at about half load (" h "/s wanted, " r "/s given):" l}' "$work/paced"

node -e '
const net = require("net"); const { readFileSync } = require("fs");
const url = new URL(process.argv[1]), pid = process.argv[2], count = 1000;
const body = JSON.stringify({ user: "alice" });
const request = `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${process.argv[3]}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const open = () => new Promise((done, fail) => {
  const socket = net.connect(url.port, url.hostname, () => socket.write(request));
  socket.once("data", () => done(socket)); socket.once("error", fail);
});
(async () => {
  for (let i = 0; i < count; i += 50) await Promise.all(Array.from({ length: 50 }, open));
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  console.log(`resident with ${count} idle kept connections: ${(resident / 1024).toFixed(1)} MiB`);
  process.exit(0);
})();' "$ours_url" "$ours_pid" "$backend_key"
