#!/usr/bin/env python3
"""The patch recipe of docs/ZOO.md in PyTorch: the net and the losses of graphs/unet-recipe.graph, trained on random crops.

Usage: patches_pytorch.py DATA [--patches 64] [--epochs 30] [--width 16] [--test 3] [--limit STEPS]

DATA has images/ and masks/ of equal names; the last --test pictures by name test, whole, the rest train. Crops of 128x128, a third
of them around a pixel of the object, flipped, turned by right angles and up to 15 degrees, shifted, bent elastically,
brightness and contrast changed by up to a tenth: what `trainer train --patches 64 --augment paper` does. Everything is
decoded before the clock starts. Prints the loss and the Dice of each epoch, with the seconds and the processor's.
"""
import argparse
import glob
import os
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

SIDE = 128


class Net(nn.Module):
    """unet-recipe.graph."""

    def __init__(self, width: int):
        super().__init__()

        def block(channels: int, inner: int, outer: int) -> nn.Sequential:
            layers = []
            for a, b in [(channels, inner), (inner, outer)]:
                layers += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
            return nn.Sequential(*layers)

        w = width
        self.down = nn.ModuleList(
            [block(3, w, w), block(w, 2 * w, 2 * w), block(2 * w, 4 * w, 4 * w), block(4 * w, 8 * w, 8 * w)])
        self.bottom = block(8 * w, 16 * w, 8 * w)
        self.ups = nn.ModuleList([nn.ConvTranspose2d(c, c, 2, 2) for c in (8 * w, 4 * w, 2 * w, w)])
        self.joined = nn.ModuleList(
            [block(16 * w, 8 * w, 4 * w), block(8 * w, 4 * w, 2 * w), block(4 * w, 2 * w, w), block(2 * w, w, w)])
        self.head = nn.Conv2d(w, 1, 1)
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x):
        skips = []
        for layer in self.down:
            x = layer(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottom(x)
        for up, joined in zip(self.ups, self.joined):
            x = joined(torch.cat([up(x), skips.pop()], 1))
        return self.head(x)


def crop(picture: torch.Tensor, mask: torch.Tensor, foreground: np.ndarray, number: int, r: np.random.Generator):
    """One crop [4, SIDE, SIDE]: the picture's channels and the mask."""
    height, width = mask.shape
    if number % 3 == 0 and len(foreground):
        y, x = foreground[r.integers(len(foreground))]
        top = y - SIDE // 4 - r.integers(SIDE // 2)
        left = x - SIDE // 4 - r.integers(SIDE // 2)
    else:
        top, left = r.integers(height - SIDE + 1), r.integers(width - SIDE + 1)
    top, left = np.clip(top, 0, height - SIDE), np.clip(left, 0, width - SIDE)
    angle = np.deg2rad(r.uniform(-15, 15)) + np.pi / 2 * r.integers(4)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    rotation = rotation * np.array([r.choice([-1, 1]), r.choice([-1, 1])])
    places = torch.arange(SIDE) - (SIDE - 1) / 2
    ys, xs = torch.meshgrid(places, places, indexing="ij")
    a = torch.tensor(rotation, dtype=torch.float32)
    bend = F.interpolate(
        torch.tensor(r.normal(0, 10 * SIDE / 512, (1, 2, 3, 3)), dtype=torch.float32), (SIDE, SIDE), mode="bicubic",
        align_corners=True)[0]
    shift = r.uniform(-0.05, 0.05, 2) * SIDE
    x = a[0, 0] * xs + a[0, 1] * ys + bend[0] + left + SIDE / 2 + shift[0]
    y = a[1, 0] * xs + a[1, 1] * ys + bend[1] + top + SIDE / 2 + shift[1]
    grid = torch.stack([2 * x / width - 1, 2 * y / height - 1], -1)[None]
    drawn = F.grid_sample(picture[None], grid, mode="bilinear", padding_mode="reflection", align_corners=False)[0]
    labels = F.grid_sample(mask[None, None], grid, mode="nearest", padding_mode="reflection", align_corners=False)[0]
    drawn = drawn * r.uniform(0.9, 1.1)
    drawn = (drawn - drawn.mean((1, 2), keepdim=True)) * r.uniform(0.9, 1.1) + drawn.mean((1, 2), keepdim=True)
    return drawn.clip(0, 1), labels


def loss(logits, masks):
    p = torch.sigmoid(logits)
    both = (p * masks).sum((1, 2, 3))
    dice = 1 - (2 * both + 1) / (p.sum((1, 2, 3)) + masks.sum((1, 2, 3)) + 1)
    return F.binary_cross_entropy_with_logits(logits, masks) + dice.mean()


def dice(net: Net, pairs) -> float:
    """Over all pixels of whole pictures, mirrored up to a multiple of 16."""
    net.eval()
    both = sums = 0
    with torch.no_grad():
        for picture, mask in pairs:
            height, width = mask.shape
            padded = F.pad(picture[None], (0, -width % 16, 0, -height % 16), mode="reflect")
            found = net(padded)[0, 0, :height, :width] > 0
            both += (found & (mask > 0)).sum().item()
            sums += found.sum().item() + (mask > 0).sum().item()
    net.train()
    return 2 * both / sums


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--patches", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--test", type=int, default=3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--limit", type=int, help="steps after which to stop, for timing")
    flags = parser.parse_args()
    pairs = []
    for path in sorted(glob.glob(flags.data + "/masks/*")):
        stem = os.path.splitext(os.path.basename(path))[0]
        picture = np.asarray(Image.open(glob.glob(f"{flags.data}/images/{stem}.*")[0]).convert("RGB"))
        mask = (np.asarray(Image.open(path).convert("L")) > 0).astype(np.float32)
        pairs.append((torch.tensor(picture).permute(2, 0, 1).float() / 255, torch.tensor(mask)))
    training, testing = pairs[: -flags.test], pairs[-flags.test:]
    foreground = [np.argwhere(mask.numpy() > 0) for _, mask in training]
    torch.manual_seed(0)
    net = Net(flags.width).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    per_epoch = (len(training) * flags.patches + flags.batch - 1) // flags.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=flags.epochs * per_epoch)
    start, steps = time.time(), 0
    for epoch in range(flags.epochs):
        r = np.random.default_rng(epoch)
        order = r.permutation(len(training) * flags.patches)
        losses = []
        for first in range(0, len(order), flags.batch):
            items = [
                crop(*training[n // flags.patches], foreground[n // flags.patches], int(n), r)
                for n in order[first:first + flags.batch]
            ]
            x = torch.stack([item[0] for item in items]).contiguous(memory_format=torch.channels_last)
            y = torch.stack([item[1] for item in items])
            optimizer.zero_grad()
            value = loss(net(x), y)
            value.backward()
            optimizer.step()
            schedule.step()
            losses.append(value.item())
            steps += 1
            if steps == flags.limit:
                print(f"{steps} steps in {time.time() - start:.1f} s, {time.process_time():.1f} s of processors")
                return
        print(
            f"epoch {epoch + 1}: loss {np.mean(losses):.4f}, Dice {dice(net, testing):.4f}, {time.time() - start:.0f} s, "
            f"{time.process_time():.0f} s of processors", flush=True)


if __name__ == "__main__":
    main()
