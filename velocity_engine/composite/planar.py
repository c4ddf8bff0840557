"""A clip that lies upright stays in YUV: what is below and above it is drawn in RGBA, apart, and only where it shows is
it turned into YUV and laid below and over the clip's planes.

Which clip of a display list that is follows from the list alone, so every executor draws the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeGuard

from velocity_engine.composite.extents import Extents
from velocity_engine.composite.occlusion import first_seen
from velocity_engine.composite.planar_clip import Planes, UprightClip, upright_clip
from velocity_engine.display import DisplayList, DrawCommand, FrameReader, VideoSource
from velocity_engine.model.layers import BlendMode


class PlanarReader(FrameReader, Protocol):
    """A reader of clips that can give a frame as it is encoded."""

    def read_yuv(self, index: int) -> Planes | None:
        """y, u, v of 8-bit 4:2:0, BT.709, limited range, left-sited; None where the clip is of another kind."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class PlanarClip:
    """The command at ``index`` of a display list: ``planes`` of a clip, and how it lies (``upright``). ``fills``
    when nothing else of the frame is seen but what is above."""

    index: int
    planes: Planes
    upright: UprightClip
    fills: bool


def planar_clip(display: DisplayList, extents: Extents) -> PlanarClip | None:
    """The largest clip of ``display`` that can stay in YUV, over which nothing blends other than by its alpha."""
    whole = (0, 0, display.width, display.height)
    best: tuple[int, int, VideoSource, UprightClip] | None = None
    for index in range(len(display.commands) - 1, -1, -1):
        command = display.commands[index]
        source = command.source
        if isinstance(source, VideoSource) and _plain(command) and _gives_planes(source.reader):
            upright = upright_clip(command, source, whole[2:], extents)
            if upright is not None and (best is None or upright.area > best[0]):
                best = (upright.area, index, source, upright)
            if upright is not None and upright.hides(whole):
                break
        if command.blend is not BlendMode.NORMAL:
            break
    if best is None:
        return None
    _, index, source, upright = best
    if first_seen(display.commands[index + 1 :], upright.rect) is not None or not _gives_planes(source.reader):
        return None
    planes = source.reader.read_yuv(source.index)
    return None if planes is None else PlanarClip(index, planes, upright, upright.hides(whole))


def _gives_planes(reader: FrameReader) -> TypeGuard[PlanarReader]:
    return hasattr(reader, "read_yuv")


def _plain(command: DrawCommand) -> bool:
    return (
        command.opacity >= 1.0
        and command.blend is BlendMode.NORMAL
        and not (command.effects or command.masks or command.matte is not None)
    )
