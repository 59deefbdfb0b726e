#!/bin/sh
# poll_loop_test.sh PYTHON WITH_SERVICE CHAT_SERVICE POLL_LOOP: what is written is sent, and heard in that order.
set -eu
heard=$(printf 'hello\nthere\n' | "$1" "$2" "$3" "$4")
[ "$heard" = "$(printf 'consumer: hello\nconsumer: there')" ] || {
  echo "heard: $heard" >&2
  exit 1
}
