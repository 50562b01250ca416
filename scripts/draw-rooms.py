#!/usr/bin/env python3
"""Draws the rooms of the house, as Package.swift has them: docs/images/rooms.svg.

    scripts/draw-rooms.py           writes the drawing
    scripts/draw-rooms.py --check   fails if the drawing is not that of this Package.swift

A room stands above all that it uses, with its lines of source. Lines that others imply are left out: what a room uses, it
may use through another. Colours are the parts of Package.swift, by the comments between targets; that of the tests is left
out.
"""

import os
import re
import sys

import rooms

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUTPUT = os.path.join(ROOT, "docs", "images", "rooms.svg")
WIDTH, BOX, ROW, GAP, MARGIN, TOP = 1180, 30, 74, 14, 24, 64
COLORS = ["#d0d7de", "#9bd0f0", "#7fcfb6", "#b07cc6", "#f5c56b", "#de9fc4", "#eaeef2"]


def parts():
    """Each target's part of Package.swift, and what the parts are called."""
    part, names, found = None, [], {}
    for line in rooms.read(os.path.join(ROOT, "Package.swift")).splitlines():
        if comment := re.match(r"        // (\w.*)", line):
            names.append(re.split(r"[:.,]", comment[1])[0])
            part = len(names) - 1
        for name in re.findall(r'(?:room\(|name: )\s*"([\w-]+)"', line) + re.findall(r'^            "([\w-]+)",$', line):
            if part is not None:
                found.setdefault(name, part)
    return found, names


def lines(room):
    count = 0
    for folder, _, names in os.walk(room.path):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith((".swift", ".c", ".h", ".js", ".css")) and not os.path.islink(path):
                count += rooms.read(path).count("\n")
    return count


def house():
    """Rooms by name, without those of tests and libraries of the system, and what each uses and no other one implies."""
    part, names = parts()
    found = {
        name: room for name, room in rooms.package(ROOT).items()
        if room.kind in ("regular", "executable") and name in part and names[part[name]] != "Tests"}
    uses = {name: sorted(each for each in room.dependencies if each in found) for name, room in found.items()}
    reach = {}

    def reached(name):
        if name not in reach:
            reach[name] = set(uses[name]).union(*(reached(each) for each in uses[name]))
        return reach[name]

    direct = {
        name: [each for each in uses[name] if not any(each in reached(other) for other in uses[name])] for name in uses}
    return found, direct


def levels(direct):
    level = {}

    def height(name):
        if name not in level:
            level[name] = 1 + max((height(each) for each in direct[name]), default=-1)
        return level[name]

    rows = [[] for _ in range(1 + max(height(name) for name in sorted(direct)))]
    for name in sorted(direct):
        rows[level[name]].append(name)
    return rows


def ordered(rows, direct):
    """Rows whose rooms stand near those that they use and that use them (barycentres, a few times up and down)."""
    users = {name: [other for other in direct if name in direct[other]] for name in direct}
    place = {name: (index + 0.5) / len(row) for row in rows for index, name in enumerate(row)}
    for _ in range(12):
        for neighbours in (direct, users):
            for row in rows if neighbours is direct else rows[::-1]:
                near = {
                    name: sum(place[each] for each in neighbours[name]) / len(neighbours[name])
                    if neighbours[name] else place[name] for name in row}
                row.sort(key=lambda name: (near[name], name))
                for index, name in enumerate(row):
                    place[name] = (index + 0.5) / len(row)
    return rows


def svg():
    found, direct = house()
    part, names = parts()
    rows = ordered(levels(direct), direct)
    height = TOP + ROW * len(rows) + 10
    boxes = {}
    for number, row in enumerate(rows):
        wide = {name: max(72, 7.4 * len(name) + 20) for name in row}
        space = (WIDTH - 2 * MARGIN - sum(wide.values())) / len(row)
        x = MARGIN + space / 2
        for name in row:
            boxes[name] = (x, height - 46 - ROW * number, wide[name])
            x += wide[name] + space
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        "<title>The rooms of the house: a room uses those below it that it has a line to, and what those use</title>",
        "<style>",
        'text{font-family:system-ui,"DejaVu Sans",sans-serif;fill:#24292f;text-anchor:middle;font-size:12px}',
        ".paper{fill:#fff}.lines{font-size:9.5px;fill:#57606a}.key{text-anchor:start;font-size:11px}",
        ".use{fill:none;stroke:#8c959f;stroke-width:1.1}.box{stroke:#57606a;stroke-width:.7}",
        "</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    x = MARGIN
    shown = sorted({part[name] for name in found if name in part})
    for index in shown:
        out.append(f'<rect class="box" x="{x}" y="16" width="14" height="14" rx="3" fill="{COLORS[index % len(COLORS)]}"/>')
        out.append(f'<text class="key" x="{x + 20}" y="27">{names[index]}</text>')
        x += 44 + round(6.2 * len(names[index]))
    for name in sorted(direct):
        (left, y, wide) = boxes[name]
        for other in direct[name]:
            (to, below, breadth) = boxes[other]
            (x1, y1, x2, y2) = (left + wide / 2, y + BOX, to + breadth / 2, below)
            bend = (y2 - y1) / 2
            out.append(
                f'<path class="use" d="M{x1:.0f} {y1}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2}"/>')
    for name in sorted(found):
        (left, y, wide) = boxes[name]
        color = COLORS[part[name] % len(COLORS)] if name in part else "#fff"
        out.append(f'<rect class="box" x="{left:.0f}" y="{y}" width="{wide:.0f}" height="{BOX}" rx="5" fill="{color}"/>')
        out.append(f'<text x="{left + wide / 2:.0f}" y="{y + 14}">{name}</text>')
        # To the hundred, so that the drawing does not change with every line.
        about = round(lines(found[name]), -2) or "under 100"
        out.append(f'<text class="lines" x="{left + wide / 2:.0f}" y="{y + 25}">{about} lines</text>')
    return "\n".join(out + ["</svg>", ""])


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    text = svg()
    if arguments:
        plain = lambda drawing: re.sub(r">(under )?\d+ lines<", "", drawing)
        if not os.path.exists(OUTPUT) or plain(rooms.read(OUTPUT)) != plain(text):
            sys.exit("docs/images/rooms.svg is not the drawing of this Package.swift: run scripts/draw-rooms.py")
        return
    with open(OUTPUT, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
