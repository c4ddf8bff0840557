"""A clip that fills the frame as it is stays in YUV: only what other commands cover is turned into RGBA and drawn over.

Whether a display list has such a clip, and what is covered, follow from the list alone, so every executor draws the
same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.clips import split_clips
from velocity_engine.composite.extents import Extents
from velocity_engine.composite.rects import Rect, grown, intersection
from velocity_engine.display import DisplayList, DrawCommand, VideoSource
from velocity_engine.model.geometry import IDENTITY
from velocity_engine.model.layers import BlendMode

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
CHROMA_REACH = 2.0  # pixels beyond a covered one whose chroma it takes part in


@runtime_checkable
class PlanarReader(Protocol):
    """A reader of clips that can give a frame as it is encoded."""

    def read_yuv(self, index: int) -> Planes | None:
        """y, u, v of 8-bit 4:2:0, BT.709, limited range, left-sited; None where the clip is of another kind."""
        ...


@dataclass(frozen=True, slots=True)
class PlanarGround:
    """``planes`` of the clip; ``above`` is the index of the first command over it, ``covered`` where those draw, in
    disjoint or overlapping rectangles."""

    planes: Planes
    above: int
    covered: tuple[Rect, ...]


def planar_ground(display: DisplayList, extents: Extents) -> PlanarGround | None:
    """The clip that hides all below it and fills ``display`` pixel by pixel, where the list has one."""
    whole = (0, 0, display.width, display.height)
    for index in range(len(display.commands) - 1, -1, -1):
        command = display.commands[index]
        source = command.source
        if isinstance(source, VideoSource) and _fills(command, source, whole):
            reader = source.reader
            planes = reader.read_yuv(source.index) if isinstance(reader, PlanarReader) else None
            return None if planes is None else PlanarGround(planes, index + 1, _covered(display, index + 1, extents))
    return None


def _fills(command: DrawCommand, source: VideoSource, whole: Rect) -> bool:
    _, _, width, height = whole
    return (
        (source.reader.width, source.reader.height) == (width, height)
        and (source.width, source.height) == (width, height)
        and source.window in (None, (0.0, 0.0, width, height))
        and command.matrix == IDENTITY
        and command.opacity >= 1.0
        and command.blend is BlendMode.NORMAL
        and not (command.effects or command.masks or command.matte is not None)
        and (not command.clips or split_clips(command.clips, whole) == (whole, []))
    )


def _covered(display: DisplayList, above: int, extents: Extents) -> tuple[Rect, ...]:
    whole = (0, 0, display.width, display.height)
    reach = (CHROMA_REACH,) * 4
    found = []
    for command in display.commands[above:]:
        extent = extents.command(command)
        rect = intersection(grown(extent, *reach), whole) if extent else None
        if rect is not None:
            found.append(rect)
    return tuple(found)
