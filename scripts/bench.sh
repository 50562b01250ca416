#!/bin/sh
# Measures unetc beside PyTorch, ONNX Runtime and OpenVINO and writes docs/BENCHMARKS.md.
#
# The peers live in a virtual environment outside the checkout. PEERS_PYTHON names a Python that has them already.
# BENCH_FLAGS goes to scripts/bench/main.py: --minutes N, --fresh, --report-only.
set -eu
cd "$(dirname "$0")/.."

peers="${XDG_CACHE_HOME:-$HOME/.cache}/unetc/peers"
needed=scripts/bench/requirements.txt

explain() {
    echo "make bench: $1" >&2
    echo "  It compares unetc with PyTorch, ONNX Runtime and OpenVINO, which need Python 3.10 or later and about 2 GB." >&2
    echo "  hint: $2" >&2
    exit 1
}

install_peers() {
    command -v python3 >/dev/null || explain "there is no python3" "apt-get install python3-venv"
    python3 -m venv "$peers" ||
        explain "python3 cannot make a virtual environment in $peers" "apt-get install python3-venv"
    echo "installing the peers into $peers"
    "$peers/bin/pip" install --quiet -r "$needed" ||
        explain "pip cannot install $needed" \
            "is the network there? pip needs an index with PyTorch's builds for processors (+cpu); or set PEERS_PYTHON to a Python \
that has these packages"
    cp "$needed" "$peers/installed.txt"
}

if [ -z "${PEERS_PYTHON:-}" ]; then
    cmp -s "$needed" "$peers/installed.txt" || install_peers
    PEERS_PYTHON=$peers/bin/python
fi
missing=$("$PEERS_PYTHON" -c '
import importlib.util
names = ["torch", "onnx", "onnxruntime", "openvino", "numpy"]
print(*[name for name in names if importlib.util.find_spec(name) is None])') ||
    explain "$PEERS_PYTHON cannot be run" "unset PEERS_PYTHON, or name a Python"
[ -z "$missing" ] || explain "$PEERS_PYTHON lacks $missing" "unset PEERS_PYTHON, or install them there"

# shellcheck disable=SC2086
exec python3 scripts/bench/main.py --peers "$PEERS_PYTHON" ${BENCH_FLAGS:-}
