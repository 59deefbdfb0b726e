#!/usr/bin/env bash
# How long the commands of an operator take, with many messages in one conversation (aim: a check of a million under 30 s).
#   bench/commands.sh [MESSAGES]
source "$(dirname "$0")/support.sh"
messages=${1:-1000000}
database=$work/chat.db
"$bin/commands_bench" "$database" "$messages"
echo "$messages messages, $(($(stat -c %s "$database") / 1048576)) MiB:"
timed() { # NAME WORDS...
  local name=$1 started=$EPOCHREALTIME; shift
  "$bin/chat_service" "$@" >/dev/null 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
  awk -v name="$name" -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN {printf "%-8s %5.1f s\n", name, b - a}'
}
timed check --database "$database" check
timed backup --database "$database" backup "$work/backup.db"
timed export --database "$database" export "$work/all.jsonl"
timed import --database "$work/imported.db" import "$work/all.jsonl"
timed restore --database "$work/restored.db" restore "$work/backup.db"
