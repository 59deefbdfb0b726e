#!/usr/bin/env bash
# plugin.sh DIRECTORY COMMAND...: unpacks the headers of Boost 1.74 there, whose package cannot be installed beside 1.81,
# then runs the command. Exits with 77, and says why, where the package cannot be fetched.
set -euo pipefail
directory=$1
shift
mkdir -p "$directory"
if [ ! -e "$directory/usr/include/boost/version.hpp" ]; then
  (
    cd "$directory"
    apt-get download --quiet libboost1.74-dev || exit 77
    dpkg -x libboost1.74-dev_*.deb unpacked
    mv unpacked/usr .
  ) || { echo "skipped: libboost1.74-dev cannot be fetched"; exit 77; }
fi
exec "$@"
