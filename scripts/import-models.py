#!/usr/bin/env python3
"""Imports the nets of the libraries people use, as PyTorch's two exporters write them, and compares with onnxruntime.

    scripts/import-models.py [--unetc PROGRAM] [--keep DIR] [--only TEXT] [--minutes N]

Makes nets with random weights (torch, torchvision, segmentation_models_pytorch), exports each by an exporter at an opset, reads the
file with `unetc import`, runs the graph with `unetc run`, and prints a table: the largest difference, as a part of the largest
value, or why the net is not imported. The exit code is 0 where at least 40 of 48 agree within 1e-4.

Takes a Python with what scripts/import-models.txt names.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

TOLERANCE = 1e-4
SIZE = 128
# (exporter, opset): the newer exporter writes 18 and converts to others.
SETTINGS = [("script", 11), ("script", 13), ("dynamo", 17), ("dynamo", 20)]
KINDS = [
    "torch:unet", "tv:lraspp_mobilenet_v3_large", "tv:fcn_resnet50", "tv:deeplabv3_mobilenet_v3_large", "smp:Unet:resnet18",
    "smp:UnetPlusPlus:resnet34", "smp:Linknet:mobilenet_v2", "smp:FPN:resnet18", "smp:PAN:resnet18", "smp:MAnet:resnet18",
    "smp:DeepLabV3Plus:timm-regnetx_002", "smp:Unet:efficientnet-b0",
]


def write_tensors(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        start = len(data)
        data += values.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def read_tensors(path):
    import numpy

    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: numpy.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
    }


def net(kind, classes=3):
    import torch

    torch.manual_seed(0)
    library, *rest = kind.split(":")
    if library == "smp":
        import segmentation_models_pytorch as smp

        return getattr(smp, rest[0])(encoder_name=rest[1], encoder_weights=None, in_channels=3, classes=classes)
    if library == "tv":
        import torchvision

        return getattr(torchvision.models.segmentation, rest[0])(
            weights=None, weights_backbone=None, num_classes=classes)
    return plain_unet(classes)


def plain_unet(classes, width=16):
    """A U-Net as tutorials write it: conv, batch norm, relu, twice a level; a transposed convolution on the way up."""
    import torch
    from torch import nn

    def pair(a, b):
        layers = []
        for channels in (a, b):
            layers += [nn.Conv2d(channels, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True)]
        return nn.Sequential(*layers)

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            widths = [width << level for level in range(4)]
            self.down = nn.ModuleList(pair(a, b) for a, b in zip([3] + widths, widths))
            self.pool = nn.MaxPool2d(2)
            self.up = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in widths[-2::-1])
            self.join = nn.ModuleList(pair(2 * w, w) for w in widths[-2::-1])
            self.out = nn.Conv2d(width, classes, 1)

        def forward(self, x):
            skips = []
            for level, block in enumerate(self.down):
                x = block(self.pool(x) if level else x)
                skips.append(x)
            for up, join, skip in zip(self.up, self.join, skips[-2::-1]):
                x = join(torch.cat([up(x), skip], 1))
            return self.out(x)

    return UNet()


def name_missing_kernels():
    """torchvision's own kernels need another build of torch; segmentation nets use none of them, so that names suffice."""
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def plain(model):
    """A module whose result is one map."""
    import torch

    class Plain(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.m = model

        def forward(self, x):
            y = self.m(x)
            return y["out"] if isinstance(y, dict) else y

    return Plain()


def make(kind, exporter, opset, out):
    """Writes OUT.onnx, OUT.in and what onnxruntime makes of it, OUT.out."""
    import warnings

    warnings.filterwarnings("ignore")
    import onnxruntime
    import torch

    library = name_missing_kernels()  # lasts as long as it is held  # noqa: F841
    model = net(kind)
    generator = torch.Generator().manual_seed(1)
    for name, values in model.state_dict().items():  # statistics that are not 0 and 1, so that normalisation shows
        if name.endswith("running_mean"):
            values.copy_(torch.randn(values.shape, generator=generator) * 0.1)
        if name.endswith("running_var"):
            values.copy_(torch.rand(values.shape, generator=generator) + 0.5)

    image = torch.rand(1, 3, SIZE, SIZE, generator=generator)
    torch.onnx.export(
        plain(model).eval(), (image,), out + ".onnx", input_names=["image"], output_names=["y"], opset_version=opset,
        dynamo=exporter == "dynamo")
    session = onnxruntime.InferenceSession(out + ".onnx", providers=["CPUExecutionProvider"])
    write_tensors(out + ".in", {"image": image.numpy()})
    write_tensors(out + ".out", {"y": session.run(["y"], {"image": image.numpy()})[0]})


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def last_lines(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return " ".join(line.strip() for line in lines[:4])[:300] if lines else "it says nothing"


def trial(unetc, kind, exporter, opset, folder):
    """What the table says: (agrees, text)."""
    import numpy

    out = os.path.join(folder, f"{kind.replace(':', '-')}-{exporter}-{opset}")
    if not os.path.exists(out + ".out"):
        made = run([sys.executable, os.path.abspath(__file__), "--make", kind, exporter, str(opset), out])
        if made.returncode:
            return None, "not exported: " + (made.stderr.strip().splitlines() or ["?"])[-1][:200]
    files = [out + ".graph", out + ".weights"]
    read = run([unetc, "import", out + ".onnx", "--graph", files[0], "--weights", files[1], "--loss", "none"])
    if read.returncode:
        return False, last_lines(read.stderr)
    # The graph has no loss: a net without one is run as for predictions.
    result = run([
        unetc, "run", files[0], "--weights", files[1], "--inputs", out + ".in", "--outputs", out + ".result"])
    if result.returncode:
        return False, "imported, but: " + last_lines(result.stderr)
    expected, found = read_tensors(out + ".out")["y"], read_tensors(out + ".result")["y"]
    if expected.shape != found.shape:
        return False, f"has the shape {list(found.shape)}, expected {list(expected.shape)}"
    error = float(numpy.abs(expected - found).max() / numpy.abs(expected).max())
    return error <= TOLERANCE, f"{error:.1e}"


def main():
    if sys.argv[1:2] == ["--make"]:
        kind, exporter, opset, out = sys.argv[2:]
        return make(kind, exporter, int(opset), out)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unetc", default=".build/release/unetc")
    parser.add_argument("--keep", help="a folder for the files; those that are there are not made again")
    parser.add_argument("--only", default="", help="nets whose names hold this")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no net after so long")
    flags = parser.parse_args()
    began = time.monotonic()
    rows, agreed = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = flags.keep or temporary
        os.makedirs(folder, exist_ok=True)
        print("| net | exporter | opset | difference, or why not |\n|---|---|---|---|")
        for kind in KINDS:
            for exporter, opset in SETTINGS:
                if flags.only not in kind or time.monotonic() - began > 60 * flags.minutes:
                    continue
                agrees, text = trial(flags.unetc, kind, exporter, opset, folder)
                agreed += agrees is True
                rows.append((kind, agrees))
                print(f"| {kind} | {exporter} | {opset} | {text} |", flush=True)
    print(f"\n{agreed} of {len(rows)} are imported and agree within {TOLERANCE:g} of the largest value.")
    return 0 if agreed >= len(rows) * 40 / 48 else 1


if __name__ == "__main__":
    sys.exit(main())
