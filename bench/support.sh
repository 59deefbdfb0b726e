# Sourced by the bench scripts: a temporary place, an account, programs that are stopped at the end.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/bench/bin
work=$(mktemp -d)
children=()
cleanup() {
  [ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

account=AC00000000000000000000000000000001
key=SK00000000000000000000000000000002
secret=example-secret-change-me-0123456 # the example's: others are not for callers of type development
service=IS00000000000000000000000000000003

write_config() { # DATABASE: both listen where the system chooses
  cat >"$work/config.json" <<JSON
{"account": {"account_sid": "$account", "api_key_sid": "$key", "api_key_secret": "$secret", "chat_service_sid": "$service"},
 "token_server": {"listen": "127.0.0.1:0", "token_ttl_seconds": 3600, "callers": [{"type": "development"}]},
 "chat_service": {"listen": "127.0.0.1:0", "database": "$1"}}
JSON
}

start() { # NAME COMMAND...: in the background, until it says something
  local name=$1; shift
  "$@" >"$work/$name.out" 2>"$work/$name.err" &
  children+=($!)
  for _ in $(seq 100); do [ -s "$work/$name.out" ] && return; sleep 0.05; done
  echo "$name did not start:" >&2; cat "$work/$name.err" >&2; exit 1
}

url_of() { sed -n "s/^$1 listening on //p" "$work/$1.out"; }

install_node_peer() { # DIRECTORY
  [ -d "$root/$1/node_modules" ] || (cd "$root/$1" && npm install --no-audit --no-fund --silent)
}

median() { sort -n | awk '{v[NR]=$1} END {print (NR%2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

start_nginx() { # serves $work/www on $nginx_port with one worker
  nginx_port=$((20000 + RANDOM % 10000))
  cat >"$work/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $work/nginx.pid; error_log $work/nginx.log;
events { worker_connections 2048; }
http { access_log off; keepalive_requests 10000000; open_file_cache max=10;
  server { listen 127.0.0.1:$nginx_port; root $work/www; default_type application/json; } }
CONF
  nginx -c "$work/nginx.conf" & children+=($!)
  for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$nginx_port/" && return; sleep 0.05; done
  echo "nginx did not start:" >&2; cat "$work/nginx.log" >&2; exit 1
}

busy() { cat "/proc/$1/task"/*/schedstat | awk '{ns += $1} END {printf "%.0f", ns}'; } # PID: its threads' time on a processor, ns
