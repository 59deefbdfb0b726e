#!/usr/bin/env bash
# Installs what is needed on Debian 12. Run as root (or with sudo).
#   install-deps.sh         to build and run
#   install-deps.sh test    and for the tests: Node.js for the official clients, a browser, a fuzzer's compiler
#   install-deps.sh gui     and for the examples with windows: GTK, Qt, and a display without a screen
set -euo pipefail

packages=(
  ca-certificates git g++ cmake ninja-build ccache lld
  libboost1.81-dev libboost-url1.81-dev
  libssl-dev nlohmann-json3-dev libsqlite3-dev libcjose-dev
  libspdlog-dev libfmt-dev libcli11-dev libvalijson-dev prometheus-cpp-dev
  libgtest-dev libgmock-dev
)
if [ "${1:-}" = test ]; then
  packages+=(clang libclang-rt-14-dev chromium libfaketime pkg-config python3)
  packages+=(iproute2 microsocks tinyproxy-bin)  # proxies as programs only, without a service
  # Node.js may come from elsewhere (an image of its own); Debian's is fine.
  command -v node >/dev/null || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
fi
[ "${1:-}" != gui ] || packages+=(libgtk-3-dev qt6-base-dev pkg-config python3 xvfb xauth)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
