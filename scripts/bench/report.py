"""Writes docs/BENCHMARKS.md: its measured parts, from results."""

import statistics
from pathlib import Path

import machine
from contests import CONTESTS, Contest
from document import fill, table
from measure import ROOT

DOCUMENT = ROOT / "docs/BENCHMARKS.md"
# Medians that differ by less are called equal.
NOISE = 0.03


class Contestant:
    """The medians of one program's rounds in one contest."""

    def __init__(self, name: str, title: str, rounds: list[dict]):
        self.name = name
        self.title = title
        self.rounds = len(rounds)
        self.milliseconds = statistics.median(result["median_ms"] for result in rounds)
        self.best = min(result["min_ms"] for result in rounds)
        self.mebibytes = statistics.median(result["peak_rss_mib"] for result in rounds)


def contestants(contest: Contest, results: dict[str, dict]) -> list[Contestant]:
    """Those that were measured, unetc first."""
    found = []
    for name in contest.contestants:
        names = [f"{contest.name} | {name} | {number}" for number in range(contest.rounds)]
        rounds = [results[entry] for entry in names if entry in results]
        if rounds:
            found.append(Contestant(name, contest.title(name), rounds))
    return found if found and found[0].name == "unetc" else []


def contest_table(contest: Contest, results: dict[str, dict], failures: dict[str, str]) -> str:
    found = contestants(contest, results)
    if not found:
        return "Not measured."
    ours = found[0]
    rows = [
        [
            one.title, f"{one.milliseconds:.1f}", f"{one.best:.1f}", f"{one.milliseconds / ours.milliseconds:.2f}",
            f"{one.mebibytes:.0f}", f"{one.mebibytes / ours.mebibytes:.2f}", str(one.rounds),
        ]
        for one in found
    ]
    missing = [contest.title(name) for name in contest.contestants if name not in {one.name for one in found}]
    headings = ["", "median, ms", "best, ms", "time / unetc's", "peak memory, MiB", "memory / unetc's", "rounds"]
    text = table(headings, rows)
    said = [f"{name.split(' | ')[1]}: {why}" for name, why in failures.items() if name.startswith(contest.name + " |")]
    if missing:
        text += f"\n\nNot measured: {', '.join(missing)}" + (f" ({'; '.join(said)})" if said else "") + "."
    return text


def losses(results: dict[str, dict]) -> str:
    """Every place where a peer is ahead of unetc in the same precision."""
    lines = []
    for contest in CONTESTS:
        found = contestants(contest, results)
        ours = {one.name.removeprefix("unetc"): one for one in found if one.name.startswith("unetc")}
        for other in found:
            if other in ours.values():
                continue
            own = ours.get("-bf16" if other.name.endswith("-bf16") else "", found[0])
            where = f"{other.title}, {describe(contest)}"
            if other.milliseconds < own.milliseconds * (1 - NOISE):
                lines.append(f"- {where}: {own.milliseconds / other.milliseconds:.2f} times as fast as {own.title}")
            if other.mebibytes < own.mebibytes * (1 - NOISE):
                lines.append(f"- {where}: {other.mebibytes / own.mebibytes:.2f} of the memory of {own.title}")
    return "\n".join(lines) if lines else "In none of the tables above is a peer ahead by more than 3 %."


def describe(contest: Contest) -> str:
    what = "training step" if contest.what == "train" else "forward pass"
    return f"{what} of batch {contest.batch}" + (" (AVX2)" if contest.isa == "avx2" else "")


