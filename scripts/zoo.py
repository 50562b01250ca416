#!/usr/bin/env python3
"""Measures the graphs of the folder graphs/ and writes the tables of docs/ZOO.md.

Sizes and times come from `unetc dump` and `unetc bench`, scores from short trainings of narrow versions, on the data sets
of a folder (../shared/data unless --data names another). What is not there is not trained on, and the document says so.
Results are kept in the cache folder, so that a run that was cut short goes on where it was. Needs nothing but Python.
"""

import argparse
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "bench"))

import machine  # noqa: E402
from document import fill, table  # noqa: E402
from measure import Store  # noqa: E402

UNETC = ROOT / ".build/release/unetc"
DOCUMENT = ROOT / "docs/ZOO.md"
IMAGES = ROOT / "docs/images"
# Of the file's own width and of the narrow one.
NARROW = 8


@dataclass(frozen=True)
class Course:
    """What a net is trained on and for how long; every other setting is the graph's own."""

    # A folder of data sets; None for the pictures that the trainer draws itself.
    data: str | None
    epochs: int
    lr: float = 1e-3
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Net:
    name: str
    course: Course
    # Parameters of the graph besides the width.
    parameters: dict[str, int] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return ROOT / "graphs" / f"{self.name}.graph"

    def overrides(self, width: int | None) -> list[str]:
        """The flags of a width; of none the file's own."""
        values = {} if width is None else {"width": width, **self.parameters}
        return [flag for name, value in values.items() for flag in ("-D", f"{name}={value}")]

    def key(self, width: int | None) -> str:
        """In the names of results: another one for another text or other parameters."""
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()[:8]
        return " ".join([self.name, digest, *self.overrides(width)])


PETS = Course("pets", epochs=5)
CAMVID = "sky,building,pole,road,sidewalk,tree,sign,fence,car,pedestrian,bicyclist"
NETS = [
    Net("unet", PETS),
    Net("unet-bn", PETS),
    Net("unet-recipe", PETS),
    Net("unet-deep", PETS),
    Net("unet-pytorch", PETS),
    Net("unet-resnet18", PETS),
    Net("unet-resnet34", PETS),
    Net("unet-mobilenet", PETS),
    Net("lraspp-mobilenet", PETS),
    Net("unet-nearest", PETS),
    Net("unet-bilinear", PETS),
    Net("unet-transpose3", PETS),
    Net("unet-nails", PETS),
    Net("unet-unpool", PETS),
    Net("attention-unet", PETS),
    Net("resunet", PETS),
    # Nuclei lie everywhere; the middle of a photograph of a pet is mostly pet.
    Net("unet-valid", Course("nuclei", epochs=20)),
    Net("autoencoder", PETS),
    Net("unet-small", Course("nuclei", epochs=20), {"size": 128}),
    Net("unet-gray", Course("membranes", epochs=30)),
    # No data set has labels that overlap.
    Net("unet-labels", Course(None, epochs=20)),
    Net("unet-camvid", Course("camvid", epochs=20, flags=("--classes", CAMVID))),
]
# Figures of the document: the net, the file that its run leaves, and their names there. Only of data that may be passed on,
# or without a pixel of it.
FIGURES = {"unet-camvid": ("confusion.png", "zoo-camvid.png")}


def unetc(*arguments: str) -> str:
    """What the compiler prints."""
    return run([str(UNETC), *arguments])


def run(command: list[str]) -> str:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{result.stderr.strip()}")
    return result.stdout


def size(net: Net, width: int | None) -> dict:
    """Parameters, work and memory, which hang on nothing but graph and target."""
    path, overrides = str(net.path.relative_to(ROOT)), net.overrides(width)
    parameters = re.search(r"(\d+) parameters", unetc("check", path, *overrides))
    plans = {
        name: json.loads(unetc("dump", path, *overrides, "--stage", "planned", "--plan", name, "--format", "json"))
        for name in ("train", "infer")
    }
    return {
        "parameters": int(parameters.group(1)),
        "gflop": sum(step["flops_per_sample"] for step in plans["infer"]["model"]["steps"]) / 1e9,
        "arena_mib": plans["train"]["plan"]["arena_bytes"] / (1 << 20),
    }


def speed(net: Net, width: int | None) -> dict:
    path = str(net.path.relative_to(ROOT))
    result = json.loads(unetc("bench", path, *net.overrides(width), "--json"))
    return {
        "batch": result["batch"],
        "train_ms": result["train_step"]["median_ms"],
        "infer_ms": result["inference"]["median_ms"],
    }


