#!/usr/bin/env python3
"""How many cores a plan can use, counted from its steps: `parallelism.py graphs/unet.graph --batch 4 --plan train`.

A group of steps ends before the next one begins; within a group each core takes the next task when it is free, long tasks
first. So n equal tasks on T cores take ceil(n / T) / n of their work. The share of T cores that can work is all work over the
time of all cores. Work is counted in floating-point operations, as plan.json has them, or with --by time in what a core takes
at the given speeds for operations or bytes, whichever is more, which counts steps that only move memory as well. What caches,
memory and waiting cost is not in it. With --apart steps run one after the other, as if there were no groups.

Files are plan.json of a compiled model, or graphs, which `unetc dump` plans.
"""

import argparse
import heapq
import json
import subprocess
import sys
from pathlib import Path

CORES = [8, 16, 32, 64]


def plans(file: Path, unetc: str, batches: list[int], names: list[str]):
    """Each plan that is asked for with each batch that it can take."""
    if file.suffix == ".json":
        model = json.loads(file.read_text())
        for plan in model["plans"]:
            if plan["name"] in names:
                yield from ((plan, batch) for batch in batches or [plan["batch"]] if batch <= plan["batch"])
        return
    for name in names:
        for batch in batches or [None]:
            command = [unetc, "dump", str(file), "--stage", "kernels", "--format", "json", "--plan", name]
            result = subprocess.run(command + (["--batch", str(batch)] if batch else []), capture_output=True, text=True)
            if result.returncode != 0:
                sys.exit(f"{' '.join(command)}:\n{result.stderr.strip()}")
            plan = json.loads(result.stdout)["model"]
            yield plan, plan["batch"]


def work(step: dict, batch: int, arguments) -> float:
    """Operations, or nanoseconds of one core."""
    flops = step["flops_per_sample"] * batch + step["flops_fixed"]
    if arguments.by == "flops":
        return flops
    size = step["bytes_per_sample"] * batch + step["bytes_fixed"]
    return max(flops / arguments.gigaflops, size / arguments.gigabytes)


def groups(plan: dict, batch: int, arguments) -> list[list[tuple[dict, int, float]]]:
    """The steps of a run with their tasks and their work, group by group; what is prepared once is left out."""
    groups: dict[int, list[tuple[dict, int, float]]] = {}
    for index, step in enumerate(plan["steps"]):
        tasks = step["tasks_per_sample"] * batch + step["tasks_fixed"]
        if tasks > 0 and not step["preparation"]:
            number = index if arguments.apart else step.get("group", index)
            groups.setdefault(number, []).append((step, tasks, work(step, batch, arguments)))
    return list(groups.values())


def time(group: list[tuple[dict, int, float]], cores: int) -> float:
    """When the last task of a group has ended."""
    if len(group) == 1:
        _, tasks, part = group[0]
        return -(-tasks // cores) * part / tasks
    free = [0.0] * cores
    for length, tasks in sorted(((part / tasks, tasks) for _, tasks, part in group), reverse=True):
        if length == 0:
            break
        for _ in range(tasks):
            heapq.heappushpop(free, free[0] + length)
    return max(free)


def share(groups: list[list[tuple[dict, int, float]]], cores: int) -> float:
    total = sum(part for group in groups for _, _, part in group)
    return total / (cores * sum(time(group, cores) for group in groups)) if total else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--unetc", default=".build/release/unetc")
    parser.add_argument("--batch", type=int, action="append", default=[], help="any number of times; default: the graph's")
    parser.add_argument("--plan", action="append", help="any number of times; default: train and infer")
    parser.add_argument("--cores", type=int, nargs="+", default=CORES)
    parser.add_argument("--by", choices=["flops", "time"], default="flops")
    parser.add_argument("--gigaflops", type=float, default=150, help="of one core, for --by time")
    parser.add_argument("--gigabytes", type=float, default=10, help="of one core, for --by time")
    parser.add_argument("--apart", action="store_true", help="steps one after the other, in spite of their groups")
    parser.add_argument("--steps", type=int, default=0, help="how many of the groups that hold most cores up are shown")
    parser.add_argument("--least", type=float, nargs="+", help="shares below which the exit code is 1, in the order of --cores")
    arguments = parser.parse_args()
    failed = False
    print(f"{'graph':20} {'plan':8} {'batch':>5} " + " ".join(f"{cores:>6}" for cores in arguments.cores))
    for file in arguments.files:
        for plan, batch in plans(file, arguments.unetc, arguments.batch, arguments.plan or ["train", "infer"]):
            parts = groups(plan, batch, arguments)
            shares = [share(parts, cores) for cores in arguments.cores]
            low = any(share < least for share, least in zip(shares, arguments.least or []))
            failed = failed or low
            name = file.stem if file.suffix != ".json" else file.parent.name
            print(f"{name:20} {plan['name']:8} {batch:5} " + " ".join(f"{100 * s:5.1f}%" for s in shares) + "  low" * low)
            most = arguments.cores[-1]
            total = sum(part for group in parts for _, _, part in group)
            whole = lambda group: sum(part for _, _, part in group)
            parts.sort(key=lambda group: whole(group) - most * time(group, most))
            for group in parts[: arguments.steps]:
                names = " | ".join(f"{step['name']} ({step['algorithm']}, {tasks} tasks)" for step, tasks, _ in group)
                part = whole(group)
                print(
                    f"    {100 * part / total:5.2f} % of the work, "
                    f"{100 * part / (most * time(group, most)) if part else 0:5.1f} % of {most} cores: {names}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
