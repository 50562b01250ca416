#!/bin/sh
# Compiles the code for pictures that bundles carry as C and as C++, and runs it on pictures of random sizes, formats, strides and
# tiles, in memory of just the size that it asks for, watched by the address and undefined-behaviour sanitizers. Memory that is too
# small must be noticed first.
#
#     scripts/fuzz-picture.sh [ROUNDS [SEED]]     CC names the compiler
set -eu
cd "$(dirname "$0")/.."

rounds=${1:-2000} seed=${2:-1} cc=${CC:-cc} code=Sources/PictureCode
warnings="-Wall -Wextra -Werror -Wconversion -Wpedantic -ffp-contract=off -I$code/include"
folder=$(mktemp -d "${TMPDIR:-/tmp}/unetc-picture-XXXXXX")
trap 'rm -rf "$folder"' EXIT

for source in "$code"/*.c; do
    for language in "c -std=c99" "c++ -std=c++17"; do
        # shellcheck disable=SC2086
        $cc -x $language -O2 $warnings -c "$source" -o "$folder/object"
    done
done
for subject in picture tiles; do
    # shellcheck disable=SC2086
    $cc -std=c99 -O1 -g $warnings -fsanitize=address,undefined -fno-sanitize-recover=all \
        "$code"/*.c "Tests/Sanitizers/fuzz_$subject.c" -lm -o "$folder/fuzz"
    if "$folder/fuzz" 100 1 --plant >"$folder/log" 2>&1 || ! grep -q heap-buffer-overflow "$folder/log"; then
        echo "fuzz-picture: memory that is too small is not noticed ($subject)" >&2
        exit 1
    fi
    "$folder/fuzz" "$rounds" "$seed"
done
