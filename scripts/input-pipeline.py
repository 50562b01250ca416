#!/usr/bin/env python3
"""Measures how many pictures a second the trainer's input makes, beside a DataLoader of PyTorch with Pillow.

Both read the same pairs of DIR/images and DIR/annotations/trimaps or DIR/masks, resize them, mirror half of them, and make
batches of floats, without a net. Needs torch and Pillow, and a trainer: a compiled net whose input has the size asked for.
Prints a table.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

EPOCH = re.compile(r"^(first pass|epoch \d+) +(\d+) pictures in ([0-9.]+) s", re.MULTILINE)


class Pairs(Dataset):
    """Pictures and masks of the same stem, decoded whenever they are asked for, as usual in PyTorch."""

    def __init__(self, folder: Path, size: int) -> None:
        masks = next(path for path in (folder / "annotations/trimaps", folder / "masks") if path.is_dir())
        by_stem = {path.stem: path for path in masks.iterdir()}
        self.size = (size, size)
        self.pairs = []
        for picture in sorted((folder / "images").iterdir()):
            mask = by_stem.get(picture.stem)
            if mask and self.is_picture(picture):
                self.pairs.append((picture, mask))

    @staticmethod
    def is_picture(path: Path) -> bool:
        with path.open("rb") as file:
            head = file.read(8)
        return head.startswith(b"\xff\xd8") or head == b"\x89PNG\r\n\x1a\n"

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        picture, mask = self.pairs[index]
        with Image.open(picture) as file:
            pixels = np.asarray(file.convert("RGB").resize(self.size, Image.BILINEAR))
        with Image.open(mask) as file:
            values = np.asarray(file.resize(self.size, Image.NEAREST))
        image = torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255
        target = torch.from_numpy((values != 2).astype(np.float32))[None]
        if torch.rand(()) < 0.5:
            image, target = image.flip(-1), target.flip(-1)
        return image.contiguous(), target.contiguous()


def pytorch(folder: Path, size: int, batch: int, workers: int, epochs: int) -> list[tuple[int, float]]:
    """Pictures and seconds of each epoch; workers stay from epoch to epoch."""
    loader = DataLoader(
        Pairs(folder, size), batch_size=batch, shuffle=True, num_workers=workers, persistent_workers=True
    )
    passes = []
    for _ in range(epochs):
        start = time.monotonic()
        count = sum(len(images) for images, _ in loader)
        passes.append((count, time.monotonic() - start))
    return passes


def trainer(program: Path, folder: Path, batch: int, epochs: int, flags: list[str]) -> list[tuple[int, float]]:
    """The same of the trainer; the first pass decodes everything."""
    command = [program, "bench-input", "--data", folder, "--split", "1", "--batch", str(batch)]
    output = subprocess.run(
        [*map(str, command), "--epochs", str(epochs), *flags], check=True, capture_output=True, text=True
    ).stdout
    return [(int(count), float(seconds)) for _, count, seconds in EPOCH.findall(output)]


def speed(passes: list[tuple[int, float]]) -> float:
    """Pictures a second of several passes, the median."""
    return float(np.median([count / seconds for count, seconds in passes]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trainer", type=Path, required=True, help="the trainer of a compiled net")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--size", type=int, default=128, help="of the trainer's net")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2, help="of the DataLoader, and threads of the trainer")
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    peer = pytorch(arguments.data, arguments.size, arguments.batch, arguments.workers, arguments.epochs)
    threads = ["--threads", str(arguments.workers)]
    heavy = "flip,rotate=15,scale=0.8..1.25,elastic=10,brightness=0.2,contrast=0.2,saturation=0.2,hue=0.05,noise=0.02"

    def mine(*flags: str) -> list[tuple[int, float]]:
        return trainer(arguments.trainer, arguments.data, arguments.batch, arguments.epochs, [*threads, *flags])

    kept = mine()
    rows = [
        ("PyTorch, first epoch", speed(peer[:1])),
        ("PyTorch, later epochs", speed(peer[1:] or peer)),
        ("trainer, first pass (decodes)", speed(kept[:1])),
        ("trainer, epochs", speed(kept[1:])),
        ("trainer, epochs, heavy augmentation", speed(mine("--augment", heavy)[1:])),
        ("trainer, epochs, nothing kept (--cache 0)", speed(mine("--cache", "0")[1:])),
    ]
    base = rows[1][1]
    print(f"| {arguments.size}x{arguments.size}, {arguments.workers} workers or threads | images/s | against PyTorch |")
    print("|---|---|---|")
    for name, value in rows:
        print(f"| {name} | {value:,.0f} | {value / base:.1f} |")


if __name__ == "__main__":
    sys.exit(main())
