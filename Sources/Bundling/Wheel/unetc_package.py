"""A trained net: pictures in, masks out.

    import unetc

    net = unetc.load()
    mask = net.segment(picture)

Pictures are numpy arrays of any size, ``[height, width]`` or ``[height, width, channels]``, as imageio, scikit-image or
OpenCV (``order="BGR"``) have them, or images of Pillow. Resizing, normalisation and threshold are those of the training.
"""

from __future__ import annotations

import ctypes
import operator
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Tuple, Union, overload

import numpy as np

from . import _library, _net
from ._pictures import Pixels, address, check_mask, described, is_several, row_stride, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Floats = NDArray[np.float32]

__all__ = ["Error", "Net", "load"]
__version__: str = _net.VERSION


class Error(RuntimeError):
    """The net cannot compute: damaged weights, a processor without the instructions, or an output that is no number."""


def load(threads: Optional[int] = None, weights: Union[str, "os.PathLike[str]", None] = None) -> Net:
    """Makes a net that is ready to compute.

    threads: how many compute at once; all processors that this process may use, unless it is said. Results are the same
        bits with any number.
    weights: a file of weights of the same net, as ``unetc bundle`` writes them; those of this package, unless it is said.
        They are mapped, not read: any number of nets, in any number of processes, share them.

    Raises Error for weights of another net, or damaged ones.
    """
    return Net(threads, weights)


