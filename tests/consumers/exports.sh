#!/usr/bin/env bash
# exports.sh LIBRARY PATTERN: fails if the shared library exports a symbol that does not match, or none at all.
set -euo pipefail
[ -e "$1" ] || { echo "skipped: there is no $1"; exit 77; }
exported=$(nm --dynamic --defined-only --demangle "$1" | cut -d' ' -f3-)
[ -n "$exported" ]
if grep --extended-regexp --invert-match "$2" <<<"$exported"; then
  echo "$1 exports these, which it should not" >&2
  exit 1
fi
