#!/usr/bin/env python3
"""Measures the rounding errors of unetc's 3x3 convolutions and writes the tables of docs/NUMERICS.md.

Runs `unetc run --backward --conv …` on one convolution at a time, and compares a few hundred of its outputs, gradients of
inputs and gradients of weights with exact sums. Needs nothing but Python.
"""

import json
import math
import os
import random
import subprocess
import tempfile
from array import array
from dataclasses import dataclass
from operator import mul
from pathlib import Path

from document import fill, table

ROOT = Path(__file__).parent.parent
UNETC = ROOT / ".build/release/unetc"
BATCH, SAMPLES = 4, 400
# The names that --conv takes, and what they force.
ALGORITHMS = {"winograd4": "F(4,3)", "winograd2": "F(2,3)", "direct": "direct", "gemm": "matrix product"}
# Of these, the ones that multiply bf16 with --precision bf16.
OF_PAIRS = ["winograd4", "winograd2"]
PRODUCTS = {"out": "outputs", "grad.x": "gradients of the input", "grad.y.weight": "gradients of the weights"}


@dataclass(frozen=True)
class Layer:
    """A convolution of the U-Net of graphs/unet.graph: channels in and out, height and width."""

    inputs: int
    outputs: int
    size: int

    def __str__(self) -> str:
        return f"{self.inputs} to {self.outputs} @ {self.size}x{self.size}"

    @property
    def graph(self) -> str:
        return (
            f"graph layer() {{\n  input x: [{self.inputs}, {self.size}, {self.size}]\n"
            f"  y = conv(x, {self.outputs}, kernel: 3, padding: 1, bias: false)\n  output out = y\n}}\n"
        )


LAYERS = [Layer(64, 64, 128), Layer(256, 256, 32), Layer(512, 512, 16), Layer(1024, 512, 16)]


class Tensor:
    """32-bit floats of any shape, row-major."""

    def __init__(self, shape: list[int], values: array):
        self.shape = shape
        self.values = values

    @staticmethod
    def random(shape: list[int], source: random.Random, low: float, high: float) -> "Tensor":
        draw, width = source.random, high - low
        return Tensor(shape, array("f", (low + width * draw() for _ in range(math.prod(shape)))))

    def row(self, a: int, b: int, y: int) -> int:
        """Where row y of map b of sample a starts."""
        return ((a * self.shape[1] + b) * self.shape[2] + y) * self.shape[3]