def machine_table(results: dict[str, dict]) -> str:
    whole = results.get("layers", {})
    narrow = next((r for name, r in results.items() if name.startswith("avx2") and "vector_width" in r), None)
    rows = [
        ["processor", f"{machine.processor()}, {whole.get('threads', '-')} threads"],
        ["vectors", machine.vectors()],
        ["memory", machine.memory()],
        ["huge pages", machine.huge_pages()],
        ["system", machine.system()],
    ]
    if whole:
        peak = f"{whole['peak_gflops']:.0f} GFLOP/s on vectors of {whole['vector_width']} floats"
        if narrow:
            peak += f", {narrow['peak_gflops']:.0f} on vectors of {narrow['vector_width']}"
        rows += [["peak, all threads", peak], ["bandwidth, read and written", f"{whole['bandwidth_gb_per_s']:.0f} GB/s"]]
    rows += [
        ["C compiler", machine.first_line(["cc", "--version"])],
        ["Swift", machine.first_line(["swift", "--version"])],
    ]
    rows += [[name, version] for name, version in results.get("versions", {}).items()]
    return table(["", ""], rows, numbers=2)


def breakdown_table(whole: dict) -> str:
    parts = ["forward", "data gradient", "weight gradient", "update"]
    sums: dict[str, dict[str, float]] = {}
    for entry in whole["breakdown"]:
        sums.setdefault(entry["kind"], {})[entry["part"]] = entry["ms"]
    total = sum(entry["ms"] for entry in whole["breakdown"]) + whole["outside_steps_ms"]
    rows = []
    for kind, times in sums.items():
        cells = [f"{times[part]:.1f}" if part in times else "" for part in parts]
        rows.append([kind, *cells, f"{sum(times.values()):.1f}", f"{100 * sum(times.values()) / total:.1f} %"])
    rows.append(["outside steps", "", "", "", "", f"{whole['outside_steps_ms']:.1f}", ""])
    return table(["ms", *parts, "sum", "share"], rows)


def layer_table(whole: dict) -> str:
    """Convolutions and their gradients: all kernels of one product together, with the algorithm of the longest."""
    grouped: dict[tuple[str, str], list[dict]] = {}
    for layer in whole["layers"]:
        grouped.setdefault((layer["name"].split("#")[0], layer["part"]), []).append(layer)
    rows = []
    for (name, part), kernels in grouped.items():
        main = max(kernels, key=lambda kernel: kernel["gflops"])
        if not any(kernel["operation"].startswith("conv") for kernel in kernels):
            continue
        time = sum(kernel["ms"] for kernel in kernels)
        gflops = main["gflops"] * main["ms"] / time
        rows.append([
            name, part, main["algorithm"], f"{time:.2f}", f"{time - main['ms']:.2f}", f"{gflops:.0f}",
            f"{100 * gflops / whole['peak_gflops']:.0f} %", f"{main['mib']:.1f}",
        ])
    headings = ["", "product", "algorithm", "ms", "of it beside the main kernel", "GFLOP/s", "of peak", "MiB"]
    return table(headings, rows, numbers=3)


def compile_table(results: dict[str, dict]) -> str:
    own = results.get("compile")
    rows = []
    if own:
        rows.append(["`unetc compile`, all of it", f"{own['first_s']:.1f} s", f"{own['second_s']:.1f} s"])
    for title, contest in [("training step", "train 4"), ("forward pass", "infer 4")]:
        times = [results.get(f"{contest} | torch-compile | {number}") for number in (0, 1)]
        if all(times):
            cells = [f"{entry['first_ms'] / 1000:.1f} s" for entry in times]
            rows.append([f"PyTorch torch.compile, first {title}", *cells])
    return table(["", "first time", "second time"], rows)


def write(results: dict[str, dict], failures: dict[str, str], path: Path = DOCUMENT) -> None:
    """Fills the document with what there is."""
    whole = results.get("layers")
    parts = {contest.name: contest_table(contest, results, failures) for contest in CONTESTS}
    parts |= {
        "machine": machine_table(results),
        "losses": losses(results),
        "breakdown": breakdown_table(whole) if whole else "Not measured.",
        "layers": layer_table(whole) if whole else "Not measured.",
        "compile": compile_table(results),
    }
    fill(path, parts)
