# Sourced by the bench scripts: a temporary place, an account, programs that are stopped at the end.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ -z "${PARLEY_BENCH_BIN:-}" ]; then
  "$root/scripts/install-deps.sh" >&2
  "$root/scripts/build.sh" bench >&2
fi
bin=${PARLEY_BENCH_BIN:-$root/build/bench/bin}
work=$(mktemp -d)
children=()
cleanup() {
  [ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work" "${official_script:-}"
}
trap cleanup EXIT

account=AC00000000000000000000000000000001
key=SK00000000000000000000000000000002
secret=example-secret-change-me-0123456 # the example's: others are not for callers of type development
service=IS00000000000000000000000000000003

# What is measured is the service, not its patience with one user or one address.
chat_limits='"throttle": {"per_second": 1000000, "burst": 1000000},
  "limits": {"max_connections": 50000, "connections_per_address": 50000}'
chat_more=

write_config() { # DATABASE: both listen where the system chooses
  cat >"$work/config.json" <<JSON
{"account": {"account_sid": "$account", "api_key_sid": "$key", "api_key_secret": "$secret", "chat_service_sid": "$service"},
 "token_server": {"listen": "127.0.0.1:0", "token_ttl_seconds": 3600, "callers": [{"type": "development"}]},
 "chat_service": {"listen": "127.0.0.1:0", "database": "$1", $chat_limits$chat_more}}
JSON
}

start() { # NAME COMMAND...: in the background, until it says something
  local name=$1; shift
  "$@" >"$work/$name.out" 2>"$work/$name.err" &
  children+=($!)
  for _ in $(seq 100); do [ -s "$work/$name.out" ] && return; sleep 0.05; done
  echo "$name did not start:" >&2; cat "$work/$name.err" >&2; exit 1
}

# In the background; stop_last ends it.
background() { "$@" >>"$work/background.log" 2>&1 & children+=($!); }

stop_last() {
  local pid=${children[-1]}
  unset 'children[-1]'
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

await_port() { # PORT
  for _ in $(seq 200); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.05; done
  echo "nobody listens on port $1:" >&2; tail "$work/background.log" >&2; exit 1
}

# DATABASE: chat_service alone, as a process of its own: $service_pid listens on $service_port.
start_service() {
  write_config "$1"
  rm -f "$work/chat_service.out"
  start chat_service "$bin/chat_service" --config "$work/config.json"
  service_pid=${children[-1]}
  service_port=$(url_of chat_service | sed 's/.*:\([0-9]*\)\/.*/\1/')
}

install_peers() { # DEBIAN PACKAGES...
  dpkg-query -W "$@" >/dev/null 2>&1 && return
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

url_of() { sed -n "s/^$1 listening on //p" "$work/$1.out"; }

token() { curl -s -d "user=$1" "$(url_of token_server)/v1/token" | sed 's/.*"token":"\([^"]*\)".*/\1/'; } # USER

make_certificate() { # $work/cert.pem and $work/key.pem
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
}

install_node_peer() { # DIRECTORY
  [ -d "$root/$1/node_modules" ] || (cd "$root/$1" && npm install --no-audit --no-fund --silent)
}

install_official_client() { # SCRIPT of bench/peers/js_client: official ARGUMENTS... runs it
  local packages=$root/tests/conformance/official_js
  [ -d "$packages/node_modules" ] || (cd "$packages" && npm ci --silent)
  # Imports resolve from the script's folder, so the script goes where the packages are.
  official_script=$packages/.bench_$1
  cp "$root/bench/peers/js_client/$1" "$official_script"
}

official() { node --experimental-global-webcrypto "$official_script" "$@"; }

median() { sort -n | awk '{v[NR]=$1} END {print (NR%2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

column() { awk -v c="$1" '{print $c}' "$2" | median; } # NUMBER FILE: its median

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
