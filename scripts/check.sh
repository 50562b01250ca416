#!/bin/sh
# The loop while one works: builds what has changed, puts formatting right, checks imports and circles, and runs the tests of
# the targets in which something has changed since the last commit, or since $BASE. Everything is `make test`.
set -eu
cd "$(dirname "$0")/.."

swift=${SWIFT:-swift}
base=${BASE:-HEAD}
# What git knows and what is new; not what is gone.
changed=$({ git diff --name-only --diff-filter=d "$base"; git ls-files --others --exclude-standard; } | sort -u)
files=$(printf '%s\n' "$changed" | grep -E '^(Package|Sources/.*|Tests/.*)\.swift$' || true)
if [ -n "$files" ]; then
    # No name of ours has blanks.
    # shellcheck disable=SC2086
    $swift format --in-place $files
    # shellcheck disable=SC2086
    $swift format lint --strict $files
fi
SWIFT=$swift scripts/rooms.py

tests=""
for target in $(printf '%s\n' "$changed" | sed -n 's,^\(Sources\|Tests\)/\([^/]*\)/.*,\2,p' | sort -u); do
    case $target in
    *Tests) ;;
    unetc) target=UnetcTests ;;
    *) target=${target}Tests ;;
    esac
    [ -d "Tests/$target" ] && tests="$tests|$target"
done
tests=$(printf '%s' "${tests#|}" | tr '|' '\n' | sort -u | paste -s -d '|' -)

$swift build --build-tests -j "${JOBS:-$(nproc)}"
if [ -z "$tests" ]; then
    echo "check: built; nothing has changed in a target with tests of its own"
    exit 0
fi
$swift test --skip-build --filter "^($tests)\\."
