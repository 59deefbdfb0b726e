#!/usr/bin/env bash
# exports.sh LIBRARY only|none PATTERN: fails if the shared library exports a symbol that does not match, or one that does.
set -euo pipefail
exported=$(nm --dynamic --defined-only --demangle "$1" | cut -d' ' -f3-)
[ -n "$exported" ]
case "$2" in
  only) select=--invert-match ;;
  none) select=--ignore-case ;;
esac
if grep --extended-regexp "$select" "$3" <<<"$exported"; then
  echo "$1 exports these, which it should not" >&2
  exit 1
fi
