#!/bin/sh
# Packs unetc for machines without Swift: dist.sh BUILD FOLDER makes FOLDER/unetc-VERSION-linux-MACHINE.tar.gz, with the program,
# the trainer's object, the libraries that both need beside the C library, graphs and documents. It runs wherever the C library
# is no older than here, and compiles where there is a C compiler.
set -eu

build=$1
folder=$2
version=$("$build/unetc" --version | head -n 1 | cut -d ' ' -f 1)
name=unetc-$version-linux-$(uname -m)
root=$folder/$name
rm -rf "$root"
mkdir -p "$root/bin" "$root/lib/unetc/libs" "$root/share/unetc" "$root/share/doc/unetc"
cp "$build/unetc" "$root/bin/unetc"
strip "$root/bin/unetc"
cp "$build/unetc-trainer.o" "$build/unetc-build.txt" "$root/lib/unetc/"
cp -r graphs "$root/share/unetc/graphs"
cp -r README.md LICENSE docs "$root/share/doc/unetc/"
# Of MPI each machine has its own: docs/CLUSTER.md says how this is compiled.
mkdir -p "$root/share/unetc/mpi/include"
cp Sources/RanksABI/unetc_mpi.c "$root/share/unetc/mpi/"
cp Sources/RanksABI/include/unetc_ranks.h "$root/share/unetc/mpi/include/"

# All that the program is linked with, but for the C library, which every system has in its own version.
ldd "$build/unetc" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | while read -r library; do
    file=$(basename "$library")
    case $file in libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.*) continue ;; esac
    cp -L "$library" "$root/lib/unetc/libs/$file"
    chmod 644 "$root/lib/unetc/libs/$file"
    # Debian's packages say whose they are.
    package=$(dpkg-query -S "$(readlink -f "$library")" 2>/dev/null | head -n 1 | cut -d : -f 1)
    if [ -n "$package" ] && [ -f "/usr/share/doc/$package/copyright" ]; then
        mkdir -p "$root/share/doc/unetc/licences"
        cp -L "/usr/share/doc/$package/copyright" "$root/share/doc/unetc/licences/$package"
    fi
done

# The C library has to have what they call.
least=$(find "$root/bin" "$root/lib/unetc/libs" -type f -exec objdump -T {} + | grep -o 'GLIBC_2\.[0-9]*' | sort -uV | tail -n 1)

# The same files and times give the same archive.
time=$(git log -1 --format=%ct 2>/dev/null || echo 0)
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$time" -C "$folder" -czf "$folder/$name.tar.gz" "$name"
rm -rf "$root"
echo "wrote $folder/$name.tar.gz ($(du -h "$folder/$name.tar.gz" | cut -f 1)); it runs with glibc from ${least#GLIBC_} on"
