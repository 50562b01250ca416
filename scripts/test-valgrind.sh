#!/bin/sh
# Runs train, evaluate, doctor and predict of a small trainer under valgrind: no report but those that
# Tests/Sanitizers/valgrind.supp explains. The argument is the unetc whose trainers are tested.
#
# valgrind knows no AVX-512, so the net is compiled for x86-64-v3.
set -eu
cd "$(dirname "$0")/.."

unetc=$1
command -v valgrind >/dev/null || { echo "test-valgrind: valgrind is not there (Debian: apt-get install valgrind)" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/unetc-valgrind-XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
    echo "test-valgrind: $1" >&2
    exit 1
}

# The linker as unetc calls it, but the names of functions stay, where -s would drop them; debug information that is newer
# than valgrind would end it.
cat >"$work/cc" <<'SCRIPT'
#!/bin/sh
for word; do
    shift
    if [ "$word" = -s ]; then set -- "$@" -Wl,-S; else set -- "$@" "$word"; fi
done
exec "${UNETC_VALGRIND_CC:-cc}" "$@"
SCRIPT
chmod +x "$work/cc"

export UNETC_CACHE="$work/cache" UNETC_VALGRIND_CC="${CC:-cc}"
CC="$work/cc" "$unetc" compile graphs/unet-small.graph -D width=4 -D size=32 --batch 4 --target x86-64-v3 --conv direct \
    --tile 64x64 --output "$work/net" >"$work/log" 2>&1 || fail "$(cat "$work/log")"
trainer=$work/net/trainer

# libjpeg's vector code works on whole vectors behind the ends of rows, whatever is there, so its plain code is taken.
export JSIMD_FORCENONE=1 OPENBLAS_NUM_THREADS=1
check() {
    name=$1
    shift
    valgrind --error-exitcode=99 --suppressions=Tests/Sanitizers/valgrind.supp --fair-sched=yes --num-callers=30 \
        --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
        --log-file="$work/report" "$@" >"$work/log" 2>&1 && status=0 || status=$?
    [ "$status" -ne 99 ] || fail "$name:
$(grep -v '^--' "$work/report" | head -n 150)"
    [ "$status" -eq 0 ] || fail "$name exits with $status: $(cat "$work/log")"
    echo "$name: $(grep 'ERROR SUMMARY' "$work/report" | sed 's/^==[0-9]*== //')"
}

# What reads a byte behind a block must be reported.
cat >"$work/planted.c" <<'SCRIPT'
#include <stdlib.h>
int main(void) {
    volatile char *block = malloc(16);
    return block[16] == 77;
}
SCRIPT
cc -O0 "$work/planted.c" -o "$work/planted"
if (check "planted" "$work/planted") >/dev/null 2>&1; then fail "a planted error is not noticed"; fi
echo "a planted error: caught"

python3 - "$work/data" <<'SCRIPT' || fail "the pictures cannot be made"
import os, struct, sys, zlib

def png(path, width, height, channels, sample):
    rows = b"".join(b"\0" + bytes(sample(x, y, c) for x in range(width) for c in range(channels)) for y in range(height))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 0, 0, 0, 0)),
              (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for name, data in chunks:
            file.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))

for folder in ["images", "masks"]:
    os.makedirs(sys.argv[1] + "/" + folder)
for n in range(6):
    inside = lambda x, y: 10 + n < x < 30 + n and 8 < y < 28
    width, height = 45 + n, 37
    png(f"{sys.argv[1]}/images/p{n}.png", width, height, 3,
        lambda x, y, c: (x * 7 + y * 13 + c * 31) % 100 + (120 if c == 0 and inside(x, y) else 0))
    png(f"{sys.argv[1]}/masks/p{n}.png", width, height, 1, lambda x, y, c: 255 if inside(x, y) else 0)
SCRIPT
# JPEG, progressive and turned by EXIF too: those that the fuzzing takes apart.
python3 - Sources/Fuzzing/Pictures/SampleJPEGs.swift "$work/data" <<'SCRIPT'
import re, shutil, sys
for name, digits in re.findall(r'"(\w+)": """\n(.*?)\n    """', open(sys.argv[1]).read(), re.S):
    with open(f"{sys.argv[2]}/images/{name}.jpg", "wb") as file:
        file.write(bytes.fromhex(re.sub(r"[^0-9a-f]", "", digits)))
    shutil.copy(f"{sys.argv[2]}/masks/p0.png", f"{sys.argv[2]}/masks/{name}.png")
SCRIPT

data=$work/data
check train "$trainer" train --data "$data" --epochs 2 --batch 4 --threads 3 --cache 0 --out "$work/run"
check "train --resume" "$trainer" train --data "$data" --epochs 3 --threads 3 --out "$work/run" --resume
check evaluate "$trainer" evaluate --data "$data" --run "$work/run" --threads 3
check doctor "$trainer" doctor --data "$data" --threads 3 --sheet "$work/sheet.png"
check predict "$trainer" predict "$data/images" --run "$work/run" --overlay --probabilities 16 --threads 3 --out "$work/whole"
check "predict --tiles" "$trainer" predict "$data/images" --run "$work/run" --tiles --threads 3 --out "$work/tiles"
