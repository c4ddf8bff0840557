"""Draws a template by thorvg. It leaves out the texts of the benchmarks' templates: it reads no CFF fonts."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import thorvg_python as thorvg
from numpy.typing import NDArray


@cache
def _engine(threads: int) -> Any:
    """One for all players, which must not end before them."""
    return thorvg.Engine(threads=threads)


class ThorvgPlayer:
    """One animation on a picture of one size. ``threads``: beside the one that asks for a frame.

    Raises RuntimeError where thorvg cannot read the document.
    """

    def __init__(self, document: str, size: tuple[int, int], *, threads: int = 0) -> None:
        engine = _engine(threads)
        self._canvas = thorvg.SwCanvas(engine)
        self._canvas.set_target(*size, cs=thorvg.Colorspace.ARGB8888)
        self._pixels: NDArray[np.uint8] = np.frombuffer(self._canvas.buffer_arr, np.uint8).reshape(size[1], size[0], 4)
        self._animation: Any = thorvg.LottieAnimation(engine)
        picture = self._animation.get_picture()
        if picture.load_data(document.encode() + b"\0", "lottie", None, True) != thorvg.Result.SUCCESS:
            raise RuntimeError("thorvg cannot read the document")
        picture.set_size(*map(float, size))
        self._canvas.add(picture)

    @property
    def frame_count(self) -> int:
        return int(self._animation.get_total_frame()[1])

    def draw(self, frame: int) -> NDArray[np.uint8]:
        """(h, w, 4) uint8, premultiplied BGRA; it holds until the next frame is drawn."""
        self._animation.set_frame(float(frame))
        self._canvas.update()
        self._canvas.draw(True)
        self._canvas.sync()
        return self._pixels
