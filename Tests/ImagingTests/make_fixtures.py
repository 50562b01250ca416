"""Writes Fixtures.swift, OrientedFixtures.swift and SharedFixtures.swift: tiny synthetic pictures with the pixels that Pillow reads from them.

Run with a Python that has Pillow and numpy; the shared data beside the checkout is optional (without it
SharedFixtures.swift stays as it is). No photograph is copied: of the shared data only sizes, sums and a few samples
are kept.
"""

import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps, __version__

HERE = pathlib.Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "data"
WIDTH, HEIGHT = 11, 7


def gradient(width, height, channels):
    y, x, c = np.mgrid[:height, :width, :channels]
    return ((x * 21 + y * 13 + c * 77 + x * y * (c + 1)) % 256).astype(np.uint8)


def smooth(channels):
    y, x, c = np.mgrid[:HEIGHT, :WIDTH, :channels]
    return (20 + x * 18 - 9 * c * x + y * 5 * (c + 1)).clip(0, 255).astype(np.uint8)


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def chunk(name, data):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def packed_rows(samples, bits):
    """Samples [height, width, channels] as PNG rows with filter 0."""
    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if bits == 16:
            data = row.astype(">u2").tobytes()
        elif bits == 8:
            data = row.astype(np.uint8).tobytes()
        else:
            text = "".join(f"{int(v):0{bits}b}" for v in row)
            text += "0" * (-len(text) % 8)
            data = bytes(int(text[i:i + 8], 2) for i in range(0, len(text), 8))
        rows.append(b"\0" + data)
    return b"".join(rows)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, bits, colour, interlaced=False, extra=b""):
    """What Pillow cannot write: any bit depth, interlacing."""
    height, width, _ = samples.shape
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
    data = b"".join(packed_rows(p, bits) for p in passes if p.size)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9))
            + chunk(b"IEND", b""))


def ycck(cmyk_jpeg):
    """The same data declared as YCCK, by the transform byte of its Adobe segment."""
    at = cmyk_jpeg.index(b"Adobe") + 11
    return cmyk_jpeg[:at] + b"\x02" + cmyk_jpeg[at + 1:]


def pictures():
    rgb, gray = Image.fromarray(smooth(3)), Image.fromarray(smooth(1)[:, :, 0])
    rough = Image.fromarray(gradient(WIDTH, HEIGHT, 3))
    rgba = Image.fromarray(gradient(WIDTH, HEIGHT, 4), "RGBA")
    deep = gradient(WIDTH, HEIGHT, 3).astype(np.uint16) * 256 + 200
    deep_gray = gradient(WIDTH, HEIGHT, 1).astype(np.uint16) * 256 + 200
    few = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH, 1)
    palette = chunk(b"PLTE", bytes(range(30, 30 + 48)))
    clear = chunk(b"tRNS", bytes([0, 128]))
    cmyk = saved(Image.fromarray(smooth(4), "CMYK"), "JPEG", quality=95)
    yield "jpeg-baseline", saved(rgb, "JPEG", quality=90)
    yield "jpeg-progressive", saved(rgb, "JPEG", quality=80, progressive=True)
    yield "jpeg-4:4:4", saved(rough, "JPEG", quality=95, subsampling=0)
    yield "jpeg-gray", saved(gray, "JPEG", quality=90)
    yield "jpeg-cmyk", cmyk
    yield "jpeg-ycck", ycck(cmyk)
    yield "png-rgb", saved(rough, "PNG")
    yield "png-rgba", saved(rgba, "PNG")
    yield "png-rgba-equal", saved(Image.merge("RGBA", [gray, gray, gray, gray]), "PNG")
    yield "png-gray", saved(gray, "PNG")
    yield "png-gray-alpha", saved(Image.fromarray(gradient(WIDTH, HEIGHT, 2), "LA"), "PNG")
    yield "png-palette", saved(rough.quantize(7), "PNG")
    yield "png-palette-4-transparent", png(few % 16, 4, 3, extra=palette + clear)
    yield "png-gray-1", png(few % 2, 1, 0)
    yield "png-gray-2", png(few % 4, 2, 0)
    yield "png-gray-4", png(few % 16, 4, 0)
    yield "png-gray-16", png(deep_gray, 16, 0)
    yield "png-gray-16-labels", png(few % 5, 16, 0)
    yield "png-rgb-16", png(deep, 16, 2)
    yield "png-gray-alpha-16", png(np.concatenate([deep_gray, deep_gray[::-1]], 2), 16, 4)
    yield "png-interlaced", png(gradient(WIDTH, HEIGHT, 3), 8, 2, interlaced=True)
    yield "png-interlaced-palette", png(few % 16, 4, 3, interlaced=True, extra=palette)