def train(net: Net, data: Path | None, folder: Path) -> dict:
    """A short training of the narrow net, on drawn pictures without data; the last row of its metrics."""
    course, place = net.course, folder / net.name
    shutil.rmtree(place, ignore_errors=True)
    unetc("compile", str(net.path.relative_to(ROOT)), *net.overrides(NARROW), "--output", str(place / "model"))
    trainer, out = str(place / "model/trainer"), str(place / "run")
    started = time.monotonic()
    run([
        trainer, "train", *(["--data", str(data)] if data else []), "--out", out, "--epochs", str(course.epochs), "--lr", str(course.lr),
        "--quiet", *course.flags,
    ])
    seconds = time.monotonic() - started
    with open(out + "/metrics.csv") as file:
        rows = list(csv.DictReader(file))
    return {"last": rows[-1], "seconds": seconds}


class Survey:
    """Measures one thing after the other until the time is over."""

    def __init__(self, store: Store, data: Path, deadline: float):
        self.store = store
        self.data = data
        self.deadline = deadline

    def get(self, name: str, make) -> dict | None:
        """nil where the time is over before the thing has begun."""
        if name not in self.store.results:
            if time.monotonic() > self.deadline:
                return None
            print(name, file=sys.stderr, flush=True)
        return self.store.get(name, make)

    def sizes(self, net: Net, width: int | None) -> dict | None:
        return self.get(f"size | {net.key(width)}", lambda: size(net, width))

    def times(self, net: Net, width: int | None) -> dict | None:
        return self.get(f"speed | {net.key(width)}", lambda: speed(net, width))

    def training(self, net: Net) -> dict | str | None:
        """Words where the data is not there."""
        data = self.data / net.course.data if net.course.data else None
        name = f"training | {net.key(NARROW)} | {net.course}"
        if name not in self.store.results and data and not data.is_dir():
            return f"not trained: no folder {net.course.data}"
        return self.get(name, lambda: train(net, data, self.store.folder))


def size_table(survey: Survey, width: int | None) -> str:
    rows = []
    for net in NETS:
        sizes, times = survey.sizes(net, width), survey.times(net, width)
        if sizes is None or times is None:
            rows.append([link(net), *["not measured"] * 6])
            continue
        rows.append([
            link(net), f"{sizes['parameters'] / 1e6:.3f}", f"{sizes['gflop']:.2f}", f"{sizes['arena_mib']:.0f}",
            str(times["batch"]), f"{times['train_ms']:.0f}", f"{times['infer_ms'] / times['batch']:.2f}",
        ])
    headings = [
        "", "parameters, million", "forward pass of an image, GFLOP", "arena of training, MiB", "batch",
        "training step, ms", "forward pass of an image, ms",
    ]
    return table(headings, rows)


def link(net: Net) -> str:
    return f"[{net.name}](../graphs/{net.name}.graph)"


# The columns of metrics.csv that tell how good a net is, as the document calls them.
MEASURES = {"mean_dice": "mean Dice", "dice": "Dice", "iou": "IoU", "mean_iou": "mean IoU", "pixel_accuracy": "pixel accuracy", "psnr": "PSNR (dB)"}


def training_table(survey: Survey) -> str:
    rows = []
    for net in NETS:
        result = survey.training(net)
        course = [link(net), net.course.data or "drawn by the trainer", str(net.course.epochs)]
        if not isinstance(result, dict):
            rows.append([*course, result or "not measured", ""])
            continue
        last = result["last"]
        scores = [f"{title} {float(last[name]):.3f}" for name, title in MEASURES.items() if name in last]
        rows.append([*course, ", ".join(scores), f"{result['seconds']:.0f}"])
    return table(["", "data", "epochs", "on the test pictures, after the last epoch", "seconds"], rows, numbers=4)


def copy_figures(folder: Path) -> None:
    for net, (source, target) in FIGURES.items():
        made = folder / net / "run" / source
        if made.exists():
            shutil.copyfile(made, IMAGES / target)


def machine_line() -> str:
    return (
        f"On {os.cpu_count()} processors of {machine.processor()} ({machine.vectors()}), {machine.system()}, "
        f"{machine.first_line(['cc', '--version'])}."
    )


def state_folder() -> Path:
    """Where results are kept: another one for another unetc or another processor."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    facts = json.dumps([machine.digest(UNETC), machine.processor(), machine.vectors()])
    return cache / "unetc/zoo" / hashlib.sha256(facts.encode()).hexdigest()[:16]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data", help="the folder of the data sets")
    parser.add_argument("--minutes", type=float, default=20, help="begin nothing new after that long")
    parser.add_argument("--fresh", action="store_true", help="measure again what an earlier run has measured")
    parser.add_argument("--report-only", action="store_true", help="write the document from what there is")
    given = parser.parse_args()
    folder = state_folder()
    if given.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"results in {folder}", file=sys.stderr)
    minutes = 0 if given.report_only else given.minutes
    survey = Survey(Store(folder), given.data.resolve(), time.monotonic() + 60 * minutes)
    parts = {
        "sizes": size_table(survey, None),
        "narrow": size_table(survey, NARROW),
        "training": training_table(survey),
        "machine": machine_line(),
    }
    copy_figures(folder)
    fill(DOCUMENT, parts)
    print(f"wrote {DOCUMENT.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
