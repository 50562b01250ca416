#!/usr/bin/env python3
"""What a package of `unetc bundle --wheel` costs over its own C library: import and load, and each call.

    wheel.py SITE PACKAGE [--rounds N] [--calls N]        SITE is where pip has put it (`pip install --target SITE`)

Processes alternate between Python and C, one thread each. Of each process the median of its calls counts, and of these the
least, since others use the machine as well.
"""
import argparse, glob, json, os, statistics, subprocess, sys, tempfile

TRIAL = """
import json, sys, time
start = time.perf_counter()
import numpy
begin = time.perf_counter()
package = __import__(sys.argv[1])
net = package.load(threads=1)
ready = time.perf_counter()
channels, height, width = net.input_shape
picture = (numpy.arange(height * width * channels) * 7919 % 251).astype(numpy.uint8).reshape(height, width, channels)
out = numpy.empty((height, width), numpy.uint8)
times = {"segment": [], "segment into out": []}
for _ in range(int(sys.argv[2])):
    begun = time.perf_counter()
    net.segment(picture)
    middle = time.perf_counter()
    net.segment(picture, out=out)
    times["segment"].append(middle - begun)
    times["segment into out"].append(time.perf_counter() - middle)
times = {name: sorted(values)[len(values) // 2] for name, values in times.items()}
print(json.dumps({"numpy": begin - start, "load": ready - begin, "shape": net.input_shape, "sum": int(out.sum()), **times}))
"""

PROGRAM = """
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec; }
static int up(const void *a, const void *b) { double x = *(const double *)a, y = *(const double *)b; return (x > y) - (x < y); }
int main(int argc, char **argv) {
    (void)argc;
    void *library = dlopen(argv[1], RTLD_NOW);
    if (!library) { puts(dlerror()); return 1; }
    size_t (*arena_bytes)(int, int, int, int) = (size_t (*)(int, int, int, int))dlsym(library, NAME "_arena_bytes_for_picture");
    int (*init)(void *, size_t, int, const void *, size_t) = (int (*)(void *, size_t, int, const void *, size_t))dlsym(library, NAME "_init");
    int (*segment)(void *, const void *, int, int, ptrdiff_t, int, unsigned char *, ptrdiff_t) =
        (int (*)(void *, const void *, int, int, ptrdiff_t, int, unsigned char *, ptrdiff_t))dlsym(library, NAME "_segment");
    FILE *file = fopen(argv[2], "rb");
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    void *weights = aligned_alloc(64, (size + 63) / 64 * 64);
    if (fread(weights, 1, size, file) != size) return 1;
    int channels = atoi(argv[3]), height = atoi(argv[4]), width = atoi(argv[5]), calls = atoi(argv[6]), format = channels == 3;
    size_t bytes = arena_bytes(1, width, height, format);
    void *arena = aligned_alloc(64, (bytes + 63) / 64 * 64);
    unsigned char *pixels = malloc((size_t)(channels * height * width)), *mask = malloc((size_t)(height * width));
    for (int i = 0; i < channels * height * width; i++) pixels[i] = (unsigned char)((long)i * 7919 % 251);
    int error = init(arena, bytes, 1, weights, size);
    double *times = malloc((size_t)calls * sizeof *times);
    for (int i = 0; i < calls && !error; i++) {
        double begun = now();
        error = segment(arena, pixels, width, height, 0, format, mask, 0);
        times[i] = now() - begun;
    }
    qsort(times, (size_t)calls, sizeof *times, up);
    long sum = 0;
    for (int i = 0; i < height * width; i++) sum += mask[i];
    printf("{\\"error\\": %d, \\"segment\\": %.9f, \\"sum\\": %ld}\\n", error, times[calls / 2], sum);
    return error;
}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("site")
    parser.add_argument("package")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=500)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="unetc-wheel-")
    source, program = folder + "/time.c", folder + "/time"
    with open(source, "w") as file:
        file.write(PROGRAM)
    subprocess.run(["cc", "-O2", f'-DNAME="{options.package}"', source, "-ldl", "-o", program], check=True)
    place = os.path.abspath(f"{options.site}/{options.package}")
    library, weights = glob.glob(place + "/*.so")[0], glob.glob(place + "/*.weights")[0]
    environment = {**os.environ, "PYTHONPATH": os.path.abspath(options.site)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    python, c = [], []
    for _ in range(options.rounds + 1):
        words = [sys.executable, "-c", TRIAL, options.package, str(options.calls)]
        python.append(json.loads(subprocess.run(words, env=environment, check=True, capture_output=True).stdout))
        words = [program, library, weights, *map(str, python[-1]["shape"]), str(options.calls)]
        c.append(json.loads(subprocess.run(words, check=True, capture_output=True).stdout))
        if python[-1]["sum"] != c[-1]["sum"]:
            sys.exit("wheel: Python and C do not say the same")
    # The first import writes what later ones read.
    python, c = python[1:], c[1:]
    for name, what in [("numpy", "import of numpy"), ("load", "import and load of the package")]:
        times = [1e3 * run[name] for run in python]
        print(f"{what}: {min(times):.1f} to {max(times):.1f} ms, median {statistics.median(times):.1f}")
    least = min(run["segment"] for run in c)
    for name in ["segment", "segment into out"]:
        ours = min(run[name] for run in python)
        print(f"{name}: {1e6 * ours:.1f} us, of which {1e6 * least:.1f} in C: {1e6 * (ours - least):.1f} us over it")


if __name__ == "__main__":
    main()
