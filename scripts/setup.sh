#!/bin/sh
# Installs the Debian packages that are missing: a C compiler, the C++ library that the Swift runtime needs, OpenBLAS,
# libpng, libjpeg, libtiff, libwebp, protobuf-c, libmd, and Python for scripts/rooms.py.
set -eu

missing=""
for package in git ca-certificates gcc g++ libc6-dev binutils libopenblas-dev libpng-dev libjpeg-dev libtiff-dev libwebp-dev \
    libprotobuf-c-dev libmd-dev pkg-config python3; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

echo "installing:$missing"
if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo"; fi
$sudo apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing
