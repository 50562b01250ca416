#!/bin/sh
# Makes the small library through which trainers use MPI, in the user's cache: setup-mpi.sh SOURCE HEADERS. Without a compiler's
# wrapper (mpicc, or what $MPICC names) Debian's Open MPI is installed first.
set -eu

source=$1
headers=$2
mpicc=${MPICC:-mpicc}
if ! command -v "$mpicc" >/dev/null; then
    echo "installing: libopenmpi-dev openmpi-bin"
    if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo"; fi
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends libopenmpi-dev openmpi-bin
fi
library=${UNETC_MPI:-${XDG_CACHE_HOME:-$HOME/.cache}/unetc/mpi/libunetc_mpi.so}
mkdir -p "$(dirname "$library")"
"$mpicc" -O2 -shared -fPIC "-I$headers" -o "$library.tmp" "$source"
mv "$library.tmp" "$library"
echo "$library"