def write_safetensors(path: Path, tensors: dict[str, Tensor]) -> None:
    header, offset = {}, 0
    for name, tensor in tensors.items():
        end = offset + 4 * len(tensor.values)
        header[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors.values():
            tensor.values.tofile(file)


def read_safetensors(path: Path) -> dict[str, Tensor]:
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            tensors[name] = Tensor(entry["shape"], array("f", data[start + first : start + last]))
    return tensors


# Exact sums: products of two 32-bit floats are exact in Double, and fsum rounds only once.


def window_sum(maps: Tensor, sample: int, y: int, x: int, tap) -> float:
    """The sum over all maps and a 3x3 window; `tap(map, row, column)` is the weight."""
    height, width = maps.shape[2:]
    left, right = max(0, x - 1), min(width, x + 2)
    terms = []
    for channel in range(maps.shape[1]):
        for row in range(max(0, y - 1), min(height, y + 2)):
            start = maps.row(sample, channel, row)
            taps = [tap(channel, row - y + 1, column - x + 1) for column in range(left, right)]
            terms += map(mul, maps.values[start + left : start + right], taps)
    return math.fsum(terms)


def exact_output(x: Tensor, weight: Tensor, place: tuple[int, ...]) -> float:
    sample, output, row, column = place
    return window_sum(x, sample, row, column, lambda c, i, j: weight.values[weight.row(output, c, i) + j])


def exact_input_gradient(gradient: Tensor, weight: Tensor, place: tuple[int, ...]) -> float:
    sample, channel, row, column = place
    return window_sum(
        gradient, sample, row, column, lambda k, i, j: weight.values[weight.row(k, channel, 2 - i) + 2 - j])


def exact_weight_gradient(x: Tensor, gradient: Tensor, place: tuple[int, ...]) -> float:
    output, channel, i, j = place
    samples, _, height, width = x.shape
    left, right = max(0, 1 - j), min(width, width + 1 - j)
    terms = []
    for sample in range(samples):
        for row in range(max(0, 1 - i), min(height, height + 1 - i)):
            a, b = gradient.row(sample, output, row), x.row(sample, channel, row + i - 1) + j - 1
            terms += map(mul, gradient.values[a + left : a + right], x.values[b + left : b + right])
    return math.fsum(terms)


@dataclass
class Errors:
    """Of sampled values: the largest beside the largest value, and the root of the mean squares of both."""

    largest: float
    typical: float

    def __str__(self) -> str:
        return f"{self.largest:.1e} ({self.typical:.1e})"


def errors(found: Tensor, exact: dict[int, float]) -> Errors:
    differences = [found.values[place] - value for place, value in exact.items()]
    largest = max(map(abs, found.values))
    squares = math.fsum(value * value for value in exact.values())
    return Errors(
        max(map(abs, differences)) / largest, math.sqrt(math.fsum(d * d for d in differences) / squares))


def place_of(index: int, shape: list[int]) -> tuple[int, ...]:
    place = []
    for extent in reversed(shape):
        place.insert(0, index % extent)
        index //= extent
    return tuple(place)


class Trial:
    """One layer with inputs as a ReLU leaves them, He's weights, and a gradient for its outputs."""

    def __init__(self, layer: Layer, folder: Path):
        self.layer, self.folder = layer, folder
        source = random.Random(f"{layer}")
        maps = [layer.size, layer.size]
        bound = math.sqrt(6 / (9 * layer.inputs))
        self.x = Tensor.random([BATCH, layer.inputs, *maps], source, -1, 1)
        self.x.values = array("f", (max(0.0, value) for value in self.x.values))
        self.weight = Tensor.random([layer.outputs, layer.inputs, 3, 3], source, -bound, bound)
        self.gradient = Tensor.random([BATCH, layer.outputs, *maps], source, -1, 1)
        (folder / "layer.graph").write_text(layer.graph)
        write_safetensors(folder / "inputs.safetensors", {"x": self.x, "cotangent.out": self.gradient})
        write_safetensors(folder / "weights.safetensors", {"y.weight": self.weight})
        self.exact = self.exact_values(source)

    def exact_values(self, source: random.Random) -> dict[str, dict[int, float]]:
        """Exact values of a few hundred places of each product."""
        x, weight, gradient = self.x, self.weight, self.gradient
        kinds = {
            "out": (gradient.shape, lambda place: exact_output(x, weight, place)),
            "grad.x": (x.shape, lambda place: exact_input_gradient(gradient, weight, place)),
            "grad.y.weight": (weight.shape, lambda place: exact_weight_gradient(x, gradient, place)),
        }
        return {
            name: {index: value(place_of(index, shape)) for index in source.sample(range(math.prod(shape)), SAMPLES)}
            for name, (shape, value) in kinds.items()
        }

    def errors(self, algorithm: str, precision: str = "f32") -> dict[str, Errors]:
        """The errors of each product when `unetc` computes it with that algorithm, of factors of that precision."""
        results = self.folder / "results.safetensors"
        command = [str(UNETC), "run", "layer.graph", "--inputs", "inputs.safetensors", "--weights"]
        command += ["weights.safetensors", "--outputs", results.name, "--backward", "--wrt", "x", "--conv", algorithm]
        command += ["--precision", precision]
        subprocess.run(command, cwd=self.folder, check=True)
        found = read_safetensors(results)
        return {name: errors(found[name], exact) for name, exact in self.exact.items()}


def known_algorithms() -> list[str]:
    """Those that this unetc knows: it lists them when it is asked for another."""
    said = subprocess.run([str(UNETC), "run", "-", "--conv", "?"], capture_output=True, text=True).stderr
    return [name for name in ALGORITHMS if f"'{name}'" in said or f" {name}" in said]


def main() -> None:
    algorithms = known_algorithms()
    measured, of_pairs = {}, {}
    for layer in LAYERS:
        with tempfile.TemporaryDirectory(prefix="unetc-numerics-") as folder:
            trial = Trial(layer, Path(folder))
            for algorithm in algorithms:
                measured[layer, algorithm] = trial.errors(algorithm)
                print(f"{layer}, {algorithm}: {', '.join(map(str, measured[layer, algorithm].values()))}", flush=True)
            for algorithm in OF_PAIRS:
                of_pairs[layer, algorithm] = trial.errors(algorithm, "bf16")
                print(f"{layer}, {algorithm}, bf16: {', '.join(map(str, of_pairs[layer, algorithm].values()))}", flush=True)
    parts = {}
    columns = [(product, name) for product in PRODUCTS for name in OF_PAIRS]
    rows = [[str(layer)] + [f"{of_pairs[layer, name][product].typical:.2%}" for product, name in columns] for layer in LAYERS]
    parts["bf16"] = table(["", *(f"{PRODUCTS[product]}, {ALGORITHMS[name]}" for product, name in columns)], rows)
    for product, title in PRODUCTS.items():
        rows = [[str(layer)] + [str(measured[layer, name][product]) for name in algorithms] for layer in LAYERS]
        parts[title] = table(["", *(ALGORITHMS[name] for name in algorithms)], rows)
    fill(ROOT / "docs/NUMERICS.md", parts)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
