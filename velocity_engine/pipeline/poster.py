"""Drawing the poster of a render: one frame, by the compositor of the video, before the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from velocity_engine.display import DisplayList
from velocity_engine.order import Poster


@dataclass(frozen=True, slots=True)
class VideoPoster:
    """The poster of a video, and what returns the display list of the frame that it shows."""

    poster: Poster
    display_list: Callable[[], DisplayList]


def write_poster(poster: VideoPoster, size: tuple[int, int], path: Path) -> None:
    """Draws and writes a poster.

    Args:
        poster: The poster.
        size: (width, height) of the video in pixels.
        path: The file to write.
    """
    path.write_bytes(poster_file(poster, size))


def poster_file(poster: VideoPoster, size: tuple[int, int]) -> bytes:
    """Draws a poster and returns its file.

    Args:
        poster: The poster.
        size: (width, height) of the picture in pixels.
    """
    from velocity_engine.composite import Compositor
    from velocity_engine.kernels.pixels.unpremultiply import to_straight
    from velocity_engine.stills.picture_file import picture_file

    canvas = np.zeros((size[1], size[0], 4), np.uint8)
    Compositor().draw(poster.display_list(), canvas)
    to_straight(canvas)
    return picture_file(canvas, poster.poster.format)
