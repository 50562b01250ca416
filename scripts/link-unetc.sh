#!/bin/sh
# Links unetc with the Swift runtime in it, so that it runs where Swift is not installed. The objects are those that the tests
# are linked with: SwiftPM's own --static-swift-stdlib would compile everything once more, and knows no Testing.
set -eu

build=$1
program=$build/unetc
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
    -Xlinker --start-group $libraries -Xlinker --end-group 2>"$program.log" || { cat "$program.log" >&2; exit 1; }
rm -f "$program.log"
mv "$program.tmp" "$program"
