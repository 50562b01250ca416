"""Makes Goldens/resampling-numbers.json: PyTorch's values and gradients of what resizes maps, and of their borders.

    python -m venv venv && venv/bin/pip install torch==2.13.0 && venv/bin/python Tests/PassesTests/make_resampling_numbers.py

Numbers are those of float64. Gradients are those of the sum of the result times 1, 2, 3 …
"""

import json
import pathlib

import torch
import torch.nn.functional as F

CASES = []
for size in [(10, 8), (3, 9), (7, 2), (1, 1), (13, 4)]:
    for mode, torch_mode, corners in [
        ("nearest", "nearest", None), ("nearest_exact", "nearest-exact", None), ("bilinear", "bilinear", False),
        ("bilinear", "bilinear", True),
    ]:
        aligned = "" if corners is None else f", align_corners: {str(corners).lower()}"
        CASES.append((
            f"resize(x, size: [{size[0]}, {size[1]}], mode: {mode}{aligned})",
            lambda x, s=size, m=torch_mode, c=corners: F.interpolate(x, size=s, mode=m, align_corners=c)))
for mode in ["constant", "reflect", "replicate"]:
    CASES.append((f"pad(x, top: 1, bottom: 3, left: 2, mode: {mode})", lambda x, m=mode: F.pad(x, (2, 0, 1, 3), m)))
CASES += [
    ("pad(x, bottom: 1, right: 2, value: -1.5)", lambda x: F.pad(x, (0, 2, 0, 1), value=-1.5)),
    ("crop(x, top: 1, right: 2)", lambda x: x[:, :, 1:, :-2]),
    ("slice(x, channels: [1, 3])", lambda x: x[:, 1:3]),
    ("pad(x, channels: [2, 1])", lambda x: F.pad(x, (0, 0, 0, 0, 2, 1))),
]

torch.manual_seed(1)
cases = []
for text, function in CASES:
    x = torch.randn(1, 3, 5, 4, dtype=torch.float64, requires_grad=True)
    y = function(x)
    weights = torch.arange(1, y.numel() + 1, dtype=torch.float64).reshape(y.shape)
    (y * weights).sum().backward()
    cases.append({"call": text, "shape": list(y.shape), "x": x.flatten().tolist(), "y": y.flatten().tolist(),
                  "dx": x.grad.flatten().tolist()})
path = pathlib.Path(__file__).parent / "Goldens" / "resampling-numbers.json"
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
