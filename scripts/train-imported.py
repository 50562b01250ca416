#!/usr/bin/env python3
"""Trains imported nets of the libraries people use for some steps, and compares the losses with PyTorch's.

    scripts/train-imported.py [--unetc PROGRAM] [--keep DIR] [--only TEXT] [--steps 20] [--lr X] [--exporter script|dynamo]

Makes one net of each family with random weights, exports it with its normalisations as they are (a model for inference has them folded
into its convolutions), imports and compiles it, and trains it with its own trainer: four pictures, all of them in each step, SGD
with momentum. PyTorch takes the same steps, without dropout, in 32-bit and in 64-bit floats. Prints a table: the largest difference
of a step's loss, as a part of that loss, ours from PyTorch's, and that of PyTorch's two from each other. The exit code is 0 where all
of ours are within 1e-4.

Takes a Python with what scripts/import-models.txt names.
"""

import argparse
import csv
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time

models = importlib.import_module("import-models")

TOLERANCE = 1e-4
BATCH, CLASSES = 4, 3
# A family each, over an encoder that trains in little time, the size of its pictures, and the learning rate: in twenty steps the
# loss falls by a percent or more, and PyTorch's own roundings have not yet grown as large as the tolerance.
KINDS = {
    "torch:unet": (64, 1e-5), "smp:Unet:resnet18": (64, 1e-5), "smp:UnetPlusPlus:resnet18": (64, 1e-5),
    "smp:Linknet:resnet18": (64, 1e-5), "smp:FPN:resnet18": (64, 1e-5), "smp:PAN:resnet18": (128, 3e-7),
    "smp:DeepLabV3Plus:resnet18": (64, 1e-5), "tv:lraspp_mobilenet_v3_large": (64, 1e-5),
    "tv:deeplabv3_mobilenet_v3_large": (64, 1e-5), "tv:fcn_resnet50": (64, 1e-7),
    "smp:Linknet:mobilenet_v2": (64, 1e-5), "smp:Unet:timm-regnetx_002": (64, 1e-5),
}


def net(kind):
    """Without what is drawn at random in each step."""
    import torch

    model = models.plain(models.net(kind, CLASSES))
    for module in model.modules():
        if isinstance(module, torch.nn.modules.dropout._DropoutNd):
            module.p = 0
    return model


