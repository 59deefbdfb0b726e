#!/usr/bin/env bash
# other_boost.sh DIRECTORY: unpacks the headers of Boost 1.74 there, whose package cannot be installed beside 1.81. Exits
# with 77, and says why, where the package cannot be fetched.
set -euo pipefail
mkdir -p "$1"
cd "$1"
[ ! -e usr/include/boost/version.hpp ] || exit 0
apt-get download --quiet libboost1.74-dev || { echo "skipped: libboost1.74-dev cannot be fetched"; exit 77; }
dpkg -x libboost1.74-dev_*.deb unpacked
mv unpacked/usr .
