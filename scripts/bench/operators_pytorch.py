#!/usr/bin/env python3
"""Single operators beside PyTorch's: a forward pass, and a training step.

Usage: operators_pytorch.py [--unetc .build/release/unetc] [--batch 4] [--rounds 3] [--threads 2] [NAME ...]

An operator stands in a net of one convolution from 3 to its channels, the operator REPEAT times, and a mean of squares; what the
net takes without it is subtracted. unetc and PyTorch (eager, as nn.Module, in the faster of its two layouts)
run in turn. Prints a Markdown table: medians of
the rounds' medians, in milliseconds for one operator; with --best the fastest runs, which is what a machine with other work
can tell. What is below FLOOR is lost in what everything else takes.

Needs the Python of the peers (scripts/bench/requirements.txt). Another operator is a row of CASES.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent))
from document import table  # noqa: E402

REPEAT = 4
FLOOR = 0.02
WARM_UP, RUNS = 2, 6


@dataclass
class Case:
    """An operator on maps of `channels` x `size` x `size`, which keeps their shape."""

    name: str
    # Statements of the graph: {x} is the map, {y} the name of the result.
    statements: str
    module: Callable[[int], nn.Module]
    channels: int = 64
    size: int = 64


class Function(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor]):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, channels // 4, 1), nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x):
        gate = F.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(self.up(F.relu(self.down(gate))))


class LayerNorm(nn.Module):
    """Of the channels of each position, as torchvision's ConvNeXt has it."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias)
        return x.permute(0, 3, 1, 2)


class SpatialAttention(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, 1, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.conv(x))


