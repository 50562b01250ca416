#!/bin/sh
# Reads and writes pictures of random sizes, formats and strides by the code that bundles carry, in memory of just the size that
# it asks for, watched by the address and undefined-behaviour sanitizers.
#
#     scripts/fuzz-picture.sh [ROUNDS [SEED]]     CC names the compiler
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${CC:-gcc} -std=c99 -Wall -Wextra -Werror -Wconversion -Wpedantic -O1 -g -ffp-contract=off \
    -fsanitize=address,undefined -fno-sanitize-recover=all -ISources/PictureCode/include \
    Sources/PictureCode/*.c Tests/PictureCodeTests/fuzz_picture.c -lm -o "$folder/fuzz"
"$folder/fuzz" "$@"
