#!/bin/sh
# Makes a virtual environment with the Python packages that tests compare with (TensorBoard, onnxruntime), once for all checkouts of a user, and
# prints its Python. Where it cannot be made it prints nothing, and those tests are skipped.
set -u

packages="tensorboard==2.20.0 setuptools<81 onnx==1.23.2 onnxruntime==1.32.0"
folder=${XDG_CACHE_HOME:-$HOME/.cache}/unetc/test-python
python=$folder/bin/python3
if [ "$(cat "$folder/packages" 2>/dev/null)" = "$packages" ] && "$python" -c "" 2>/dev/null; then
    echo "$python"
    exit 0
fi

if [ "$(id -u)" -eq 0 ]; then sudo=""; else sudo="sudo -n"; fi
make() {
    rm -rf "$folder" && mkdir -p "$folder" || return 1
    python3 -m venv "$folder" || {
        $sudo env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq --no-install-recommends python3-venv &&
            python3 -m venv --clear "$folder" || return 1
    }
    # shellcheck disable=SC2086
    timeout 300 "$python" -m pip install -q --disable-pip-version-check $packages || return 1
    echo "$packages" >"$folder/packages"
}
echo "making a Python for the tests that read event files and run ONNX models: $folder" >&2
if make >&2; then
    echo "$python"
else
    echo "it could not be made: the tests that need TensorBoard or onnxruntime will be skipped" >&2
fi
exit 0