def normalized(a: int, b: int, kernel: int = 1, groups: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(a, b, kernel, padding=kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(b)]


class InvertedResidual(nn.Module):
    """MobileNetV2's block."""

    def __init__(self, channels: int):
        super().__init__()
        wide = 6 * channels
        self.steps = nn.Sequential(
            *normalized(channels, wide), nn.ReLU(), *normalized(wide, wide, 3, wide), nn.ReLU(),
            *normalized(wide, channels))

    def forward(self, x):
        return x + self.steps(x)


class ResNeXtBlock(nn.Module):
    """32 groups between 1x1 convolutions."""

    def __init__(self, channels: int):
        super().__init__()
        half = channels // 2
        self.steps = nn.Sequential(
            *normalized(channels, half), nn.ReLU(), *normalized(half, half, 3, 32), nn.ReLU(),
            *normalized(half, channels))

    def forward(self, x):
        return F.relu(x + self.steps(x))


def resized(mode: str) -> Callable[[int], nn.Module]:
    return function(lambda x: F.interpolate(F.interpolate(x, size=96, mode=mode), size=64, mode=mode))


def block(inner: str, groups: str, last: str) -> str:
    """Statements of a block of three convolutions, each normalised."""
    return (
        f"{{y}}_a0 = conv({{x}}, {inner}, kernel: 1, bias: false)\n{{y}}_a = relu(batch_norm({{y}}_a0))\n"
        f"{{y}}_b0 = conv({{y}}_a, {inner}, kernel: 3, padding: same, groups: {groups}, bias: false)\n"
        "{y}_b = relu(batch_norm({y}_b0))\n"
        f"{{y}}_c0 = conv({{y}}_b, {{channels}}, kernel: 1, bias: false)\n{{y}} = {last}")


def convolution(name: str, channels: int, size: int, kernel: int = 3, groups: int = 1, dilation: int = 1) -> "Case":
    return Case(
        name,
        f"{{y}} = conv({{x}}, {channels}, kernel: {kernel}, padding: same, groups: {groups}, dilation: {dilation})",
        lambda c: nn.Conv2d(c, c, kernel, padding=dilation * (kernel // 2), groups=groups, dilation=dilation),
        channels, size)


def function(f: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[int], nn.Module]:
    return lambda _: Function(f)


CASES = [
    Case("relu6", "{y} = relu6({x})", function(F.relu6)),
    Case("hardsigmoid", "{y} = hardsigmoid({x})", function(F.hardsigmoid)),
    Case("clamp", "{y} = clamp({x}, min: -0.5, max: 0.5)", function(lambda x: x.clamp(-0.5, 0.5))),
    Case("1 - x", "{y} = 1 - {x}", function(lambda x: 1 - x)),
    Case("x / (1.5 + abs(x))", "{y} = {x} / (1.5 + abs({x}))", function(lambda x: x / (1.5 + x.abs()))),
    Case("maximum(x, -x)", "{y} = maximum({x}, -{x})", function(lambda x: torch.maximum(x, -x))),
    Case(
        "squeeze and excitation",
        "{y}_d = relu(conv(global_avg_pool({x}), {quarter}, kernel: 1))\n"
        "{y}_g = sigmoid(conv({y}_d, {channels}, kernel: 1))\n{y} = {x} * {y}_g",
        SqueezeExcitation),
    Case(
        "spatial attention", "{y}_g = sigmoid(conv({x}, 1, kernel: 1))\n{y} = {x} * {y}_g", SpatialAttention),
    Case("x + global_avg_pool(x)", "{y} = {x} + global_avg_pool({x})",
         function(lambda x: x + F.adaptive_avg_pool2d(x, 1))),
    Case("x + global_max_pool(x)", "{y} = {x} + global_max_pool({x})",
         function(lambda x: x + F.adaptive_max_pool2d(x, 1))),
    Case("batch_norm", "{y} = batch_norm({x})", nn.BatchNorm2d),
    Case("instance_norm", "{y} = instance_norm({x})", nn.InstanceNorm2d),
    Case("group_norm, 8 groups", "{y} = group_norm({x}, groups: 8)", lambda c: nn.GroupNorm(8, c)),
    Case("layer_norm", "{y} = layer_norm({x})", LayerNorm),
    Case("linear", "{y} = linear({x}, {channels})", lambda c: nn.Conv2d(c, c, 1)),
    *[convolution("depthwise 3x3", c, s, groups=c) for c, s in [(32, 112), (144, 56), (192, 28), (384, 14), (960, 7)]],
    *[convolution("depthwise 5x5", c, s, 5, groups=c) for c, s in [(72, 56), (240, 28), (480, 14)]],
    convolution("depthwise 7x7", 96, 56, 7, groups=96),
    *[convolution(f"32 groups of {c // 32}", c, s, groups=32) for c, s in [(128, 56), (256, 28), (512, 14)]],
    *[convolution(f"dilated 3x3, rate {rate}", 128, 32, dilation=rate) for rate in (6, 12, 18)],
    convolution("dilated 3x3, rate 18", 64, 64, dilation=18),
    *[Case("inverted residual", block("6 * {channels}", "6 * {channels}", "{x} + batch_norm({y}_c0)"),
           InvertedResidual, c, s) for c, s in [(24, 56), (64, 14)]],
    *[Case("ResNeXt block", block(f"{c // 2}", "32", "relu({x} + batch_norm({y}_c0))"),
           ResNeXtBlock, c, s) for c, s in [(256, 56), (512, 28)]],
    Case("resize 64 to 96 and back, bilinear",
         "{y}_a = resize({x}, size: 96, mode: bilinear)\n{y} = resize({y}_a, size: 64, mode: bilinear)",
         resized("bilinear")),
    Case("resize 64 to 96 and back, nearest", "{y}_a = resize({x}, size: 96)\n{y} = resize({y}_a, size: 64)",
         resized("nearest")),
]  # fmt: skip


class Net(nn.Module):
    def __init__(self, case: Case, repeat: int):
        super().__init__()
        self.stem = nn.Conv2d(3, case.channels, 3, padding=1)
        self.operators = nn.Sequential(*[case.module(case.channels) for _ in range(repeat)])

    def forward(self, x):
        return self.operators(self.stem(x))


def graph(case: Case, repeat: int) -> str:
    lines = [
        f"input image: [3, {case.size}, {case.size}]", f"target t: [{case.channels}, {case.size}, {case.size}]",
        f"y0 = conv(image, {case.channels}, kernel: 3, padding: same)",
    ]
    for number in range(repeat):
        lines += case.statements.format(
            x=f"y{number}", y=f"y{number + 1}", channels=case.channels, quarter=case.channels // 4).split("\n")
    lines += [f"output out = y{repeat}", "loss mse(out, t)", "train { optimizer: sgd(lr: 1e-3) }"]
    return "graph operator {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def unetc_times(program: str, text: str, given: argparse.Namespace) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="unetc-operators-") as folder:
        path = Path(folder) / "operator.graph"
        path.write_text(text)
        command = [program, "bench", str(path), "--batch", str(given.batch), "--threads", str(given.threads), "--json"]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    kind = "min_ms" if given.best else "median_ms"
    return {"forward": result["inference"][kind], "step": result["train_step"][kind]}


def torch_times(net: nn.Module, case: Case, given: argparse.Namespace) -> dict[str, float]:
    """In the faster one of PyTorch's two layouts."""
    layouts = [torch.contiguous_format, torch.channels_last]
    times = [times_in(layout, net, case, given) for layout in layouts]
    return {name: min(found[name] for found in times) for name in times[0]}


def times_in(layout: torch.memory_format, net: nn.Module, case: Case, given: argparse.Namespace) -> dict[str, float]:
    batch = given.batch
    net = net.to(memory_format=layout)
    x = torch.rand(batch, 3, case.size, case.size).to(memory_format=layout)
    t = torch.rand(batch, case.channels, case.size, case.size).to(memory_format=layout)
    optimizer = torch.optim.SGD(net.parameters(), 1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.mse_loss(net(x), t).backward()
        optimizer.step()

    def forward():
        with torch.inference_mode():
            net(x)

    times = {}
    for name, run in [("step", step), ("forward", forward)]:
        net.train(name == "step")
        for _ in range(WARM_UP):
            run()
        measured = []
        for _ in range(RUNS):
            start = time.perf_counter()
            run()
            measured.append(1000 * (time.perf_counter() - start))
        times[name] = given.middle(measured)
    return times


def measured(case: Case, given: argparse.Namespace) -> list[str]:
    """A row of the table."""
    found: dict[tuple[str, str, int], list[float]] = {}
    for _ in range(given.rounds):
        for repeat in (0, REPEAT):
            ours = unetc_times(given.unetc, graph(case, repeat), given)
            theirs = torch_times(Net(case, repeat), case, given)
            for who, times in [("unetc", ours), ("torch", theirs)]:
                for what, milliseconds in times.items():
                    found.setdefault((who, what, repeat), []).append(milliseconds)
    median = {key: given.middle(values) for key, values in found.items()}
    cells = [f"{case.name}, {case.channels} x {case.size} x {case.size}"]
    for what in ["forward", "step"]:
        ours, theirs = (
            (median[who, what, REPEAT] - median[who, what, 0]) / REPEAT for who in ["unetc", "torch"]
        )  # fmt: skip
        ratio = f"{theirs / ours:.1f}" if ours > FLOOR and theirs > FLOOR else "-"
        cells += [f"{max(ours, 0):.2f}", f"{max(theirs, 0):.2f}", ratio]
    print(cells, file=sys.stderr, flush=True)
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--unetc", default=".build/release/unetc")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--best", action="store_true", help="the fastest runs in place of medians")
    given = parser.parse_args()
    given.middle = min if given.best else statistics.median
    torch.manual_seed(0)
    torch.set_num_threads(given.threads)
    headings = [
        "", "forward, ms", "PyTorch, ms", "PyTorch / unetc", "forward and backward, ms", "PyTorch, ms", "PyTorch / unetc",
    ]  # fmt: skip
    cases = [case for case in CASES if not given.names or case.name in given.names]
    print(table(headings, [measured(case, given) for case in cases]))


main()
