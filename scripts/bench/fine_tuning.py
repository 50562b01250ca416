#!/usr/bin/env python3
"""What it brings to start from weights: a net that has learnt nuclei goes on with 20 pictures of another kind.

    scripts/bench/fine_tuning.py DATA WORK [--sets membranes,retina] [--minutes 0.5,1,2,4] [--seeds 0,1,2] [--jobs 2]

DATA has nuclei/, membranes/ and retina/, each with images/ and masks/. graphs/unet-recipe.graph is compiled as it
stands, and once more with its encoder frozen, and learns nuclei. Then, on the quarters of five pictures of the other kind, it is trained from nothing,
from the weights of nuclei, and from these with the encoder as it is: by the graph's own recipe and rate, a one-cycle that ends after
so many minutes of processor time, reading and tests included, on one thread. How many pieces that are is found out by two short
trainings. What tests are whole pictures that none of it has seen. Dice is that of the last epoch, at the pictures' own size.

Results are kept in WORK, so that a run that was cut short goes on. Takes a Python with Pillow. Prints a table for docs/ZOO.md.
"""

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from document import table  # noqa: E402

ENCODER = "enc*"
EPOCHS = 3
AUGMENT = "light,vflip,rotate90"


@dataclass(frozen=True)
class Target:
    """Pictures to be learnt: five that lie evenly among them train, and `tests` of the others test."""

    name: str
    tests: int
    # What the object is: of membranes the lines between the cells, which the masks have as background.
    masks: str


TARGETS = [Target("membranes", tests=10, masks="0=255,1=0"), Target("retina", tests=6, masks="0=0,1=1")]


@dataclass(frozen=True)
class Way:
    title: str
    trainer: str
    starts: bool


WAYS = [
    Way("from nothing", "plain", False),
    Way("from the weights of nuclei", "plain", True),
    Way("from them, the encoder frozen", "frozen", True),
]


