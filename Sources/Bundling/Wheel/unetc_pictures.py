"""Pictures as the library takes them: where their pixels lie, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Tuple

import numpy as np

from . import _net

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEPTHS = {np.dtype(np.uint8): "8", np.dtype(np.uint16): "16", np.dtype(np.float32): "F32"}
_FORMATS = {
    "GRAY8": 0,
    "RGB8": 1,
    "BGR8": 2,
    "RGBA8": 3,
    "BGRA8": 4,
    "GRAY16": 5,
    "RGB16": 6,
    "GRAYF32": 7,
    "RGBF32": 8,
    "BANDS8": 9,
    "BANDS16": 10,
    "BANDSF32": 11,
}


def _kinds(net: int) -> Dict[int, str]:
    """What a net of so many channels takes pictures of n channels for."""
    kinds = {1: "GRAY", 3: "RGB"} if net in (1, 3) else {net: "BANDS"}
    if net in (1, 3, 4):
        kinds[4] = "RGBA"
    return kinds


_KINDS = _kinds(_net.INPUT_SHAPE[0])
_SHAPES = ["[height, width]"] * (1 in _KINDS) + [f"[height, width, {n}]" for n in sorted(_KINDS) if n > 1]
_EXPECTED = f"{', '.join(_SHAPES[:-1])}{' or ' * (len(_SHAPES) > 1)}{_SHAPES[-1]} of uint8, uint16 or float32"


class Pixels:
    """Where the pixels of a picture lie, and how. It keeps them alive."""

    __slots__ = ("address", "array", "format", "height", "stride", "width")

    def __init__(self, picture: Any, order: str) -> None:
        if order not in ("RGB", "BGR"):
            raise ValueError(f'expected order "RGB" or "BGR", found {order!r}')
        array = _array(picture, order)
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        depth = _DEPTHS.get(array.dtype)
        channels = 1 if array.ndim == 2 else array.shape[2] if array.ndim == 3 else 0
        kind = _KINDS.get(channels)
        if depth is None or kind is None or array.size == 0:
            raise ValueError(f"expected a picture {_EXPECTED}, found {described(array)}{_hint(array)}")
        if channels >= 3 and kind != "BANDS":
            array, kind = _coloured(array, kind, depth, order == "BGR")
        self.height, self.width = array.shape[:2]
        if not _lies_in_rows(array):
            array = np.ascontiguousarray(array)
        self.array = array
        self.address = address(array)
        self.format = _FORMATS[kind + depth]
        self.stride = row_stride(array)


def _array(picture: Any, order: str) -> NDArray[Any]:
    mode = getattr(picture, "mode", None)
    if isinstance(mode, str) and hasattr(picture, "convert"):
        # Pillow's, whose numbers may be those of a palette.
        if order != "RGB":
            raise ValueError(f'expected order "RGB" for an image of Pillow, found "{order}"')
        if mode not in ("L", "RGB", "RGBA", "F", "I") and not mode.startswith("I;16"):
            picture = picture.convert("L" if mode in ("1", "LA", "La") else "RGB")
    return np.asarray(picture)


def _coloured(array: NDArray[Any], kind: str, depth: str, is_reversed: bool) -> Tuple[NDArray[Any], str]:
    """Colours, and which of the library's formats they have; those that it has none for are brought into order."""
    if array.shape[2] == 3 and array.strides[2] == -array.itemsize:
        # Such as bgr[:, :, ::-1]: the same bytes the other way round.
        array, is_reversed = array[:, :, ::-1], not is_reversed
    if depth == "8":
        return array, kind.replace("RGB", "BGR") if is_reversed else kind
    if kind == "RGBA" and _net.INPUT_SHAPE[0] == 4:
        return array[:, :, [2, 1, 0, 3]] if is_reversed else array, "BANDS"
    array = array[:, :, :3]
    return array[:, :, ::-1] if is_reversed else array, "RGB"


def _lies_in_rows(array: NDArray[Any]) -> bool:
    """Whether the numbers of each row lie side by side, and those of different rows not over each other."""
    strides, (height, width) = array.strides, array.shape[:2]
    channels = array.shape[2] if array.ndim == 3 else 1
    pixel = channels * array.itemsize
    return (
        (channels == 1 or strides[2] == array.itemsize)
        and (width == 1 or strides[1] == pixel)
        and (height == 1 or abs(strides[0]) >= width * pixel)
    )


def row_stride(array: NDArray[Any]) -> int:
    """Bytes from row to row, also where there is one."""
    return array.strides[0] if array.shape[0] > 1 else array.nbytes


def check_mask(out: Any, shape: Tuple[int, ...]) -> NDArray[np.uint8]:
    """An array of the caller's that the library can write a mask to."""
    if not isinstance(out, np.ndarray) or out.dtype != np.uint8 or out.shape != shape:
        found = described(out) if isinstance(out, np.ndarray) else type(out).__name__
        raise ValueError(f"expected out {text(np.uint8, shape)}, found {found}")
    if not _lies_in_rows(out) or not out.flags.writeable:
        raise ValueError("expected out to be writeable, with the bytes of each row side by side")
    return out


def is_several(picture: Any) -> bool:
    return isinstance(picture, (list, tuple)) or (isinstance(picture, np.ndarray) and picture.ndim == 4)


def address(array: NDArray[Any]) -> int:
    found: int = array.__array_interface__["data"][0]
    return found


def text(dtype: Any, shape: Tuple[Any, ...]) -> str:
    return f"{np.dtype(dtype).name} [{', '.join(map(str, shape))}]"


def described(array: NDArray[Any]) -> str:
    return text(array.dtype, array.shape)


def _hint(array: NDArray[Any]) -> str:
    if array.dtype in (np.float64, np.float16):
        return "; picture.astype(numpy.float32) makes one of it"
    if array.ndim == 3 and array.shape[2] not in _KINDS and array.shape[0] in _KINDS:
        return "; picture.transpose(1, 2, 0) puts the channels last"
    return ""
