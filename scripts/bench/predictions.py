#!/usr/bin/env python3
"""What the cost models predict of each convolution's products beside what they take: `predictions.py GRAPH…`.

Each graph is planned for training and measured on one thread, for which the models speak. A product's time is that of its
main kernel and of all that is prepared and added up for it. Prints a table of the products, the worst predictions first, and
for each net and algorithm the median error: how far apart the two are, in parts of what was measured.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def output(command: list[str]) -> dict:
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}:\n{result.stderr.strip()}")
    return json.loads(result.stdout)


def predictions(options: list[str], arguments) -> dict[str, tuple[float, str]]:
    """By the value that is made: predicted milliseconds and the algorithm, of steps that have a choice of it."""
    dump = output([arguments.unetc, "dump", *options, "--stage", "program", "--plan", "train", "--format", "json"])
    names = {node["id"]: node["name"] for node in dump["graph"]["nodes"]}
    return {
        names[step["node"]]: (step["predicted_ms"], step["algorithm"])
        for step in dump["program"]["steps"]
        if step["algorithm"] and step["predicted_ms"]
    }


def measured(options: list[str], arguments) -> dict[str, tuple[float, str]]:
    """By the value that is made: milliseconds of its stages, and the part of the step that it belongs to."""
    bench = output([*arguments.before, arguments.unetc, "bench", *options, "--threads", "1", "--json"])
    times: dict[str, tuple[float, str]] = {}
    for row in bench["layers"]:
        name = row["name"].rsplit("#", 1)[0]
        times[name] = (times.get(name, (0.0, ""))[0] + row["ms"], row["part"])
    return times


def rows(net: str, arguments) -> list[dict]:
    """`net` is a graph's file, behind which batch and parameters may stand: `graphs/unet.graph,batch=4,width=16`."""
    graph, *settings = net.split(",")
    options = [graph, "--precision", arguments.precision]
    for setting in settings:
        options += ["--batch", setting[6:]] if setting.startswith("batch=") else ["-D", setting]
    times = measured(options, arguments)
    title = Path(graph).stem + "".join(f" {s}" for s in settings)
    return [
        {"net": title, "name": name, "part": times[name][1], "algorithm": algorithm, "predicted": predicted,
         "measured": times[name][0], "error": predicted / times[name][0] - 1}
        for name, (predicted, algorithm) in predictions(options, arguments).items()
        if name in times and times[name][0] > 0
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("nets", nargs="+", metavar="GRAPH[,batch=N][,NAME=VALUE]…")
    parser.add_argument("--unetc", default=str(ROOT / ".build/release/unetc"))
    parser.add_argument("--precision", default="f32")
    parser.add_argument("--least", type=float, default=0.05, help="leave out products that take less, in ms (0.05)")
    parser.add_argument("--show", type=int, default=20, help="rows of the table (20)")
    parser.add_argument("--before", type=str.split, default=[], help="words before the measuring command, as one argument")
    parser.add_argument("--json", action="store_true", help="all products as JSON")
    arguments = parser.parse_args()
    found = [row for net in arguments.nets for row in rows(net, arguments) if row["measured"] >= arguments.least]
    if arguments.json:
        return print(json.dumps(found))
    for row in sorted(found, key=lambda row: -abs(row["error"]))[: arguments.show]:
        print(f"{row['net']:34} {row['name']:34} {row['part']:16} {row['algorithm']:16} "
              f"{row['measured']:8.3f} ms, predicted {row['predicted']:8.3f}, {100 * row['error']:+5.0f} %")
    for key in ("net", "part", "algorithm"):
        print()
        for value in sorted({row[key] for row in found}):
            errors = [row["error"] for row in found if row[key] == value]
            print(f"{value:34} {len(errors):3} products, median error {100 * statistics.median(map(abs, errors)):4.1f} %, "
                  f"in the middle {100 * statistics.median(errors):+5.1f} %")
    print(f"\nall: {len(found)} products, median error {100 * statistics.median(abs(r['error']) for r in found):.1f} %")


main()
