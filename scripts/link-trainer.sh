#!/bin/sh
# Links the trainer's Swift code, the Swift runtime, protobuf-c and libmd into one relocatable object, unetc-trainer.o, so
# that the C compiler alone turns it and a compiled model into a trainer, on machines without Swift too.
set -eu

build=$1
library=$build/libUnetcTrainer.a
object=$build/unetc-trainer.o
[ -f "$object" ] && [ "$object" -nt "$library" ] && exit 0

resources=$("${SWIFT:-swift}"c -print-target-info -static-stdlib | sed -n 's/.*"runtimeResourcePath": *"\(.*\)".*/\1/p')
[ -n "$resources" ] || { echo "link-trainer: cannot find the Swift runtime of ${SWIFT:-swift}c" >&2; exit 1; }
static=$resources/linux
start=$(find "$static" -name swiftrt.o | grep "$(uname -m)" | head -n 1)
archives=""
for name in FoundationEssentials _FoundationCShims _FoundationCollections swift_StringProcessing swift_RegexParser \
    swift_Concurrency swiftSynchronization swiftGlibc swift_Builtin_float swiftSwiftOnoneSupport \
    swiftCore dispatch BlocksRuntime; do
    [ -f "$static/lib$name.a" ] && archives="$archives $static/lib$name.a"
done
for name in protobuf-c md; do
    archives="$archives $(${CC:-cc} -print-file-name=lib$name.a)"
done
# shellcheck disable=SC2086
ld -r -o "$object.tmp" --whole-archive "$library" --no-whole-archive "$start" --start-group $archives --end-group
mv "$object.tmp" "$object"
