"""Drawing pictures and frames of clips: smaller copies for minification, kept by content, and the map of the warp."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import partial
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.clip_frames import ClipFrames
from velocity_engine.composite.rects import Rect
from velocity_engine.composite.surface import Surface
from velocity_engine.display import Digest, ImageSource, VideoSource
from velocity_engine.kernels.pictures.smaller import smaller
from velocity_engine.kernels.pictures.warp import draw_image
from velocity_engine.model.geometry import Matrix, invert, multiply, scaling, translation

Pixels = NDArray[np.uint8]

FINEST = 2.0**28  # steps of the map's numbers: sums of products with pixel positions then have no rounding


class PictureLevels:
    """Copies of pictures at 1/2, 1/4, 1/8 ... of their size, rounded down, at most ``limit`` bytes, those not used for
    longest let go first.

    Level 0 is the picture itself. May be used by several threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._levels: OrderedDict[tuple[Digest, int], Pixels] = OrderedDict()
        self._lock = Lock()

    def level(self, digest: Digest, pixels: Pixels, level: int) -> Pixels:
        if level == 0:
            return pixels
        with self._lock:
            for known in range(level, 0, -1):
                found = self._levels.get((digest, known))
                if found is not None:
                    self._levels.move_to_end((digest, known))
                    break
            else:
                known, found = 0, pixels
            for step in range(known + 1, level + 1):
                found = smaller(found)
                self._keep((digest, step), found)
            return found

    def _keep(self, key: tuple[Digest, int], pixels: Pixels) -> None:
        self._levels[key] = pixels
        self._held += pixels.nbytes
        while self._held > self._limit and len(self._levels) > 1:
            _, gone = self._levels.popitem(last=False)
            self._held -= gone.nbytes


class PicturePainter:
    """Draws pictures; may be used by several threads."""

    def __init__(self, levels: PictureLevels, frames: ClipFrames) -> None:
        self._levels = levels
        self._frames = frames

    def draw(
        self, surface: Surface, source: ImageSource | VideoSource, matrix: Matrix, clip: Rect, opacity: float
    ) -> None:
        if isinstance(source, VideoSource):
            frame = self._frames.frame(source.reader, source.index)
            (width, height), at_level = frame.size, frame.level
        else:
            picture = source.picture
            height, width = picture.pixels.shape[:2]
            at_level = partial(self._levels.level, picture.digest, picture.pixels)
        window = source.window or (0.0, 0.0, float(width), float(height))
        back = picture_map(source.width, source.height, window, matrix)
        if back is None:
            return
        level = level_for(back, width, height)
        pixels = at_level(level)
        # Clips' copies have exactly half the size, those of pictures half of it rounded down.
        across = down = 0.5**level
        if isinstance(source, ImageSource):
            across, down = pixels.shape[1] / width, pixels.shape[0] / height
        scales = (across, down) * 3
        a, b, c, d, e, f = (round(v * scale * FINEST) / FINEST for v, scale in zip(back, scales, strict=True))
        x, y = surface.x, surface.y
        inverse = np.array((a, b, c, d, a * x + c * y + e, b * x + d * y + f))
        box = (clip[0] - x, clip[1] - y, clip[2] - x, clip[3] - y)
        draw_image(surface.pixels, pixels, inverse, np.array(window) * (across, down, across, down), *box, opacity)


def picture_map(
    width: float, height: float, window: tuple[float, float, float, float], matrix: Matrix
) -> Matrix | None:
    """The map from device pixels to pixels of the picture, of which ``window`` fills (0, 0, width, height) under
    ``matrix``.
    """
    if not (width > 0.0 and height > 0.0):
        return None
    back = invert(matrix)
    if back is None or not all(math.isfinite(v) and abs(v) < 1e12 for v in back):
        return None
    across, down = (window[2] - window[0]) / width, (window[3] - window[1]) / height
    return multiply(multiply(translation(window[0], window[1]), scaling(across, down)), back)


def level_for(back: Matrix, width: int, height: int) -> int:
    """How often to halve a picture that is drawn by the map ``back`` from device pixels to its own: so often that it is
    still as large as it is drawn, as Skia's mip levels; the two by two pixels of a sample then just miss none.
    """
    shrink = math.sqrt(abs(back[0] * back[3] - back[1] * back[2]))
    if not shrink > 1.0:
        return 0
    most = max(width, height).bit_length() - 1
    return max(0, min(most, math.floor(math.log2(shrink) + 1e-6)))
