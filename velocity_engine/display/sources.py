"""What a command draws by itself: paths, pictures and frames of clips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display.paints import Paint
from velocity_engine.model.digests import Digest, Digested, digest_of, written
from velocity_engine.model.geometry import MAX_WRITTEN, Path
from velocity_engine.model.shapes import Cap, FillRule, Join


@dataclass(frozen=True, slots=True, eq=False)
class FillSource(Digested):
    """The inside of a path. Open contours are closed by a straight line.

    Attributes:
        path: The path, in the command's coordinates.
        paint: The colour or gradient.
        rule: What counts as inside where contours overlap.
    """

    path: Path
    paint: Paint
    rule: FillRule = FillRule.NON_ZERO

    def _content(self) -> tuple[Any, ...]:
        return ("fill", self.path.name, self.paint.name, self.rule.value)

    @property
    def name(self) -> bytes:
        return written(self._content()) if len(self.path.points) <= MAX_WRITTEN else self.digest


@dataclass(frozen=True, slots=True, eq=False)
class StrokeSource(Digested):
    """The outline of a path. All lengths are in the path's coordinates.

    Attributes:
        path: The path, in the command's coordinates.
        paint: The colour or gradient.
        width: The width of the pen. A matrix that is not uniform makes the pen oval.
        cap: How the ends of open lines look.
        join: How corners look.
        miter_limit: The longest miter, in widths. Sharper corners are cut off.
        dashes: The lengths of dash, gap, dash, gap and so on. It is empty for a whole line.
        dash_offset: How far into the dashes the line begins.
    """

    path: Path
    paint: Paint
    width: float
    cap: Cap = Cap.BUTT
    join: Join = Join.MITER
    miter_limit: float = 4.0
    dashes: tuple[float, ...] = ()
    dash_offset: float = 0.0

    def _content(self) -> tuple[Any, ...]:
        line = (self.width, self.cap.value, self.join.value, self.miter_limit, self.dashes, self.dash_offset)
        return ("stroke", self.path.name, self.paint.name, *line)

    @property
    def name(self) -> bytes:
        return written(self._content()) if len(self.path.points) <= MAX_WRITTEN else self.digest


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture. Make one with the function ``picture``.

    Attributes:
        pixels: (h, w, 4) uint8, premultiplied RGBA, C-contiguous. They must never be written to again.
        opaque: Whether every alpha is 255.
        digest: The digest of the pixels. By it, the compositor keeps smaller copies for minification.
    """

    pixels: NDArray[np.uint8]
    opaque: bool
    digest: Digest


class FrameReader(Protocol):
    """A clip from which the compositor reads frames.

    Several threads may call it at the same time. The calls are mostly in rising order, but any order returns the exact
    frame.

    Attributes:
        width: The width of a frame in pixels.
        height: The height of a frame in pixels.
        digest: The digest of the clip's content.
        frame_count: The number of frames.
        seconds: The length of the clip.
    """

    width: int
    height: int
    digest: Digest
    frame_count: int
    seconds: float

    def read(self, index: int) -> NDArray[np.uint8]:
        """Returns one frame: (height, width, 4) uint8, premultiplied RGBA. It must not be written to.

        Args:
            index: The number of the frame, from 0 to ``frame_count`` - 1.
        """
        ...

    def index_at(self, seconds: float) -> int:
        """Returns the index of the frame that is shown at a moment of the clip.

        Args:
            seconds: The moment. Before the clip the first frame is shown, and after it the last one.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ImageSource(Digested):
    """A picture that fills the rectangle (0, 0, width, height) of the command's coordinates.

    Attributes:
        picture: The picture.
        width: The width of the rectangle.
        height: The height of the rectangle.
        window: (x0, y0, x1, y1): the part of the picture that is shown, in pixels of the picture. None for all of it.
    """

    picture: Picture
    width: float
    height: float
    window: tuple[float, float, float, float] | None = None

    def _content(self) -> tuple[Any, ...]:
        return ("image", self.picture.digest, self.width, self.height, self.window)


@dataclass(frozen=True, slots=True, eq=False)
class VideoSource(Digested):
    """A frame of a clip that fills the rectangle (0, 0, width, height) of the command's coordinates.

    Its pixels are read when it is composited.

    Attributes:
        reader: The clip.
        index: The number of the frame, as ``reader.index_at`` returns it.
        width: The width of the rectangle.
        height: The height of the rectangle.
        window: (x0, y0, x1, y1): the part of the frame that is shown, in pixels of the clip. None for all of it.
    """

    reader: FrameReader
    index: int
    width: float
    height: float
    window: tuple[float, float, float, float] | None = None

    def _content(self) -> tuple[Any, ...]:
        return ("video", self.reader.digest, self.index, self.width, self.height, self.window)


def picture(pixels: NDArray[np.uint8]) -> Picture:
    """Returns a picture with its digest.

    Args:
        pixels: (h, w, 4) uint8, premultiplied RGBA. They must not be written to afterwards.
    """
    pixels = np.ascontiguousarray(pixels)
    return Picture(pixels, bool((pixels[..., 3] == 255).all()), digest_of("picture", pixels.shape, pixels))
