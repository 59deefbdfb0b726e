#!/usr/bin/env bash
# What the HTTP server itself costs, next to nginx serving a static file of the same size: requests per second
# and processor time per request (which says more on a busy machine), one thread each. Needs: nginx, wrk.
#   bench/http_server.sh [ROUNDS] [SECONDS]
source "$(dirname "$0")/support.sh"
rounds=${1:-5} seconds=${2:-3}

start http_server_bench "$bin/http_server_bench"
ours_url=$(url_of http_server_bench)/ ours_pid=${children[0]}
nginx_port=$((20000 + RANDOM % 10000))
mkdir "$work/www"
curl -s -o "$work/www/token" "$ours_url"
cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 10000000; open_file_cache max=10;
  server { listen 127.0.0.1:$nginx_port; root $work/www; default_type application/json; } }
CONF
nginx -c "$work/nginx.conf" & children+=($!)
sleep 0.5
nginx_pid=$(pgrep -P "${children[1]}")

busy() { cut -d' ' -f1 "/proc/$1/schedstat"; } # nanoseconds on a processor
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
