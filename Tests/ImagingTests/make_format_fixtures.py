"""Writes FormatFixtures.swift: tiny files of TIFF, BMP, WebP and GIF with the numbers that tifffile and Pillow read from them.

Run with a Python that has Pillow, numpy, tifffile and imagecodecs.
"""

import io
import pathlib

import numpy as np
import tifffile
from PIL import Image, __version__

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 7, 5


def numbers(bands, kind, bits=None):
    y, x, c = np.mgrid[:HEIGHT, :WIDTH, :bands]
    values = (x * 21 + y * 13 + c * 77 + x * y * (c + 1)) % 256
    kind = np.dtype(kind)
    if kind.kind == "f":
        return (values / 16 - 3).astype(kind)
    if bits is not None:
        return (values * 257 % (1 << bits)).astype(kind)
    if kind.itemsize == 1:
        return (values - (128 if kind.kind == "i" else 0)).astype(kind)
    return (values.astype(np.int64) * 251 - (20000 if kind.kind == "i" else 0)).astype(kind)


def tiff(array, **options):
    out = io.BytesIO()
    options.setdefault("photometric", "minisblack")
    tifffile.imwrite(out, array, metadata=None, **options)
    return out.getvalue()


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def read(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def rgb(data):
    return np.asarray(read(data).convert("RGB"))


def palette_image(values):
    image = Image.fromarray(values, "P")
    image.putpalette(bytes((i * 37 + c * 91) % 256 for i in range(256) for c in range(3)))
    return image


def tiffs():
    """Name, file, numbers, whether pages are channels."""
    flat = numbers(1, np.uint8)[..., 0]
    for kind in (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.float16, np.float32, np.float64):
        name = np.dtype(kind).name
        for order in "<>":
            values = numbers(1, kind)[..., 0]
            yield f"{name} {'little' if order == '<' else 'big'}", tiff(values, byteorder=order), values
        values = numbers(5, kind)
        yield f"{name} 5 bands", tiff(values, planarconfig="contig", compression="lzw", rowsperstrip=2), values
        planes = np.ascontiguousarray(np.moveaxis(values, -1, 0))
        yield f"{name} planes", tiff(planes, planarconfig="separate", compression="zlib", rowsperstrip=2), values
        predictor = 3 if np.dtype(kind).kind == "f" else 2
        yield (f"{name} tiles", tiff(values, planarconfig="contig", tile=(16, 16), compression="zlib",
                                     predictor=predictor), values)
    for compression in ("packbits", "zstd", "lzma"):
        yield f"{compression}", tiff(flat, compression=compression), flat
    yield "big tiff", tiff(numbers(3, np.uint16), photometric="rgb", bigtiff=True), numbers(3, np.uint16)
    for bits in (1, 2, 4):
        values = numbers(1, np.uint8, bits)[..., 0]
        shown = (values.astype(int) * 255 // ((1 << bits) - 1)).astype(np.uint8)
        yield f"{bits} bits", tiff(values, bitspersample=bits), shown
    for bits in (10, 12, 14):
        values = numbers(1, np.uint16, bits)[..., 0]
        yield f"{bits} bits", tiff(values, bitspersample=bits), values
    yield "white is 0", tiff(flat, photometric="miniswhite"), 255 - flat
    for compression in ("group4", "tiff_lzw"):
        image = Image.fromarray(np.where(flat > 120, 255, 0).astype(np.uint8)).convert("1")
        yield f"fax {compression}", saved(image, "TIFF", compression=compression), np.asarray(image) * np.uint8(255)
    extra = numbers(5, np.uint8)
    yield ("alpha among bands", tiff(extra, photometric="rgb", planarconfig="contig",
                                     extrasamples=["unassalpha", "unspecified"]), extra[..., [0, 1, 2, 4]])
    data = saved(Image.frombytes("CMYK", (WIDTH, HEIGHT), numbers(4, np.uint8).tobytes()), "TIFF")
    yield "CMYK", data, rgb(data)
    data = saved(Image.frombytes("RGBA", (WIDTH, HEIGHT), numbers(4, np.uint8).tobytes()), "TIFF")
    yield "RGBA", data, rgb(data)
    yield "RGBA as 4", data, np.asarray(read(data))
    data = tiff(numbers(3, np.uint8), photometric="ycbcr", compression="jpeg", subsampling=(2, 2))
    yield "JPEG", data, rgb(data)
    data = saved(palette_image(flat), "TIFF")
    yield "palette", data, rgb(data)
    stack = numbers(4, np.uint16)
    pages = np.ascontiguousarray(np.moveaxis(stack, -1, 0))
    yield "pages", tiff(pages, compression="zlib"), stack
    yield "first page", tiff(pages), stack[..., 0]


def bmp(bits, compression, data, palette=b"", extra=b"", size=40, height=HEIGHT):
    info = b"".join(n.to_bytes(c, "little", signed=n < 0) for n, c in (
        (size, 4), (WIDTH, 4), (height, 4), (1, 2), (bits, 2), (compression, 4), (len(data), 4), (0, 8), (0, 8))) + extra
    start = 14 + len(info) + len(palette)
    return b"BM" + (start + len(data)).to_bytes(4, "little") + bytes(4) + start.to_bytes(4, "little") + info + palette + data


def packed(indices, bits):
    rows = []
    for row in indices:
        text = "".join(f"{v:0{bits}b}" for v in row)
        text += "0" * (-len(text) % 32)
        rows.append(int(text, 2).to_bytes(len(text) // 8, "big"))
    return b"".join(reversed(rows))


def bmps():
    flat = numbers(1, np.uint8)[..., 0]
    colours = b"".join(bytes(((i * 37) % 256, (i * 37 + 91) % 256, (i * 37 + 182) % 256, 0)) for i in range(256))
    for bits in (1, 4, 8):
        data = bmp(bits, 0, packed(flat & ((1 << bits) - 1), bits), colours[:4 << bits])
        yield f"{bits} bits", data, rgb(data)
        yield f"{bits} bits top down", bmp(bits, 0, packed(flat[::-1] & ((1 << bits) - 1), bits), colours[:4 << bits],
                                           height=-HEIGHT), rgb(data)
    # Runs of two, then a literal one of three and its padding, and an end in every row.
    runs = b"".join(bytes((2, r * 9, 2, r * 9 + 1, 0, 3, 7, 8, 9, 0, 0, 0)) for r in range(HEIGHT)) + b"\0\1"
    data = bmp(8, 1, runs, colours)
    yield "runs of 8 bits", data, rgb(data)
    runs = b"".join(bytes((4, r << 4 | 1, 0, 3, 0x78, 0x90, 0, 0)) for r in range(HEIGHT)) + b"\0\1"
    data = bmp(4, 2, runs, colours[:64])
    yield "runs of 4 bits", data, rgb(data)
    # Down two rows and three pixels right; what is not told is index 0.
    data = bmp(8, 1, bytes((1, 5, 0, 2, 3, 2, 2, 6, 0, 1)), colours)
    indices = np.zeros((HEIGHT, WIDTH), np.uint8)
    indices[HEIGHT - 1, 0] = 5
    indices[HEIGHT - 3, 4:6] = 6
    yield "runs that jump", data, np.frombuffer(colours, np.uint8).reshape(256, 4)[indices][..., [2, 1, 0]]
    words = numbers(1, np.uint16)[..., 0]
    rows = b"".join(row.astype("<u2").tobytes() + bytes(-2 * WIDTH % 4) for row in words[::-1])
    data = bmp(16, 0, rows)
    yield "555", data, rgb(data)
    data = bmp(16, 3, rows, b"".join(n.to_bytes(4, "little") for n in (0xF800, 0x7E0, 0x1F)))
    yield "565", data, rgb(data)
    for mode in ("L", "RGB"):
        image = Image.frombytes(mode, (WIDTH, HEIGHT), numbers(len(mode) if mode != "L" else 1, np.uint8).tobytes())
        data = saved(image, "BMP")
        yield mode, data, np.asarray(image)
    fields = b"".join(n.to_bytes(4, "little") for n in (0xFF0000, 0xFF00, 0xFF, 0xFF000000)) + bytes(52)
    data = bmp(32, 3, numbers(4, np.uint8)[::-1].tobytes(), extra=fields, size=108)
    yield "alpha", data, rgb(data)
    yield "alpha as 4", data, np.asarray(read(data).convert("RGBA"))


def webps():
    for mode in ("RGB", "RGBA"):
        image = Image.frombytes(mode, (WIDTH, HEIGHT), numbers(len(mode), np.uint8).tobytes())
        for options in ({"lossless": True, "exact": True}, {"quality": 60}):
            data = saved(image, "WEBP", **options)
            yield f"{mode} {'lossless' if 'lossless' in options else 'lossy'}", data, rgb(data)
    yield "RGBA as 4", saved(image, "WEBP", lossless=True, exact=True), np.asarray(image)


def gifs():
    flat = numbers(1, np.uint8)[..., 0]
    for interlace in (0, 1):
        data = saved(palette_image(flat), "GIF", interlace=interlace)
        yield f"palette {'interlaced' if interlace else 'plain'}", data, rgb(data)
    yield "gray", saved(Image.fromarray(flat), "GIF"), flat
    data = saved(palette_image(flat % 4), "GIF", transparency=2)
    yield "transparent", data, rgb(data)
    frames = [palette_image(np.roll(flat, i)) for i in range(3)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    yield "several", data, rgb(data)


def masks():
    """Name, file, values."""
    flat = numbers(1, np.uint8)[..., 0]
    for kind in (np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.float32, np.float64):
        yield f"tiff {np.dtype(kind).name}", tiff(flat.astype(kind)), flat
    yield "tiff palette", saved(palette_image(flat), "TIFF"), flat
    yield "bmp palette", saved(palette_image(flat), "BMP"), flat
    yield "bmp gray", saved(Image.fromarray(flat), "BMP"), flat
    yield "gif palette", saved(palette_image(flat), "GIF"), np.asarray(read(saved(palette_image(flat), "GIF")))
    yield "gif gray", saved(Image.fromarray(flat), "GIF"), np.asarray(read(saved(Image.fromarray(flat), "GIF")))
    three = np.repeat(flat[..., None], 3, 2)
    yield "webp", saved(Image.fromarray(three), "WEBP", lossless=True), flat
    yield "tiff RGB", tiff(three, photometric="rgb"), flat


def hexadecimal(data, indent):
    text = bytes(data).hex()
    return "\\\n".join(" " * indent + text[i:i + 106] for i in range(0, len(text), 106)).lstrip()


def entry(format, name, data, values):
    values = np.asarray(values)
    bands = 1 if values.ndim == 2 else values.shape[2]
    if values.dtype.kind != "u" or values.dtype.itemsize > 2:
        values = values.astype("<f4")
    depth = values.dtype.itemsize
    indent = " " * 12
    return (f'        FormatFixture(\n{indent}name: "{format} {name}", bands: {bands}, depth: {depth},\n'
            f'{indent}file: """\n{indent}{hexadecimal(data, 12)}\n{indent}""",\n'
            f'{indent}numbers: """\n{indent}{hexadecimal(values.astype(values.dtype.newbyteorder("<")).tobytes(), 12)}\n'
            f'{indent}"""),\n')


def mask_entry(name, data, values):
    indent = " " * 12
    return (f'        MaskFixture(\n{indent}name: "{name}",\n{indent}file: """\n{indent}{hexadecimal(data, 12)}\n'
            f'{indent}""",\n{indent}values: """\n{indent}{hexadecimal(np.asarray(values).astype(np.uint8).tobytes(), 12)}\n'
            f'{indent}"""),\n')


def main():
    text = (f"// Written by make_format_fixtures.py with Pillow {__version__} and tifffile {tifffile.__version__}; do not edit.\n"
            "// swift-format-ignore-file\n\nextension FormatFixture {\n    static let all = tiffs + others\n\n")
    for group, formats in (("tiffs", {"tiff": tiffs}), ("others", {"bmp": bmps, "webp": webps, "gif": gifs})):
        text += f"    private static let {group}: [FormatFixture] = [\n"
        for format, cases in formats.items():
            for name, data, values in cases():
                text += entry(format, name, data, values)
        text += "    ]\n\n"
    text = text.rstrip() + "\n}\n\nextension MaskFixture {\n    static let all: [MaskFixture] = [\n"
    for name, data, values in masks():
        text += mask_entry(name, data, values)
    (HERE / "FormatFixtures.swift").write_text(text + "    ]\n}\n")


if __name__ == "__main__":
    main()
