"""Writes MaskFiles.swift: masks of 16x16 as other programs save them. Needs Pillow and numpy."""
import base64
import io
import pathlib
import sys

import numpy as np
from PIL import Image

SIDE = 16


def disc():
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    return ((x - 7.5) ** 2 + (y - 7.5) ** 2 < 30).astype(np.uint8)


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def palette():
    image = Image.fromarray(disc(), "P")
    image.putpalette([0, 0, 0, 128, 0, 0] + [0, 128, 0] * 254)
    return image


def four_bits():
    """Class numbers 0, 1 and 2 at 4 bits a pixel, which Pillow cannot write: the chunks by hand."""
    import struct
    import zlib

    numbers = disc() * (1 + (np.arange(SIDE) % 2))[None, :]
    rows = b"".join(b"\0" + bytes(int(row[i]) << 4 | int(row[i + 1]) for i in range(0, SIDE, 2)) for row in numbers)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 4, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def files():
    shape = disc()
    yield "jpeg", "object 255 on 0", saved(Image.fromarray(shape * 255), "JPEG", quality=75)
    yield "palette", "indices 0 and 1, black and dark red", saved(palette(), "PNG")
    yield "sixteenBits", "0 and 65535", saved(Image.fromarray(shape.astype(np.uint16) * 65535), "PNG")
    yield "instances", "16 bits, numbers 0 and 300", saved(Image.fromarray(shape.astype(np.uint16) * 300), "PNG")
    yield "fourBits", "class numbers 0, 1 and 2 at 4 bits", four_bits()
    alpha = np.zeros((SIDE, SIDE, 4), np.uint8)
    alpha[..., 3] = shape * 255
    yield "alpha", "black, the object in the alpha channel", saved(Image.fromarray(alpha), "PNG")
    rng = np.random.default_rng(1)
    yield "photograph", "a JPEG of many values", saved(
        Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)), "JPEG", quality=95)


def main():
    lines = [
        "/// Masks of 16x16 as other programs save them; made by make_mask_files.py.",
        "enum MaskFiles {",
    ]
    for name, what, content in files():
        text = base64.b64encode(content).decode()
        lines += [f"    /// {what[0].upper()}{what[1:]}.", f"    static let {name} = decoded(", '        """']
        lines += [f"        {text[i:i + 108]}\\" for i in range(0, len(text), 108)]
        lines[-1] = lines[-1].rstrip("\\")
        lines += ['        """)', ""]
    lines += [
        "    private static func decoded(_ text: String) -> [UInt8] {",
        '        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)',
        "        var bytes: [UInt8] = []",
        "        var (bits, count) = (0, 0)",
        "        for letter in text.utf8 {",
        "            guard let value = digits.firstIndex(of: letter) else { continue }",
        "            (bits, count) = (bits << 6 | value, count + 6)",
        "            if count >= 8 {",
        "                count -= 8",
        "                bytes.append(UInt8(bits >> count & 255))",
        "            }",
        "        }",
        "        return bytes",
        "    }",
        "}",
    ]
    target = pathlib.Path(__file__).with_name("MaskFiles.swift")
    target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
