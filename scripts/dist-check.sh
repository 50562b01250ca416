#!/bin/sh
# Tries the package that dist.sh makes on bare systems: it compiles a graph, trains on a little data set, predicts, and bundles the
# net as C, which is built and run; without a C compiler it says so.
#
#     dist-check.sh ARCHIVE [ROOT...]
#
# ROOT is a folder with a system that has gcc and libc6-dev and nothing else of use, such as
# `debootstrap --variant=minbase --include=gcc,libc6-dev bookworm ROOT`. It is copied, and stays as it is. Without any, a Debian 12
# is made so (SUITES="bookworm trixie" names others). Takes root, for chroot. Of this machine the systems see /proc and
# /dev/null alone.
set -eu

archive=$1
shift
[ "$(id -u)" -eq 0 ] || { echo "dist-check: chroot takes root: sudo $0 $archive" >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/unetc-dist-XXXXXX")
root=$folder/root
clean() {
    # Nothing is removed below a mount that stays.
    if mountpoint -q "$root/proc" && ! umount "$root/proc"; then
        echo "dist-check: $root/proc stays mounted; $folder is left" >&2
        return
    fi
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

# On a system that lies in $root.
check() {
    if mountpoint -q "$root/proc" 2>/dev/null; then umount "$root/proc"; fi
    mkdir -p "$root/proc" "$root/check"
    mount -t proc proc "$root/proc"
    [ -e "$root/dev/null" ] || mknod -m 666 "$root/dev/null" c 1 3
    cp "$archive" "$root/check/unetc.tar.gz"
    cp "$here/dist-check/pictures.c" "$here/dist-check/inside.sh" "$root/check/"
    echo "== $1: $(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' "$root/etc/os-release"), $(chroot "$root" ldd --version | head -n 1)"
    if ! chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C sh /check/inside.sh \
        >"$folder/log" 2>&1; then
        tail -n 40 "$folder/log" >&2
        echo "dist-check: $1 fails" >&2
        exit 1
    fi
    grep '^ok: ' "$folder/log"
    umount "$root/proc"
    rm -rf "$root"
}

if [ $# -eq 0 ]; then
    for suite in ${SUITES:-bookworm}; do
        debootstrap --variant=minbase --include=gcc,libc6-dev "$suite" "$root" >"$folder/debootstrap" ||
            { tail -n 5 "$folder/debootstrap" >&2; exit 1; }
        check "$suite"
    done
fi
for system in "$@"; do
    cp -a --reflink=auto "$system" "$root"
    check "$system"
done
