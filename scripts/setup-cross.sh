#!/bin/sh
# Installs a cross compiler and an emulator of aarch64, by which bundles for it are tested elsewhere. Where that cannot be done,
# those tests are skipped.
[ "$(uname -m)" = aarch64 ] && exit 0
[ -x /usr/bin/aarch64-linux-gnu-gcc ] && [ -x /usr/bin/qemu-aarch64 ] && exit 0

echo "installing: a compiler for aarch64 and qemu, for the tests of bundles"
if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo -n"; fi
install() {
    $sudo timeout 120 apt-get update -qq &&
        $sudo env DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y -qq --no-install-recommends \
            gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
}
install || echo "the compiler for aarch64 could not be installed: the tests of bundles for it will be skipped"
exit 0
