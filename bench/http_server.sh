#!/usr/bin/env bash
# What the HTTP server itself costs, next to nginx serving a static file of the same size: requests per second
# and processor time per request (which says more on a busy machine), one thread each. Needs: nginx, wrk.
#   bench/http_server.sh [ROUNDS] [SECONDS]
source "$(dirname "$0")/support.sh"
rounds=${1:-5} seconds=${2:-3}

start http_server_bench "$bin/http_server_bench"
ours_url=$(url_of http_server_bench)/ ours_pid=${children[0]}
mkdir "$work/www"
curl -s -o "$work/www/token" "$ours_url"
start_nginx
nginx_pid=$(pgrep -P "${children[1]}")

run() { # NAME PID URL
  local before requests
  before=$(busy "$2")
  wrk -t1 -c32 -d"${seconds}s" "$3" >"$work/wrk"
  requests=$(awk '/requests in/ {print $1}' "$work/wrk")
  awk '/Requests\/sec/ {print $2}' "$work/wrk" >>"$work/$1.rate"
  echo $((($(busy "$2") - before) / requests)) >>"$work/$1.cost"
}
for _ in $(seq "$rounds"); do
  run ours "$ours_pid" "$ours_url"
  run nginx "$nginx_pid" "http://127.0.0.1:$nginx_port/token"
done
echo "reply: $(stat -c %s "$work/www/token") bytes; medians of $rounds rounds of $seconds s, 32 connections"
for name in ours nginx; do
  echo "$name: $(median <"$work/$name.rate") req/s, $(median <"$work/$name.cost") ns of processor time per request"
done
awk -v o="$(median <"$work/ours.rate")" -v n="$(median <"$work/nginx.rate")" 'BEGIN {printf "ratio: %.2f x nginx\n", o/n}'