class Net:
    """A net and the memory that it computes in.

    Threads may share it: they wait for each other, since it does one thing at a time. To do several, load several; they
    share their weights. Other Python threads run while it computes.
    """

    def __init__(
        self, threads: Optional[int] = None, weights: Union[str, "os.PathLike[str]", None] = None
    ) -> None:
        self._pool: Optional[int] = None
        self._made = (threads, weights)
        count = _processors() if threads is None else operator.index(threads)
        if not 1 <= count <= 1024:
            raise ValueError(f"expected from 1 to 1024 threads, found {count}")
        self._threads = count
        self._weights = _library.own_weights() if weights is None else _library.map_weights(os.fspath(weights))
        self._lock = threading.Lock()
        self._threshold = _net.THRESHOLD
        self._make(_library.arena_bytes(count))
        self._start()
        _nets.add(self)

    @property
    def input_shape(self) -> Tuple[int, int, int]:
        """Channels, height and width that the net is fed; pictures are brought to that size."""
        return _net.INPUT_SHAPE

    @property
    def output_shape(self) -> Tuple[int, int, int]:
        """Channels, height and width of what ``run`` gives."""
        return _net.OUTPUT_SHAPE

    @property
    def classes(self) -> Tuple[str, ...]:
        """The names of what the net tells apart, in the order of their numbers; none of a net for one thing."""
        return _net.CLASSES

    @property
    def target(self) -> str:
        """The kind of processor whose kernels are used, such as ``x86-64-v3``."""
        return _library.target_name()

    @property
    def threads(self) -> int:
        """How many threads compute."""
        return self._threads

    @property
    def threshold(self) -> Optional[float]:
        """From which probability on a pixel counts, as trained; None of a net that needs none."""
        return _net.THRESHOLD

    def __repr__(self) -> str:
        threads = f"{self._threads} thread{'' if self._threads == 1 else 's'}"
        return f"<{__name__}.Net {list(_net.INPUT_SHAPE)} to {list(_net.OUTPUT_SHAPE)}, {self.target}, {threads}>"

    def __reduce__(self) -> Any:
        return load, self._made

    @overload
    def segment(
        self, picture: Sequence[Any], *, order: str = ..., threshold: Optional[float] = ...,
        out: Optional[Sequence[Bytes]] = ..., tiles: bool = ...,
    ) -> List[Bytes]: ...

    @overload
    def segment(
        self, picture: Any, *, order: str = ..., threshold: Optional[float] = ..., out: Optional[Bytes] = ...,
        tiles: bool = ...,
    ) -> Bytes: ...

    def segment(
        self, picture: Any, *, order: str = "RGB", threshold: Optional[float] = None, out: Any = None,
        tiles: bool = False,
    ) -> Any:
        """The mask of a picture, in the picture's size; a list of masks of several pictures.

        picture: uint8, uint16 or float32, ``[height, width]``, ``[height, width, 3]`` or ``[height, width, 4]`` (alpha is
            left out), or as many channels as the net takes; an image of Pillow; or a list or ``[n, height, width,
            channels]`` of them. Rows may lie anywhere, such as in a part of another array, or upside down: nothing is
            copied as long as the numbers of a row lie side by side.
        order: of the channels, "RGB" or "BGR", as OpenCV has them.
        threshold: from which probability on a pixel counts; as trained, unless it is said.
        out: an array for the mask, such as a part of another one.
        tiles: compute a large picture at its own resolution, tile by tile, in place of one that is brought to the net's
            size: what the net compiled at the picture's size would say, in every bit. Raises Error for nets that cannot
            be computed so.

        The mask's bytes: UNETC_MASK_MEANING.
        """
        if is_several(picture):
            outs = [None] * len(picture) if out is None else list(out)
            if len(outs) != len(picture):
                raise ValueError(f"expected {len(picture)} arrays in out, found {len(outs)}")
            return [
                self.segment(p, order=order, threshold=threshold, out=o, tiles=tiles) for p, o in zip(picture, outs)
            ]
        pixels = Pixels(picture, order)
        _check_threshold(threshold)
        channels = _net.MASK_CHANNELS
        shape = (pixels.height, pixels.width) if channels == 1 else (pixels.height, pixels.width, channels)
        mask = np.empty(shape, np.uint8) if out is None else check_mask(out, shape)
        if tiles:
            self._segment_tiles(pixels, threshold, mask, None)
        else:
            self._segment(pixels, threshold, address(mask), row_stride(mask), None)
        return mask

    @overload
    def probabilities(self, picture: Sequence[Any], *, order: str = ..., tiles: bool = ...) -> List[Floats]: ...

    @overload
    def probabilities(self, picture: Any, *, order: str = ..., tiles: bool = ...) -> Floats: ...

    def probabilities(self, picture: Any, *, order: str = "RGB", tiles: bool = False) -> Any:
        """UNETC_VALUE_MEANING, of each pixel: ``[channels, height, width]`` in the picture's size; a list of them of
        several pictures. Pictures, order and tiles are as for ``segment``."""
        if is_several(picture):
            return [self.probabilities(p, order=order, tiles=tiles) for p in picture]
        pixels = Pixels(picture, order)
        values = np.empty((_net.OUTPUT_SHAPE[0], pixels.height, pixels.width), np.float32)
        if tiles:
            self._segment_tiles(pixels, None, None, values)
        else:
            self._segment(pixels, None, None, 0, address(values))
        return values

    def run(self, inputs: Floats) -> Floats:
        """The net's output of inputs as it is fed them: float32, ``[n, channels, height, width]`` in and out. Nothing is
        resized, normalised or decided; outputs are logits."""
        array = np.asarray(inputs)
        if array.dtype != np.float32 or array.ndim != 4 or array.shape[1:] != _net.INPUT_SHAPE:
            raise ValueError(f"expected inputs {text(np.float32, ('n',) + _net.INPUT_SHAPE)}, found {described(array)}")
        array = np.ascontiguousarray(array)
        outputs = np.empty((len(array),) + _net.OUTPUT_SHAPE, np.float32)
        if len(array):
            with self._lock:
                self._start()
                _check(_library.run(self._arena_address, address(array), address(outputs), len(array)))
        return outputs

    # What the lock is held for.

    def _segment(
        self, pixels: Pixels, threshold: Optional[float], mask: Optional[int], mask_stride: int, values: Optional[int]
    ) -> None:
        with self._lock:
            self._start()
            self._set_threshold(threshold)
            size = (pixels.width, pixels.height)
            arguments = (pixels.address, *size, pixels.stride, pixels.format, mask, mask_stride, values)
            error = _library.segment_values(self._arena_address, *arguments)
            if error == _library.ERROR_PICTURE:
                self._make(_library.arena_bytes_for_picture(self._threads, *size, pixels.format))
                self._serve()
                self._set_threshold(threshold)
                error = _library.segment_values(self._arena_address, *arguments)
        _check(error)

    def _segment_tiles(
        self, pixels: Pixels, threshold: Optional[float], mask: Optional[Bytes], values: Optional[Floats]
    ) -> None:
        """Rows go from the picture to the library, and from there to where they belong."""
        start, stride, size = pixels.address, pixels.stride, (pixels.width, pixels.height)
        mask_place = 0 if mask is None else address(mask)
        mask_stride = 0 if mask is None else row_stride(mask)
        mask_row = pixels.width * _net.MASK_CHANNELS
        value_place, value_row = 0 if values is None else address(values), 4 * pixels.width

        def read(_: Any, row: int) -> int:
            return start + row * stride

        def write(_: Any, row: int, found: int, numbers: int) -> int:
            if mask is not None:
                ctypes.memmove(mask_place + row * mask_stride, found, mask_row)
            if values is not None:
                for channel in range(len(values)):
                    place = value_place + (channel * pixels.height + row) * value_row
                    ctypes.memmove(place, numbers + channel * value_row, value_row)
            return 0

        rows = _library.Rows(_library.Rows.READ(read), _library.Rows.WRITE(write))
        needed = _library.arena_bytes_for_tiles(self._threads, *size, pixels.format)
        if needed == 0:
            raise Error(_library.error_text(_library.ERROR_NO_TILES))
        with self._lock:
            self._start()
            if needed > self._tile_bytes:
                self._make(needed, _library.init_for_tiles)
                self._tile_bytes = needed
                self._serve()
            self._set_threshold(threshold)
            error = _library.segment_tiles(self._arena_address, *size, pixels.format, ctypes.byref(rows))
        _check(error)

    def _set_threshold(self, threshold: Optional[float]) -> None:
        wanted = _net.THRESHOLD if threshold is None else threshold
        if wanted != self._threshold and _library.set_threshold is not None:
            _check(_library.set_threshold(self._arena_address, wanted))
            self._threshold = wanted

    def _make(self, count: int, init: Any = _library.init) -> None:
        """Makes the net in new memory of so many bytes."""
        if count == 0:
            raise Error(_library.error_text(_library.ERROR_PICTURE if self.target else _library.ERROR_PROCESSOR))
        arena = np.empty(count, np.uint8)
        weights = self._weights
        place = None if weights is None else address(weights)
        size = 0 if weights is None else weights.nbytes
        _check(init(address(arena), count, self._threads, place, size))
        self._arena = arena
        self._arena_address = address(arena)
        self._threshold = _net.THRESHOLD
        # What the memory has for tiles.
        self._tile_bytes = 0

    def _start(self) -> None:
        """Starts the threads, where they do not run yet: a child that was forked has none."""
        if self._pool is not None or self._threads == 1:
            return
        pool = _library.threads_create(self._threads)
        if not pool:
            raise Error(f"the system does not start {self._threads} threads: load(threads=1) takes none")
        self._pool = pool
        self._serve()

    def _serve(self) -> None:
        if self._pool is not None:
            _check(_library.threads_serve(self._pool, self._arena_address))

    def _was_forked(self) -> None:
        """The threads are the parent's, and one of them may have held the lock."""
        self._pool = None
        self._lock = threading.Lock()

    def __del__(self, destroy: Any = _library.threads_destroy) -> None:
        if self._pool is not None:
            destroy(self._pool)
            self._pool = None


def _check_threshold(threshold: Optional[float]) -> None:
    if threshold is None:
        return
    if _net.THRESHOLD is None:
        raise ValueError(f"expected no threshold, which this net does not decide by, found {threshold}")
    if not 0 < threshold < 1:
        raise ValueError(f"expected a threshold between 0 and 1, found {threshold}")


def _check(error: int) -> None:
    if error:
        raise Error(_library.error_text(error))


_nets: weakref.WeakSet[Net] = weakref.WeakSet()


def _tell_nets() -> None:
    for net in list(_nets):
        net._was_forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_tell_nets)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