def expected_rgb(name, data):
    image = Image.open(io.BytesIO(data))
    if image.mode.startswith("I"):  # 16-bit gray: our rule is the high byte, where Pillow's changes with its version
        high = (np.asarray(image).astype(np.int64) >> 8).astype(np.uint8)
        return np.repeat(high[:, :, None], 3, axis=2)
    return np.asarray(image.convert("RGB"))


def expected_mask(data):
    """The values that decodeMask promises; None for colour pictures."""
    image = Image.open(io.BytesIO(data))
    if image.mode == "P":
        return np.asarray(image)
    if image.mode.startswith("I"):
        values = np.asarray(image).astype(np.int64)
        return (values if values.max() < 256 else values >> 8).astype(np.uint8)
    if image.format == "JPEG":
        if image.mode == "CMYK":
            return None
        image.draft("L", image.size)  # luma as the decoder gives it, with no detour through RGB
        return np.asarray(image.convert("L"))
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    if image.mode == "LA":
        return np.asarray(image)[:, :, 0]
    rgb = np.asarray(image.convert("RGB"))
    return rgb[:, :, 0] if (rgb == rgb[:, :, :1]).all() else None


def literal(data, indent):
    """Bytes as a Swift string of hexadecimal digits, in lines of up to 120 columns."""
    text = bytes(data).hex()
    step = 118 - indent
    lines = [text[i:i + step] for i in range(0, len(text), step)]
    pad = " " * indent
    return '"""\n' + "\\\n".join(pad + line for line in lines) + f'\n{pad}"""'


def fixture(name, data):
    assert len(data) < 2048, name
    rgb, mask = expected_rgb(name, data), expected_mask(data)
    mask_text = "nil" if mask is None else literal(mask.tobytes(), 12)
    return (f'        Fixture(\n            name: "{name}",\n            file: {literal(data, 12)},\n'
            f"            rgb: {literal(rgb.tobytes(), 12)},\n            mask: {mask_text}),\n")


def resize_case(channels, width, height):
    source = gradient(13, 9, channels)
    image = Image.fromarray(source if channels == 3 else source[:, :, 0])
    smooth_, nearest = (np.asarray(image.resize((width, height), f)) for f in (Image.BILINEAR, Image.NEAREST))
    return (f"        ResizeFixture(\n            channels: {channels}, width: {width}, height: {height},\n"
            f"            bilinear: {literal(smooth_.tobytes(), 12)},\n"
            f"            nearest: {literal(nearest.tobytes(), 12)}),\n")


HEAD = f"// Written by make_fixtures.py with Pillow {__version__}; do not edit.\n// swift-format-ignore-file\n"
SIZES = [(6, 5), (20, 17), (4, 16), (18, 2), (13, 4), (5, 9), (1, 1), (13, 9)]


def write_fixtures():
    text = HEAD + "\nextension Fixture {\n    static let all = [\n"
    text += "".join(fixture(*p) for p in pictures())
    text += "    ]\n}\n\nextension ResizeFixture {\n    static let all = [\n"
    text += "".join(resize_case(c, w, h) for c in (3, 1) for w, h in SIZES)
    text += "    ]\n}\n"
    (HERE / "Fixtures.swift").write_text(text)


