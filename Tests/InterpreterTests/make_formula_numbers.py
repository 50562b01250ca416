"""Makes Goldens/formula-numbers.json: PyTorch's values and gradients of every declared function and loss.

    python -m venv venv && venv/bin/pip install torch==2.13.0 && venv/bin/python Tests/InterpreterTests/make_formula_numbers.py

Numbers are those of float64; of functions also those of float32, which say where floats overflow. NaN is null, infinity the
text "inf". What PyTorch does not have as a function (overlaps, focal loss) is written in its operations, gradients by autograd.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

ORDINARY = [-2.75, -1.5, -1.0, -0.625, -0.3, -0.0625, 0.0625, 0.25, 0.5, 0.9375, 1.0, 1.25, 2.0, 2.9375]
EXTREME = [0.0, 1e-30, 1e-6, 1e-3, 3.0, 3.125, 5.5, 10.0, 19.5, 25.0, 60.0, 87.0, 95.0, 110.0, 1e4, 1e15, 3e38]
ARGUMENTS = sorted({float(torch.tensor(x)) for e in EXTREME for x in (e, -e)} | set(ORDINARY))

# The names and constants of the declarations, in their order; words by their number.
FUNCTIONS = [
    ("abs", [], torch.abs),
    ("clamp", [-1.0, 0.5], lambda x: torch.clamp(x, -1.0, 0.5)),
    ("clamp", [0.25, -0.3], lambda x: torch.clamp(x, 0.25, -0.3)),
    ("elu", [1.0], F.elu),
    ("elu", [0.25], lambda x: F.elu(x, alpha=0.25)),
    ("exp", [], torch.exp),
    ("gelu", [0.0], F.gelu),
    ("gelu", [1.0], lambda x: F.gelu(x, approximate="tanh")),
    # The gradient of F.hardsigmoid has 1 / 6 as a float only.
    ("hardsigmoid", [], lambda x: F.relu6(x + 3) / 6),
    ("hardswish", [], F.hardswish),
    ("leaky_relu", [0.01], F.leaky_relu),
    ("leaky_relu", [-0.3], lambda x: F.leaky_relu(x, -0.3)),
    ("log", [], torch.log),
    ("reciprocal", [1.0], torch.reciprocal),
    ("reciprocal", [-2.5], lambda x: -2.5 / x),
    ("relu", [], F.relu),
    ("relu6", [], F.relu6),
    ("sigmoid", [], torch.sigmoid),
    ("silu", [], F.silu),
    # F.softplus takes x itself above 20.
    ("softplus", [], lambda x: torch.logaddexp(x, torch.zeros_like(x))),
    ("tanh", [], torch.tanh),
]


def per_sample(loss):
    return loss.flatten(1).mean(1)


def bce(x, t, pos_weight, smoothing):
    t = t * (1 - smoothing) + smoothing / 2
    return F.binary_cross_entropy_with_logits(x, t, pos_weight=torch.tensor(pos_weight, dtype=x.dtype), reduction="none")


def focal(x, t, alpha, gamma):
    """torchvision.ops.sigmoid_focal_loss"""
    p = torch.sigmoid(x)
    entropy = F.binary_cross_entropy_with_logits(x, t, reduction="none")
    p_t = p * t + (1 - p) * (1 - t)
    return (alpha * t + (1 - alpha) * (1 - t)) * entropy * (1 - p_t) ** gamma


def overlap(name, p, t, constants, dims):
    both, ps, ts = (p * t).sum(dims), p.sum(dims), t.sum(dims)
    if name == "dice_loss":
        (smooth,) = constants
        return 1 - (2 * both + smooth) / (ps + ts + smooth)
    if name == "jaccard_loss":
        (smooth,) = constants
        return 1 - (both + smooth) / (ps + ts - both + smooth)
    alpha, beta, smooth = constants
    return 1 - (both + smooth) / (both + alpha * (ps - both) + beta * (ts - both) + smooth)


MEANS = {
    "bce_with_logits": (bce, [[1.0, 0.0], [2.5, 0.0], [1.0, 0.25], [2.5, 0.25]]),
    "focal_loss": (focal, [[0.25, 2.0], [0.75, 0.0], [0.5, 1.0], [0.25, 3.5]]),
    "l1": (lambda x, t: F.l1_loss(x, t, reduction="none"), [[]]),
    "mse": (lambda x, t: F.mse_loss(x, t, reduction="none"), [[]]),
    "smooth_l1": (lambda x, t, beta: F.smooth_l1_loss(x, t, beta=beta, reduction="none"), [[1.0], [0.25]]),
}
OVERLAPS = {
    "dice_loss": [[1.0], [0.0], [0.25]],
    "jaccard_loss": [[1.0], [0.0]],
    "tversky_loss": [[0.5, 0.5, 1.0], [0.3, 0.7, 0.0]],
}


def numbers(values):
    """Nested lists in which NaN is None and infinity a text."""
    if isinstance(values, list):
        return [numbers(v) for v in values]
    return None if math.isnan(values) else str(values) if math.isinf(values) else values


def function_case(name, constants, function):
    case = {"name": name, "constants": constants, "x": ARGUMENTS}
    if name == "log":
        case["x"] = [x for x in ARGUMENTS if x >= 0]
    for suffix, dtype in [("", torch.float64), ("32", torch.float32)]:
        x = torch.tensor(case["x"], dtype=dtype, requires_grad=True)
        y = function(x)
        (dx,) = torch.autograd.grad(y.sum(), x)
        case["y" + suffix], case["dx" + suffix] = numbers(y.tolist()), numbers(dx.tolist())
    return case


def loss_case(name, constants, x, t, loss, **more):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = loss(x, t)
    (dx,) = torch.autograd.grad((y * torch.arange(1, y.numel() + 1, dtype=y.dtype).reshape(y.shape)).sum(), x)
    return {
        "name": name, "constants": constants, "x": numbers(x.tolist()), "t": t.tolist(), **more,
        "y": numbers(y.reshape(-1).tolist()), "dx": numbers(dx.tolist()),
    }  # fmt: skip


def main():
    torch.manual_seed(17)
    functions = [function_case(*entry) for entry in FUNCTIONS]
    losses = []
    ordinary = (3 * torch.randn(2, 1, 3, 5)).tolist()
    large = [[[[-300.0, -40.0, -12.0, 0.0], [9.5, 17.0, 45.0, 300.0]]]] * 2
    for x in (ordinary, large):
        shape = torch.tensor(x).shape
        soft = torch.rand(shape, dtype=torch.float64)
        hard = (soft > 0.5).double()
        soft[0] = hard[0]
        for name, (loss, variants) in MEANS.items():
            for constants in variants:
                # A float power of 0 and its gradient at once are no number in PyTorch either.
                t = hard if name == "focal_loss" and x is large else soft
                losses.append(loss_case(name, constants, x, t, lambda x, t: per_sample(loss(x, t, *constants))))
        for name, variants in OVERLAPS.items():
            for constants in variants:
                evaluate = lambda x, t: overlap(name, torch.sigmoid(x), t, constants, (1, 2, 3))
                losses.append(loss_case(name, constants, x, soft, evaluate))
    classes = []
    ordinary = (2 * torch.randn(2, 4, 3, 5)).tolist()
    large = (60 * torch.randn(2, 4, 3, 5)).tolist()
    t = torch.randint(0, 5, (2, 3, 5))
    for x in (ordinary, large):
        for ignore in (4, 1):
            labels = torch.where(t == 4, ignore, t)
            counts = (labels != ignore)[:, None].double()
            onehot = F.one_hot(labels.clamp(max=3), 4).movedim(3, 1).double() * counts
            averaged = [c for c in range(4) if c != ignore]
            for name, variants in OVERLAPS.items():
                for constants in variants:
                    evaluate = lambda x, _: overlap(
                        name, torch.softmax(x, 1) * counts, onehot, constants, (2, 3)
                    )[:, averaged].mean(1)  # fmt: skip
                    classes.append(loss_case(name, constants, x, labels, evaluate, ignore=ignore))
            for smoothing in (0.0, 0.3):
                for weights in ([], [0.5, 1.0, 0.0, 2.0]):
                    evaluate = lambda x, t: F.cross_entropy(
                        x, t, weight=torch.tensor(weights, dtype=x.dtype) if weights else None,
                        ignore_index=ignore, label_smoothing=smoothing,
                    )  # fmt: skip
                    classes.append(
                        loss_case(
                            "cross_entropy", [smoothing], x, labels, evaluate, ignore=ignore, weights=weights
                        )
                    )
    path = pathlib.Path(__file__).parent / "Goldens" / "formula-numbers.json"
    groups = {"functions": functions, "losses": losses, "classes": classes}
    lines = [
        f'"{group}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]" for group, cases in groups.items()
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
