#!/usr/bin/env bash
# Token requests per second, one thread each, next to nginx serving a static file of the same size and to a
# Koa endpoint around the official helper. Needs: nginx, wrk, node. Rounds are interleaved; medians count.
#   bench/token_endpoint.sh [ROUNDS] [SECONDS]
source "$(dirname "$0")/support.sh"
rounds=${1:-5} seconds=${2:-4}

install_node_peer bench/peers/koa_token_endpoint
write_config :memory:
start token_server "$bin/token_server" --config "$work/config.json"
start koa node "$root/bench/peers/koa_token_endpoint/server.js" 0 "$account" "$key" "$secret" "$service"

ours_url=$(url_of token_server)/v1/token koa_url=$(url_of koa)/v1/token
nginx_port=$((20000 + RANDOM % 10000))

mkdir "$work/www"
curl -s -o "$work/www/token" -d '{"user":"alice"}' -H 'content-type: application/json' "$ours_url"
cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 10000000; open_file_cache max=10;
  server { listen 127.0.0.1:$nginx_port; root $work/www; default_type application/json; } }
CONF
nginx -c "$work/nginx.conf" & children+=($!)
cat >"$work/post.lua" <<'LUA'
wrk.method = "POST"; wrk.body = '{"user":"alice"}'; wrk.headers["Content-Type"] = "application/json"
LUA
sleep 0.5

run() { wrk -t1 -c32 -d"${seconds}s" "$@" | awk '/Requests\/sec/ {print $2}'; }
for _ in $(seq "$rounds"); do
  run -s "$work/post.lua" "$ours_url" >>"$work/ours"
  run "http://127.0.0.1:$nginx_port/token" >>"$work/nginx"
  run -s "$work/post.lua" "$koa_url" >>"$work/koa"
done
ours=$(median <"$work/ours") nginx=$(median <"$work/nginx") koa=$(median <"$work/koa")
echo "reply: $(stat -c %s "$work/www/token") bytes; medians of $rounds rounds of $seconds s, 32 connections"
echo "token_server $ours req/s; nginx static file $nginx req/s; Koa + official helper $koa req/s"
awk -v o="$ours" -v n="$nginx" -v k="$koa" 'BEGIN {printf "ratios: %.2f x nginx, %.1f x Koa\n", o/n, o/k}'
