#!/usr/bin/env bash
# A large file up and down by the SDK, next to curl on the same service, in turns: wall time (aim: at most 1.25 x curl's,
# which is 0.8 x its rate) and the SDK's resident memory, which must not grow with the file. Needs: curl.
#   bench/transfers.sh [ROUNDS] [MEGABYTES]
source "$(dirname "$0")/support.sh"
rounds=${1:-3} megabytes=${2:-200}
chat_more=", \"media\": {\"max_megabytes\": $((megabytes + 1)), \"max_user_megabytes\": 1000000, \"min_free_megabytes\": 0}"
write_config "$work/chat.db"
start token_server "$bin/token_server" --config "$work/config.json"
start chat_service "$bin/chat_service" --config "$work/config.json"
url=$(url_of chat_service)
media=$(echo "$url" | sed 's/^ws\(.*\)\/v3\/wsconnect$/http\1/')/v1/Services/$service/Media
token=$(token alice)

# Each file is another one, because the service stores equal ones once.
new_file() { head -c "$((megabytes * 1048576))" /dev/urandom >"$work/file"; }
seconds() { local from=$EPOCHREALTIME; "$@"; echo "$EPOCHREALTIME $from" | awk '{print $1 - $2}'; }
curl_up() {
  curl -sS -f -o /dev/null -X POST -T "$work/file" -H 'Expect:' -H "X-Twilio-Token: $token" \
    -H 'Content-Type: application/octet-stream' "$media?Category=media"
}
curl_down() { curl -sS -f -o "$work/by_curl" "$1"; }

for round in $(seq "$rounds"); do
  new_file
  seconds curl_up >>"$work/curl_up"
  new_file
  read -r time before most sid link < <("$bin/transfers_bench" "$url" "$token" "files$round" up "$work/file")
  echo "$time $before $most" >>"$work/sdk_up"
  seconds curl_down "$link" >>"$work/curl_down"
  "$bin/transfers_bench" "$url" "$token" "files$round" down "$sid" "$work/by_sdk" >>"$work/sdk_down"
  cmp "$work/file" "$work/by_curl"
  cmp "$work/file" "$work/by_sdk"
  rm "$work/by_curl" "$work/by_sdk"
done
echo "medians of $rounds rounds of $megabytes MiB"
for way in up down; do
  awk -v w="$way" -v s="$(column 1 "$work/sdk_$way")" -v c="$(column 1 "$work/curl_$way")" \
    -v b="$(column 2 "$work/sdk_$way")" -v m="$(column 3 "$work/sdk_$way")" -v n="$megabytes" \
    'BEGIN {printf "%s: SDK %.3f s (%d MiB/s), curl %.3f s (%d MiB/s); %.2f x curl; resident %.1f MiB before, %.1f MiB at most\n", w, s, n/s, c, n/c, c/s, b/1024, m/1024}'
done
