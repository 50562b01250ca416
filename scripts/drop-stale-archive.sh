#!/bin/sh
# Removes the trainer's archive when source files have come or gone: the archiver would keep the objects of removed ones.
set -eu

build=$1
list=.build/trainer-sources.txt
mkdir -p .build
find Sources -name '*.swift' -o -name '*.c' | sort >"$list.tmp"
cmp -s "$list.tmp" "$list" || rm -f "$build/libUnetcTrainer.a"
mv "$list.tmp" "$list"
