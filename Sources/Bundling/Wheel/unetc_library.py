"""The functions of the package's library, as the header says that ``unetc bundle`` writes."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, List, Optional

import numpy as np

from . import _net

if TYPE_CHECKING:
    from numpy.typing import NDArray

ERROR_PROCESSOR = 5
ERROR_PICTURE = 6
ERROR_NO_TILES = 7

_folder = os.path.dirname(os.path.abspath(__file__))
_loaded = ctypes.CDLL(os.path.join(_folder, _net.LIBRARY))
_pointer, _number, _size, _stride = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_ssize_t


def _function(name: str, result: Any, *arguments: Any) -> Any:
    found = getattr(_loaded, _net.PREFIX + name)
    found.restype = result
    found.argtypes = arguments
    return found


class Rows(ctypes.Structure):
    """Where the rows of a large picture come from, and where those of its mask and its values go."""

    READ = ctypes.CFUNCTYPE(_pointer, _pointer, _number)
    WRITE = ctypes.CFUNCTYPE(_number, _pointer, _number, _pointer, _pointer)
    _fields_ = [("read", READ), ("write", WRITE), ("context", _pointer)]


_error_text = _function("error_text", ctypes.c_char_p, _number)
_target_name = _function("target_name", ctypes.c_char_p)
arena_bytes = _function("arena_bytes", _size, _number)
arena_bytes_for_picture = _function("arena_bytes_for_picture", _size, _number, _number, _number, _number)
init = _function("init", _number, _pointer, _size, _number, _pointer, _size)
run = _function("run", _number, _pointer, _pointer, _pointer, _number)
segment_values = _function(
    "segment_values", _number, _pointer, _pointer, _number, _number, _stride, _number, _pointer, _stride, _pointer
)
arena_bytes_for_tiles = _function("arena_bytes_for_tiles", _size, _number, _number, _number, _number)
init_for_tiles = _function("init_for_tiles", _number, _pointer, _size, _number, _pointer, _size)
segment_tiles = _function(
    "segment_tiles", _number, _pointer, _number, _number, _number, ctypes.POINTER(Rows)
)
# Nets that decide between classes have none.
set_threshold = (
    None if _net.THRESHOLD is None else _function("set_threshold", _number, _pointer, ctypes.c_float)
)
threads_create = _function("threads_create", _pointer, _number)
threads_serve = _function("threads_serve", _number, _pointer, _pointer)
threads_destroy = _function("threads_destroy", None, _pointer)


def error_text(error: int) -> str:
    text: bytes = _error_text(error)
    return text.decode()


def target_name() -> str:
    name: bytes = _target_name()
    return name.decode()


def map_weights(path: str) -> NDArray[np.uint8]:
    """A file of weights as memory. What is empty cannot be mapped."""
    return np.memmap(path, np.uint8, "r") if os.path.getsize(path) else np.empty(0, np.uint8)


_own: List[NDArray[np.uint8]] = []


def own_weights() -> Optional[NDArray[np.uint8]]:
    """Those of the package, mapped once; None where they are part of its library."""
    if _net.WEIGHTS is not None and not _own:
        _own.append(map_weights(os.path.join(_folder, _net.WEIGHTS)))
    return _own[0] if _own else None