def run(command: list[str]) -> float:
    """Runs it to its end; returns the seconds that processors worked for it."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        message = process.stderr.read()
        _, status, use = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{message.decode().strip()}")
    return use.ru_utime + use.ru_stime


def by_number(path: Path) -> tuple:
    """10.png behind 9.png."""
    return (int(path.stem), "") if path.stem.isdigit() else (0, path.stem)


def quarters(target: Target, data: Path, work: Path) -> Path:
    """A table of the quarters that train and the whole pictures that test."""
    from PIL import Image

    place = work / target.name
    place.mkdir(exist_ok=True)
    pictures = sorted((data / target.name / "images").iterdir(), key=by_number)
    rows = [["picture", "mask", "part"]]
    train = [number * len(pictures) // 5 for number in range(5)]
    rest = [number for number in range(len(pictures)) if number not in train]
    test = [rest[number * len(rest) // target.tests] for number in range(target.tests)]
    for number, path in enumerate(pictures):
        pair = [path, data / target.name / "masks" / (path.stem + ".png")]
        if number in test:
            rows.append([*map(str, pair), "test"])
        elif number in train:
            for quarter in range(4):
                names = [str(place / f"{path.stem}-{quarter}{kind}.png") for kind in ("", "-mask")]
                for source, name in zip(pair, names):
                    whole = Image.open(source)
                    w, h = whole.width // 2, whole.height // 2
                    x, y = w * (quarter % 2), h * (quarter // 2)
                    whole.crop((x, y, x + w, y + h)).save(name)
                rows.append([*names, "train"])
    with open(place / "pairs.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return place / "pairs.csv"


class Course:
    """Trainings, each done once."""

    def __init__(self, data: Path, work: Path):
        self.data = data
        self.work = work
        self.file = work / "results.json"
        self.results = json.loads(self.file.read_text()) if self.file.exists() else {}

    def keep(self, name: str, result: dict) -> dict:
        self.results[name] = result
        self.file.write_text(json.dumps(self.results, indent=1))
        print(name, result, file=sys.stderr, flush=True)
        return result

    def trainer(self, name: str) -> str:
        return str(self.work / name / "trainer")

    def compile(self) -> None:
        for name, flags in [("plain", []), ("frozen", ["--freeze", ENCODER])]:
            if not Path(self.trainer(name)).exists():
                run([
                    str(ROOT / ".build/release/unetc"), "compile", str(ROOT / "graphs/unet-recipe.graph"), "--output",
                    str(self.work / name), *flags])

    def learn_nuclei(self) -> None:
        if "nuclei" in self.results:
            return
        out = self.work / "runs" / "nuclei"
        seconds = run([
            self.trainer("plain"), "train", "--data", str(self.data / "nuclei"), "--out", str(out), "--patches", "4",
            "--augment", AUGMENT, "--epochs", "30", "--quiet", "--no-own-size"])
        self.keep("nuclei", {"seconds": seconds, "dice": last_dice(out)})

    def train(self, target: Target, way: Way, pieces: int, seed: int, name: str) -> dict:
        out = self.work / "runs" / name.replace(" ", "-")
        shutil.rmtree(out, ignore_errors=True)
        start = ["--init-from", str(self.work / "runs" / "nuclei")] if way.starts else []
        seconds = run([
            self.trainer(way.trainer), "train", "--pairs", str(self.work / target.name / "pairs.csv"), "--mask-map",
            target.masks, "--out", str(out), "--patches", str(pieces), "--augment", AUGMENT, "--epochs", str(EPOCHS), "--seed",
            str(seed), "--threads", "1", "--quiet", "--no-own-size", *start])
        return {"seconds": seconds, "pieces": pieces, "dice": last_dice(out)}

    def cost(self, target: Target, way: Way) -> tuple[float, float]:
        """The seconds of a training without pieces, and what a piece of each picture adds."""
        name = f"cost of {target.name} {way.trainer}"
        if name not in self.results:
            few, many = (self.train(target, way, pieces, 0, f"{name} {pieces}")["seconds"] for pieces in (4, 16))
            each = (many - few) / 12
            self.keep(name, {"without": few - 4 * each, "each": each})
        cost = self.results[name]
        return cost["without"], cost["each"]

    def fine_tune(self, target: Target, way: Way, minutes: float, seed: int) -> None:
        name = f"{target.name} {WAYS.index(way)} {minutes:g} {seed}"
        if name in self.results:
            return
        without, each = self.cost(target, way)
        pieces = max(1, round((60 * minutes - without) / each))
        self.keep(name, self.train(target, way, pieces, seed, name))

    def table(self, target: Target, minutes: list[float], seeds: list[int]) -> str:
        rows = []
        for number, way in enumerate(WAYS):
            cells = []
            for length in minutes:
                found = [self.results.get(f"{target.name} {number} {length:g} {seed}") for seed in seeds]
                found = [result for result in found if result]
                cells.append(cell(found) if found else "not measured")
            rows.append([way.title, *cells])
        return table([target.name, *[f"{length:g} min" for length in minutes]], rows)


def cell(results: list[dict]) -> str:
    """The mean of seeds, and the smallest and largest where there are several."""
    dice = [result["dice"] for result in results]
    spread = f" ({min(dice):.3f} … {max(dice):.3f})" if len(dice) > 1 else ""
    return f"{statistics.mean(dice):.3f}{spread}"


def last_dice(out: Path) -> float:
    with open(out / "metrics.csv") as file:
        return float(list(csv.DictReader(file))[-1]["dice"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--sets", default="membranes,retina")
    parser.add_argument("--minutes", default="0.5,1,2,4", help="of processor time")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--jobs", type=int, default=2, help="trainings side by side")
    parser.add_argument("--report-only", action="store_true", help="print the tables of what there is")
    given = parser.parse_args()
    minutes = [float(text) for text in given.minutes.split(",")]
    seeds = [int(text) for text in given.seeds.split(",")]
    targets = [target for target in TARGETS if target.name in given.sets.split(",")]
    given.work.mkdir(parents=True, exist_ok=True)
    course = Course(given.data.resolve(), given.work.resolve())
    if not given.report_only:
        course.compile()
        course.learn_nuclei()
        for target in targets:
            quarters(target, course.data, course.work)
            with ThreadPoolExecutor(given.jobs) as pool:  # side by side, as the trainings will be
                list(pool.map(lambda way: course.cost(target, way), [WAYS[0], WAYS[2]]))
            jobs = [(target, way, length, seed) for seed in seeds for length in minutes for way in WAYS]
            with ThreadPoolExecutor(given.jobs) as pool:
                list(pool.map(lambda job: course.fine_tune(*job), jobs))
    print(json.dumps(course.results.get("nuclei")))
    for target in targets:
        print("\n" + course.table(target, minutes, seeds))


if __name__ == "__main__":
    main()
