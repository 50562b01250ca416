#!/bin/sh
# Runs the C that unetc emits, and that of pictures, under the address and undefined-behaviour sanitizers, the thread pool under
# the thread sanitizer, and so the trainer's commands. Each test is first shown an error that it must catch. The argument is the
# unetc to test.
set -eu
cd "$(dirname "$0")/.."

unetc=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/unetc-sanitize-XXXXXX")
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
here=Tests/Sanitizers
jobs=$(nproc)
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

fail() {
    echo "test-sanitize: $1" >&2
    exit 1
}

# Compiles a generated folder ($1) with the driver into $1/walk; the other arguments are the target's flags.
build_walk() {
    folder=$1
    shift
    # -O1: what the sanitizers watch should still be there. The real flags otherwise.
    flags="-std=gnu11 -O1 -g -fno-tree-vectorize -ffp-contract=off -fno-math-errno -fno-trapping-math -Wno-psabi"
    flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=all -I $here -I $folder $*"
    for source in "$folder"/kernels/*.c "$folder/model.c" "$here/walk.c"; do
        echo "$source"
    done | xargs -P "$jobs" -I {} sh -c "$cc $flags -c \"\$1\" -o \"$folder/\$(basename \"\$1\" .c).o\"" sh {}
    # shellcheck disable=SC2086
    $cc $flags "$folder"/*.o -o "$folder/walk" -lm
}

# A graph, unetc's options and the flags that the C compiler needs for the target.
walk() {
    name=$1 options=$2 flags=$3
    folder=$work/$(echo "$name" | tr ' ' '-')
    # shellcheck disable=SC2086
    "$unetc" compile $options --output "$folder" >"$work/log" 2>&1 || fail "$name: $(cat "$work/log")"
    # shellcheck disable=SC2086
    build_walk "$folder" $flags >"$work/log" 2>&1 || fail "$name does not compile: $(cat "$work/log")"
    "$folder/walk" >"$work/log" 2>&1 || fail "$name: $(cat "$work/log")"
    echo "$name: $(tr '\n' ';' <"$work/log" | sed 's/;$//; s/;/; /g')"
}

# Exits with an error of the sanitizers' own kind.
must_catch() {
    what=$1 expected=$2
    shift 2
    if "$@" >"$work/log" 2>&1; then fail "$what is not noticed"; fi
    # In a kernel, that is.
    grep -q "$expected" "$work/log" && grep -q "run_tasks\|run_share" "$work/log" || fail "$what is noticed, but not as $expected: $(head -n 20 "$work/log")"
    echo "$what: caught"
}

export UNETC_CACHE="$work/cache"
families="$here/families.graph --batch 3"
narrow="-D width=8 $families"
knows() { "$unetc" run - --conv '?' 2>&1 | grep -q "'$1'"; }
supports() { grep -q -w "$1" /proc/cpuinfo; }

walk "portable" "$narrow --target x86-64" "-march=x86-64"
must_catch "an overrun planted into every kernel" "heap-buffer-overflow" "$work/portable/walk" --plant
if supports avx2; then
    for conv in auto gemm winograd4 winograd2 direct; do
        knows "$conv" || continue
        walk "AVX2 $conv" "$narrow --target x86-64-v3 --conv $conv" "-march=x86-64-v3"
    done
    walk "AVX2 bf16" "$narrow --target x86-64-v3 --precision bf16" "-march=x86-64-v3"
fi
if supports avx512f; then
    for conv in auto winograd2 direct; do
        knows "$conv" || continue
        walk "AVX-512 $conv" "$families --target x86-64-v4 --conv $conv" "-march=x86-64-v4 -mprefer-vector-width=512"
    done
    walk "U-Net" "graphs/unet.graph -D width=16 -D size=48 --batch 2 --target x86-64-v4" "-march=x86-64-v4"
fi

CC=$cc scripts/fuzz-picture.sh 20000

# The thread sanitizer wants addresses where it expects them; setarch -R keeps the system from shuffling them.
unshuffled=""
setarch -R true 2>/dev/null && unshuffled="setarch -R"
pool="$work/pool_stress"
# Jobs of more tasks than fit one deal take too long; so once with small deals.
for most in 1073741824 50; do
    $cc -std=gnu11 -O1 -g -fsanitize=thread -Wall -D UNETC_MOST_TASKS=$most -I Sources/ThreadPool/include \
        -I Sources/ModelABI/include Sources/ThreadPool/pool.c Sources/ThreadPool/gate.c Sources/ThreadPool/binding.c \
        Sources/ThreadPool/clear.c "$here/pool_stress.c" -o "$pool" -lpthread
    must_catch "a race planted into a kernel" "data race" $unshuffled "$pool" --plant
    $unshuffled "$pool" >"$work/log" 2>&1 || fail "thread pool: $(head -n 60 "$work/log")"
    cat "$work/log"
done

# train, doctor and predict, whole and in tiles, with their threads, on sound and broken pictures: built once more for the
# thread sanitizer, or for those that SANITIZERS="thread address" names, each into a folder of its own.
inputs=${SANITIZE_INPUTS:-400}
for kind in ${SANITIZERS:-thread}; do
    build=.build-$kind
    ${SWIFT:-swift} build -c release --sanitize "$kind" --scratch-path "$build" --product unetc-fuzz >"$work/log" 2>&1 ||
        fail "unetc-fuzz does not build for the $kind sanitizer: $(tail -n 20 "$work/log")"
    # $1 is the number of inputs; what a sanitizer says goes to files $work/report.*.
    pictures() {
        rm -f "$work"/report.*
        options="log_path=$work/report:exitcode=66:suppressions=$here/$kind.supp"
        count=$1
        shift
        mkdir -p "$work/pictures"
        TMPDIR="$work/pictures" TSAN_OPTIONS="$options" \
            ASAN_OPTIONS="$options:detect_leaks=1:allocator_may_return_null=1" LSAN_OPTIONS="suppressions=$here/leak.supp" \
            $unshuffled "$build/release/unetc-fuzz" pictures --progress "$work/progress" --inputs "$count" \
            --memory-limit 0 "$@" 2>"$work/errors"
    }
    planted=race expected="access race\|data race"
    [ "$kind" = thread ] || planted=overrun expected="heap-buffer-overflow"
    pictures 1 --plant "$planted" && status=0 || status=$?
    cat "$work"/report.* 2>/dev/null | grep -q "$expected" || fail "a planted $planted in Swift is not noticed ($status)"
    echo "a $planted planted into Swift: caught"
    pictures "$inputs" && status=0 || status=$?
    [ -z "$(cat "$work"/report.* 2>/dev/null)" ] || fail "trainer: $(cat "$work"/report.* | head -n 120)"
    [ "$status" -eq 0 ] || fail "trainer, $kind sanitizer, exits with $status: $(tail -n 5 "$work/errors")"
    echo "trainer on $inputs pictures: no report of the $kind sanitizer"
done
