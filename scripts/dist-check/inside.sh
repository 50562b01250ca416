# What dist-check.sh runs in a bare system, in the folder /check. Lines of "ok: " are shown.
set -eux
cd /check

# A word that has to stand in a file.
says() {
    grep -q -e "$1" "$2" && return
    echo "expected \"$1\", found:" && cat "$2" && exit 1
}

tar -xzf unetc.tar.gz
cd unetc-*/
home=$PWD
PATH=$home/bin:$PATH
cd /check
unetc --version >version
says '^[0-9]' version
# All libraries are the package's or the C library's.
if ldd "$home/bin/unetc" | grep 'not found'; then exit 1; fi
echo "ok: unetc $(head -n 1 version)"

mkdir -p data/images data/masks
cc -O1 pictures.c -o pictures
./pictures data 24

# "net", as the package's own document has it.
unetc compile "$home/share/unetc/graphs/unet-small.graph" --output net
echo "ok: compiled unet-small"
if ldd net/trainer | grep 'not found'; then exit 1; fi
net/trainer train --data data --epochs 1 --batch 4 --out runs/first
test -s runs/first/best.safetensors
echo "ok: trained an epoch of $(ls data/images | wc -l) pictures"
net/trainer predict data/images --run runs/first --out predicted
test "$(ls predicted/*.png | wc -l)" -eq 24
echo "ok: predicted 24 masks"

unetc bundle "$home/share/unetc/graphs/unet-small.graph" --weights runs/first/best.safetensors --output bundle
cd bundle
flags="-std=c99 -O2 -fno-tree-vectorize -ffp-contract=off -fno-math-errno -fno-trapping-math -fvisibility=hidden -I."
mkdir objects
set +x
for source in *.c kernels/*/*.c; do
    case $source in
    kernels/x86-64/*) own="" ;;
    kernels/x86-64-v4/*) own="-march=x86-64-v4 -mprefer-vector-width=512" ;;
    kernels/*) own="-march=$(basename "$(dirname "$source")")" ;;
    *) own="" ;;
    esac
    # shellcheck disable=SC2086
    cc $flags $own -c "$source" -o "objects/$(echo "$source" | tr / _).o"
done
set -x
# shellcheck disable=SC2086
cc $flags test/golden.c objects/*.o -o golden -lm
./golden test/golden.bin unet_small.weights
# shellcheck disable=SC2086
cc $flags example/segment.c objects/*.o -o segment -lm
./segment ../data/last24.ppm ../mask.pgm unet_small.weights
cd ..
says 'P5' mask.pgm
test "$(wc -c <mask.pgm)" -gt 3072
echo "ok: bundled; its C builds, passes its test, and makes a mask"

# Without a compiler.
rm -f /usr/bin/cc /usr/bin/c89* /usr/bin/c99* /usr/bin/*gcc* /usr/bin/cpp*
rm -rf /etc/alternatives/cc /etc/alternatives/c89 /etc/alternatives/c99
net/trainer predict data/images/p0.bmp --run runs/first --out again
cmp again/p0.png predicted/p0.png
echo "ok: predicts without a compiler"
for command in "compile" "bundle --weights runs/first/best.safetensors"; do
    # shellcheck disable=SC2086
    if unetc $command "$home/share/unetc/graphs/unet-small.graph" --output nothing 2>said; then exit 1; fi
    says 'no C compiler' said
    says 'apt-get install gcc' said
    echo "ok: ${command%% *} without a compiler says: $(head -n 1 said)"
done
