"""Writes Sources/Fuzzing/Pictures/SampleFormats.swift: tiny sound TIFF, BMP, WebP and GIF files.

They are those of Tests/ImagingTests/make_format_fixtures.py, which see for what Python is needed.
"""

import pathlib
import sys
import textwrap

TESTS = pathlib.Path(__file__).resolve().parents[1]
TARGET = TESTS.parent / "Sources" / "Fuzzing" / "Pictures" / "SampleFormats.swift"
sys.path.insert(0, str(TESTS / "ImagingTests"))

import make_format_fixtures as fixtures  # noqa: E402

lines = [
    "// Written by Tests/FuzzingTests/make_formats.py; do not edit.",
    "// swift-format-ignore-file",
    "",
    "/// Sound TIFF, BMP, WebP and GIF files of all kinds, by name, as hexadecimal digits.",
    "let sampleFormats: KeyValuePairs = [",
]
seen = set()
for format, cases in (("tiff", fixtures.tiffs), ("bmp", fixtures.bmps), ("webp", fixtures.webps), ("gif", fixtures.gifs),
                      ("mask", fixtures.masks)):
    for name, data, _ in cases():
        if data in seen:
            continue
        seen.add(data)
        lines.append(f'    "{format} {name}": """')
        lines += ["    " + line + "\\" for line in textwrap.wrap(bytes(data).hex(), 114)]
        lines[-1] = lines[-1][:-1]
        lines.append('    """,')
TARGET.write_text("\n".join(lines + ["]"]) + "\n")
