#!/bin/sh
# Links unetc with the Swift runtime in it, so that it runs where Swift is not installed. The objects are those that the tests
# are linked with: SwiftPM's own --static-swift-stdlib would compile everything once more, and knows no Testing.
set -eu

build=$1
program=$build/unetc
# What `unetc --version` says of it.
{
    commit=$(git rev-parse --short=12 HEAD 2>/dev/null) && [ -n "$commit" ] || commit="an unknown commit"
    git diff --quiet HEAD 2>/dev/null || commit="$commit, with changes"
    echo "built from $commit with $("${SWIFT:-swift}"c --version 2>/dev/null | sed -n 's/.*\(Swift version [^ ]*\).*/\1/p' | head -n 1) for $(uname -m)"
} >"$build/unetc-build.txt"
case $(readelf -d "$program") in *libswiftCore.so*) ;; *) exit 0 ;; esac

libraries=""
for name in FoundationEssentials _FoundationCShims _FoundationCollections swift_StringProcessing swift_RegexParser \
    swift_Concurrency swiftSynchronization swiftGlibc swift_Builtin_float swiftCore dispatch BlocksRuntime; do
    libraries="$libraries -l$name"
done
# SwiftPM calls the main function of a program that tests import by the program's name.
# shellcheck disable=SC2086
"${SWIFT:-swift}c" -static-stdlib -use-ld=gold -o "$program.tmp" @"$build/unetc.product/Objects.LinkFileList" \
    -lpng16 -ljpeg -ltiff -lwebp -lmd -lprotobuf-c -Xlinker --defsym=main=unetc_main -Xlinker --gc-sections \
    -Xlinker -rpath -Xlinker '$ORIGIN/../lib/unetc/libs' -Xlinker --disable-new-dtags \
    -Xlinker --start-group $libraries -Xlinker --end-group 2>"$program.log" || { cat "$program.log" >&2; exit 1; }
rm -f "$program.log"
mv "$program.tmp" "$program"