def tiff(order, orientation):
    """Exif data with the orientation alone; `order` is < or >."""
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def oriented():
    rough, smooth_ = gradient(WIDTH, HEIGHT, 3), Image.fromarray(smooth(3))
    for orientation in range(1, 9):
        order = "<>"[orientation % 2]
        exif = tiff(order, orientation)
        yield f"png-{orientation}", orientation, png(rough, 8, 2, extra=chunk(b"eXIf", exif))
        yield f"png-gray-{orientation}", orientation, png(rough[:, :, :1], 8, 0, extra=chunk(b"eXIf", exif))
        yield f"jpeg-{orientation}", orientation, saved(smooth_, "JPEG", quality=90, exif=b"Exif\0\0" + exif)
        yield (f"jpeg-progressive-{orientation}", orientation,
               saved(smooth_, "JPEG", quality=80, progressive=True, exif=b"Exif\0\0" + exif))
    # The chunk may stand behind the pixels.
    late = png(rough, 8, 2)
    yield "png-late-6", 6, late[:-12] + chunk(b"eXIf", tiff("<", 6)) + late[-12:]
    yield "png-interlaced-8", 8, png(rough, 8, 2, interlaced=True, extra=chunk(b"eXIf", tiff(">", 8)))


def oriented_fixture(name, orientation, data):
    assert len(data) < 2048, name
    seen = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    return (f'        OrientedFixture(\n            name: "{name}", orientation: {orientation},\n'
            f"            width: {seen.width}, height: {seen.height},\n"
            f"            file: {literal(data, 12)},\n            rgb: {literal(np.asarray(seen).tobytes(), 12)}),\n")


def write_oriented():
    text = HEAD + "\nextension OrientedFixture {\n    static let all = [\n"
    text += "".join(oriented_fixture(*o) for o in oriented())
    (HERE / "OrientedFixtures.swift").write_text(text + "    ]\n}\n")


PICTURES = ["pets/images/Abyssinian_1.jpg", "pets/images/Abyssinian_10.jpg", "pets/images/Abyssinian_5.jpg"]


def progressive_pets():
    for path in sorted((SHARED / "pets/images").glob("*.jpg")):
        image = Image.open(path)
        if image.format == "JPEG" and image.info.get("progressive"):
            yield str(path.relative_to(SHARED))


def shared_picture(name):
    image = Image.open(SHARED / name).convert("RGB")
    pixels = np.asarray(image).astype(np.int64)
    small = np.asarray(image.resize((64, 48), Image.BILINEAR)).astype(np.int64)
    width, height = image.size
    samples = [(width * i // 5, height * (i * 3 % 5) // 5) for i in range(1, 4)]
    points = ", ".join(f"({x}, {y}, {pixels[y, x].tolist()})" for x, y in samples)
    return (f'        SharedPicture(\n            path: "{name}",\n'
            f"            width: {width}, height: {height}, sum: {pixels.sum()}, resizedSum: {small.sum()},\n"
            f"            resizedCorner: {small[0, 0].tolist()},\n"
            f"            samples: [{points}]),\n")


def shared_mask(name):
    image = Image.open(SHARED / name)
    values, counts = np.unique(np.asarray(image), return_counts=True)
    small = np.asarray(image.resize((32, 24), Image.NEAREST)).astype(np.int64)
    entries = [f"{v}: {c}" for v, c in zip(values.tolist(), counts.tolist())]
    histogram = ",\n                ".join(", ".join(entries[i:i + 8]) for i in range(0, len(entries), 8))
    return (f'        SharedMask(\n            path: "{name}",\n'
            f"            counts: [{histogram}], nearestSum: {small.sum()}),\n")


def write_shared():
    if not SHARED.is_dir():
        print("no shared data: SharedFixtures.swift is left as it is")
        return
    first = {f: str(sorted((SHARED / f).iterdir())[0].relative_to(SHARED))
             for f in ("nuclei/images", "nuclei/masks", "membranes/images", "membranes/masks", "camvid/valannot")}
    pictures_ = PICTURES + list(progressive_pets())[:2] + [first["nuclei/images"], first["membranes/images"]]
    masks = ["pets/annotations/trimaps/Abyssinian_1.png", first["nuclei/masks"], first["membranes/masks"],
             first["camvid/valannot"]]
    text = HEAD + "\nextension SharedPicture {\n    static let all = [\n"
    text += "".join(map(shared_picture, pictures_))
    text += "    ]\n}\n\nextension SharedMask {\n    static let all = [\n" + "".join(map(shared_mask, masks))
    text += "    ]\n}\n"
    (HERE / "SharedFixtures.swift").write_text(text)


write_fixtures()
write_oriented()
write_shared()
