"""The pictures that try a picture layer out. They are computed, so that they are the same everywhere: a grid of squares
whose colours say which part is seen, a frame that shows what is cut, and a disc that shows what is stretched.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

SHORT, LONG = 360, 1080  # pixels of the sides
SQUARE, FRAME = 60, 12
FRAME_COLOR, DISC_COLOR = (255, 64, 129), (255, 255, 255)


def pictures() -> Mapping[str, Pixels]:
    """Returns pictures by what is unusual of them: (height, width, 4) uint8, RGBA with straight alpha."""
    return {
        "tall": _chart(SHORT, LONG),
        "wide": _chart(LONG, SHORT),
        "transparent": _transparent(SHORT * 2),
    }


def _chart(width: int, height: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.empty((height, width, 4), np.uint8)
    light = 40 * ((x // SQUARE + y // SQUARE) % 2)
    pixels[..., 0] = 40 + light + 120 * x // width
    pixels[..., 1] = 60 + light + 120 * y // height
    pixels[..., 2] = 150 + light - 90 * x // width
    pixels[..., 3] = 255
    edge = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    pixels[edge < FRAME, :3] = FRAME_COLOR
    pixels[_ring(x, y, width, height, min(width, height) * 0.36), :3] = DISC_COLOR
    return pixels


def _ring(x: NDArray[np.int_], y: NDArray[np.int_], width: int, height: int, radius: float) -> NDArray[np.bool_]:
    distance = (2 * x + 1 - width) ** 2 + (2 * y + 1 - height) ** 2  # of twice the coordinates: whole numbers
    across: NDArray[np.bool_] = (distance < (2 * radius) ** 2) & (distance > (1.7 * radius) ** 2)
    return across


def _transparent(side: int) -> Pixels:
    """Clear in the corners, opaque in the middle, and half of it between."""
    pixels = _chart(side, side)
    y, x = np.mgrid[0:side, 0:side]
    distance = ((2 * x + 1 - side) ** 2 + (2 * y + 1 - side) ** 2) // 4
    pixels[..., 3] = np.where(distance < (side * 3 // 10) ** 2, 255, np.where(distance < (side // 2) ** 2, 128, 0))
    return pixels
