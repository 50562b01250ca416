"""Writes TorchFixtures.swift: small files of torch.save, of all kinds that people have.

    make_torch_files.py             writes TorchFixtures.swift
    make_torch_files.py FOLDER      writes the files themselves into a folder

Run with a Python that has torch. Element i of a tensor is ((7 i + s) mod 31 - 15) / 8, where s is the tensor's number in
its file: halves and bfloat16 hold these exactly.
"""

import argparse
import base64
import collections
import io
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).resolve().parent


def values(number, *shape, dtype=torch.float32):
    count = 1
    for size in shape:
        count *= size
    exact = (torch.arange(count) * 7 + number) % 31 - 15
    integers = not dtype.is_floating_point
    return (exact.abs() if integers else exact / 8).to(dtype).reshape(shape)


def state():
    return collections.OrderedDict([
        ("conv.weight", values(0, 2, 3, 1, 2)), ("conv.bias", values(1, 2)),
        ("bn.running_mean", values(2, 2)), ("bn.num_batches_tracked", torch.tensor(7)),
    ])


def types():
    names = ["float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8"]
    return {name: values(number, 5, dtype=getattr(torch, name)) for number, name in enumerate(names)}


def views():
    base = values(0, 4, 6)
    return {
        "base": base, "turned": base.t(), "part": base[1:, ::2], "row": base[2], "expanded": base[:, :1].expand(4, 3),
        "scalar": base[3, 5], "empty": torch.empty(0, 3),
    }


def everything():
    net = torch.nn.Conv2d(1, 1, 1)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 1, 2, 2)).sum().backward()
    optimizer.step()
    return {
        "epoch": 3, "best": 0.5, "big": 1 << 80, "args": argparse.Namespace(lr=1e-3, names=["a"], pair=(1, 2)),
        "optimizer": optimizer.state_dict(), "seen": {1, 2}, "size": torch.Size([1, 2]), "dtype": torch.float32,
        "state_dict": state(), "history": [0.25] * 3, "bytes": b"\x00" * 9, "none": None,
    }


class Saved:
    def __init__(self, make, **options):
        self.make, self.options = make, options

    def bytes(self):
        out = io.BytesIO()
        torch.save(self.make(), out, **self.options)
        return out.getvalue()


FILES = {
    "state": Saved(state),
    "state-4": Saved(state, pickle_protocol=4),
    "state-5": Saved(state, pickle_protocol=5),
    "state-legacy": Saved(state, _use_new_zipfile_serialization=False),
    "types": Saved(types),
    "types-legacy": Saved(types, _use_new_zipfile_serialization=False),
    "views": Saved(views),
    "views-legacy": Saved(views, _use_new_zipfile_serialization=False),
    "everything": Saved(everything),
    "parameters": Saved(lambda: {"w": torch.nn.Parameter(values(0, 2)), "c": torch.zeros(2, dtype=torch.complex64)}),
    "module": Saved(lambda: torch.nn.Sequential(torch.nn.ReLU())),
    "module-inside": Saved(lambda: {"epoch": 1, "model": torch.nn.Sequential(torch.nn.ReLU())}),
    "tensor": Saved(lambda: values(0, 2)),
    "numbers": Saved(lambda: {"epoch": 1, "G": state()}),
}


def main():
    torch.manual_seed(1)
    if len(sys.argv) > 1:
        for name, file in FILES.items():
            (pathlib.Path(sys.argv[1]) / (name + ".pt")).write_bytes(file.bytes())
        return
    lines = [f"// Written by make_torch_files.py with torch {torch.__version__}; do not edit.", "// swift-format-ignore-file", ""]
    lines += ["/// Files by name, in base 64.", "let torchFixtures = ["]
    for name, file in FILES.items():
        text = base64.b64encode(file.bytes()).decode()
        lines.append(f'    "{name}": """')
        lines += [f"        {text[start:start + 110]}\\" for start in range(0, len(text), 110)]
        lines[-1] = lines[-1][:-1]
        lines.append('        """,')
    lines.append("]")
    (HERE / "TorchFixtures.swift").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
