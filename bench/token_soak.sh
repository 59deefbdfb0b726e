#!/usr/bin/env bash
# Does token_server's memory stay flat? A million requests and more for ever new identities, good ones and bad ones
# mixed; fails if the resident memory grows by more than 2 MiB after the first tenth.
#   bench/token_soak.sh [REQUESTS]
source "$(dirname "$0")/support.sh"
requests=${1:-1000000}
backend_key=pk_of-the-soaks-back-end

cat >"$work/config.json" <<JSON
{"account": {"account_sid": "$account", "api_key_sid": "$key", "api_key_secret": "$secret", "chat_service_sid": "$service"},
 "token_server": {"listen": "127.0.0.1:0", "token_ttl_seconds": 3600, "audit_log": "$work/audit.log",
  "callers": [{"type": "backend_keys", "keys": [{"name": "soak",
    "sha256": "$(printf %s "$backend_key" | sha256sum | cut -d' ' -f1)"}]}]}}
JSON
start token_server "$bin/token_server" --config "$work/config.json"
pid=${children[-1]} url=$(url_of token_server)
cat >"$work/mix.lua" <<LUA
local n = 0
local good = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer $backend_key"}
local bad = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer pk_wrong"}
request = function()
  n = n + 1
  if n % 10 == 0 then return wrk.format("POST", "/v1/token", bad, '{"user":"x"}') end
  if n % 11 == 0 then return wrk.format("POST", "/v1/token", good, '{"user":') end
  if n % 13 == 0 then return wrk.format("GET", "/nothing/" .. n, good) end
  return wrk.format("POST", "/v1/token", good, '{"user":"user-' .. n .. '"}')
end
LUA
resident() { awk '/VmRSS/ {print $2}' "/proc/$pid/status"; }
answered=0 early=""
while [ "$answered" -lt "$requests" ]; do
  answered=$((answered + $(wrk -t1 -c32 -d2s -s "$work/mix.lua" "$url" | awk '/requests in/ {print $1}')))
  [ -n "$early" ] || [ "$answered" -lt $((requests / 10)) ] || early=$(resident)
done
echo "$answered requests: resident $early KiB after the first tenth, $(resident) KiB at the end"
[ $(($(resident) - early)) -le 2048 ]
