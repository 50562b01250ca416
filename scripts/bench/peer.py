"""Times the U-Net of graphs/unet.graph in another program; prints one line of JSON.

    peer.py KIND {train|infer} BATCH [--threads N] [--onnx FILE]
    peer.py export 0 BATCH --onnx FILE       writes the net for ONNX Runtime and OpenVINO
    peer.py versions

A training step is zero_grad, forward, binary cross entropy, backward and Adam. Inputs are made before the clock starts.
"""

import argparse
import json
import os
import statistics
import time
from typing import Callable

WIDTH, SIZE, LEARNING_RATE = 64, 128, 1e-4
WARM_UP, RUNS, FEWEST_RUNS = 2, 6, 3
# Counted runs end when they have taken this long.
SECONDS = 12.0


def torch_run(kind: str, what: str, batch: int, threads: int) -> Callable[[], object]:
    """A step of PyTorch: eager, channels-last, compiled, or channels-last with bf16 autocast."""
    import torch
    from unet import UNet

    torch.manual_seed(0)
    torch.set_num_threads(threads)
    net = UNet(WIDTH)
    x, y = torch.rand(batch, 3, SIZE, SIZE), (torch.rand(batch, 1, SIZE, SIZE) > 0.5).float()
    if kind != "torch":
        net = net.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    function = torch.compile(net) if kind == "torch-compile" else net
    optimizer = torch.optim.Adam(net.parameters(), LEARNING_RATE)
    criterion = torch.nn.BCEWithLogitsLoss()

    def cast():
        return torch.autocast("cpu", torch.bfloat16, enabled=kind == "torch-bf16")

    def train() -> None:
        optimizer.zero_grad(set_to_none=True)
        with cast():
            loss = criterion(function(x).float(), y)
        loss.backward()
        optimizer.step()
        loss.item()

    def infer() -> None:
        with torch.inference_mode(), cast():
            function(x)

    if what == "infer":
        net.eval()
    return train if what == "train" else infer


def export(batch: int, path: str) -> None:
    """Writes the net as ONNX, which PyTorch does and its readers need not load PyTorch for."""
    import torch
    from unet import UNet

    torch.manual_seed(0)
    example = torch.rand(batch, 3, SIZE, SIZE)
    torch.onnx.export(UNet(WIDTH).eval(), (example,), path, input_names=["x"], output_names=["y"], dynamo=False)


def onnxruntime_run(batch: int, threads: int, path: str) -> Callable[[], object]:
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    x = numpy.random.default_rng(0).random((batch, 3, SIZE, SIZE), numpy.float32)
    return lambda: session.run(None, {"x": x})


def openvino_run(kind: str, batch: int, threads: int, path: str) -> Callable[[], object]:
    import numpy
    import openvino

    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if kind == "openvino-bf16" else "f32",
        "INFERENCE_NUM_THREADS": threads,
    }
    request = openvino.Core().compile_model(path, "CPU", settings).create_infer_request()
    x = numpy.random.default_rng(0).random((batch, 3, SIZE, SIZE), numpy.float32)
    return lambda: request.infer([x])


def milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start)


def measure(run: Callable[[], object]) -> dict:
    first = milliseconds(run)
    for _ in range(WARM_UP - 1):
        run()
    times: list[float] = []
    while len(times) < RUNS and (len(times) < FEWEST_RUNS or sum(times) < 1000 * SECONDS):
        times.append(milliseconds(run))
    return {"first_ms": first, "min_ms": min(times), "median_ms": statistics.median(times), "runs": len(times)}


def peak_mebibytes() -> int:
    """The most memory this program has had; what the process was before it became this one does not count."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) >> 10


def versions() -> dict:
    import importlib.metadata
    import platform

    names = {"torch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "numpy": "NumPy"}
    found = {title: importlib.metadata.version(name) for name, title in names.items()}
    return {**found, "Python": platform.python_version()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kind")
    parser.add_argument("what", nargs="?")
    parser.add_argument("batch", nargs="?", type=int)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--onnx")
    given = parser.parse_args()
    if given.kind == "versions":
        return print(json.dumps(versions()))
    if given.kind == "export":
        return export(given.batch, given.onnx)
    if given.kind.startswith("torch"):
        run = torch_run(given.kind, given.what, given.batch, given.threads)
    elif given.kind == "onnxruntime":
        run = onnxruntime_run(given.batch, given.threads, given.onnx)
    else:
        run = openvino_run(given.kind, given.batch, given.threads, given.onnx)
    print(json.dumps({**measure(run), "peak_rss_mib": peak_mebibytes()}))


main()