def write_pictures(folder, size):
    """BATCH pictures and class maps in the folder, and a table of them; returns them as arrays."""
    import numpy
    from PIL import Image

    os.makedirs(folder, exist_ok=True)
    generator = numpy.random.default_rng(0)
    pictures, masks, rows = [], [], [["picture", "mask", "part"]]
    for number in range(BATCH):
        coarse = generator.integers(0, 256, (size // 8, size // 8, 3), dtype=numpy.uint8)
        picture = numpy.array(Image.fromarray(coarse).resize((size, size), Image.BICUBIC))
        mask = (picture.mean(axis=2) // (256 / CLASSES)).astype(numpy.uint8)
        names = [os.path.abspath(os.path.join(folder, f"{number}{kind}.png")) for kind in ("", "-mask")]
        Image.fromarray(picture).save(names[0])
        Image.fromarray(mask).save(names[1])
        rows.append([*names, "train"])
        pictures.append(picture)
        masks.append(mask)
    with open(os.path.join(folder, "pairs.csv"), "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return numpy.stack(pictures), numpy.stack(masks)


def make(kind, exporter, folder, out, steps, rate):
    """Writes OUT.onnx, and PyTorch's losses in both precisions to OUT.json."""
    import warnings

    warnings.filterwarnings("ignore")
    import torch

    library = models.name_missing_kernels()  # lasts as long as it is held  # noqa: F841
    size, _ = KINDS[kind]
    pictures, masks = write_pictures(folder, size)
    model = net(kind)
    torch.onnx.export(
        model.eval(), (torch.rand(1, 3, size, size),), out + ".onnx", input_names=["image"], output_names=["y"],
        opset_version=18, dynamo=exporter == "dynamo",
        **({"optimize": False} if exporter == "dynamo" else
           {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}))
    image = torch.tensor(pictures).permute(0, 3, 1, 2)
    labels = torch.tensor(masks).long()
    losses = {}
    for name, kind_of_float in [("float32", torch.float32), ("float64", torch.float64)]:
        trained = net(kind).to(kind_of_float).train()
        optimizer = torch.optim.SGD(trained.parameters(), lr=rate, momentum=0.9)
        losses[name] = []
        for _ in range(steps):
            loss = torch.nn.functional.cross_entropy(trained(image.to(kind_of_float) / 255), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[name].append(loss.item())
    losses["parameters"] = sum(p.numel() for p in model.parameters())
    with open(out + ".json", "w") as file:
        json.dump(losses, file)


def step(command):
    """Raises a RuntimeError with what the program says."""
    result = models.run(command)
    if result.returncode:
        raise RuntimeError(models.last_lines(result.stderr))
    return result.stdout


def our_losses(unetc, out, steps, rate, pairs):
    step([unetc, "import", out + ".onnx", "--graph", out + ".graph", "--weights", out + ".weights"])
    step([unetc, "compile", out + ".graph", "--output", out + ".built", "--batch", str(BATCH), "--tile", "none"])
    step(["rm", "-rf", out + ".run"])
    step([
        out + ".built/trainer", "train", "--pairs", pairs, "--split", "1", "--out", out + ".run", "--init-from",
        out + ".weights", "--batch", str(BATCH), "--epochs", str(steps), "--augment", "none", "--optimizer", "sgd", "--momentum", "0.9", "--lr", str(rate),
        "--schedule", "constant", "--quiet"])
    with open(out + ".run/metrics.jsonl") as file:
        return [entry["train_loss"] for entry in map(json.loads, file) if entry["kind"] == "epoch"]


def worst(losses, expected):
    return max(abs(a - b) / abs(b) for a, b in zip(losses, expected))


def trial(kind, folder, flags):
    """What the table says: (agrees, cells)."""
    out = os.path.join(folder, f"{kind.replace(':', '-')}-{flags.exporter}")
    size, rate = KINDS[kind]
    rate = flags.lr or rate
    pictures = os.path.join(folder, f"pictures-{size}")
    if not os.path.exists(out + ".json"):
        made = subprocess.run(
            [sys.executable, os.path.abspath(__file__), "--make", kind, flags.exporter, pictures, out, str(flags.steps),
             str(rate)], capture_output=True, text=True)
        if made.returncode:
            return None, ["not exported: " + (made.stderr.strip().splitlines() or ["?"])[-1][:200]]
    with open(out + ".json") as file:
        expected = json.load(file)
    try:
        losses = our_losses(flags.unetc, out, flags.steps, rate, os.path.join(pictures, "pairs.csv"))
    except RuntimeError as error:
        return False, [str(error)]
    if len(losses) != flags.steps:
        return False, [f"took {len(losses)} steps"]
    error = worst(losses, expected["float32"])
    return error <= TOLERANCE, [
        f"{losses[0]:.4f}", f"{losses[-1]:.4f}", f"{error:.1e}", f"{worst(losses, expected['float64']):.1e}",
        f"{worst(expected['float32'], expected['float64']):.1e}"]


def main():
    if sys.argv[1:2] == ["--make"]:
        kind, exporter, folder, out, steps, rate = sys.argv[2:]
        return make(kind, exporter, folder, out, int(steps), float(rate))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unetc", default=".build/release/unetc")
    parser.add_argument("--keep", help="a folder for the files; those that are there are not made again")
    parser.add_argument("--only", default="", help="nets whose names hold this")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--lr", type=float, help="in place of each net's own")
    parser.add_argument("--exporter", choices=["script", "dynamo"], default="script")
    flags = parser.parse_args()
    agreed, count = 0, 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = flags.keep or temporary
        os.makedirs(folder, exist_ok=True)
        print("| net | first loss | last loss | ours from PyTorch's | ours from its 64 bits | its 32 bits from its 64 |")
        print("|---|---:|---:|---:|---:|---:|")
        for kind in KINDS:
            if flags.only not in kind:
                continue
            began = time.monotonic()
            agrees, cells = trial(kind, folder, flags)
            agreed += agrees is True
            count += 1
            print("| " + " | ".join([kind, *cells]) + " |", flush=True)
            print(f"{kind}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{agreed} of {count} train with losses within {TOLERANCE:g} of PyTorch's.")
    return 0 if agreed == count else 1


if __name__ == "__main__":
    sys.exit(main())
