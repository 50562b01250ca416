"""Writes Sources/Fuzzing/Pictures/SampleJPEGs.swift: small sound JPEG files of all kinds, which the fuzzing takes apart.

Run with a Python that has Pillow and numpy.
"""

import io
import pathlib
import textwrap

import numpy as np
from PIL import Image, __version__

TARGET = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "Fuzzing" / "Pictures" / "SampleJPEGs.swift"


def picture(width, height, channels):
    y, x, c = np.mgrid[:height, :width, :channels]
    values = 30 + x * (9 - 2 * c) + y * (3 + c) + 60 * ((x // 5 + y // 4 + c) % 2)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8).squeeze(), {1: "L", 3: "RGB", 4: "CMYK"}[channels])


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=60, **options)
    return out.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


SAMPLES = {
    "gray": saved(picture(21, 13, 1)),
    "full": saved(picture(19, 11, 3), subsampling=0),
    "halved": saved(picture(24, 17, 3), subsampling=2, optimize=True),
    "wide": saved(picture(33, 9, 3), subsampling=1, optimize=True),
    "restarts": saved(picture(40, 24, 3), subsampling=2, optimize=True, restart_marker_blocks=1),
    "progressiveGray": saved(picture(20, 20, 1), progressive=True),
    "progressive": saved(picture(26, 18, 3), subsampling=2, progressive=True),
    "progressiveFull": saved(picture(17, 15, 3), subsampling=0, progressive=True, restart_marker_rows=1),
    "cmyk": saved(picture(18, 12, 4), optimize=True),
    "turned": saved(picture(22, 10, 3), subsampling=0, optimize=True, exif=turned(6)),
    "mirrored": saved(picture(15, 23, 3), subsampling=2, progressive=True, exif=turned(5)),
}

lines = [
    f"// Written by Tests/FuzzingTests/make_jpegs.py with Pillow {__version__}; do not edit.",
    "// swift-format-ignore-file",
    "",
    "/// Sound files of all kinds, by name, as hexadecimal digits.",
    "let sampleJPEGs: KeyValuePairs = [",
]
for name, data in SAMPLES.items():
    lines.append(f'    "{name}": """')
    lines += ["    " + line + "\\" for line in textwrap.wrap(data.hex(), 114)]
    lines[-1] = lines[-1][:-1]
    lines.append('    """,')
lines.append("]")
TARGET.parent.mkdir(exist_ok=True)
TARGET.write_text("\n".join(lines) + "\n")
print({name: len(data) for name, data in SAMPLES.items()})
