"""A clip drawn upright from its planes onto the planes of a frame, without RGBA between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.clips import device_box, split_clips
from velocity_engine.composite.extents import Extents
from velocity_engine.composite.pictures import level_for, picture_map
from velocity_engine.composite.plane_axes import ClipAxis, ClipSide, FrameSide, PlaneAxis, chroma_end, clip_axis
from velocity_engine.composite.rects import Rect, intersection
from velocity_engine.display import DrawCommand, VideoSource

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]


@dataclass(frozen=True, slots=True, eq=False)
class UprightClip:
    """A clip whose edges lie along the rows and columns of a frame of ``size`` pixels."""

    columns: ClipAxis
    rows: ClipAxis
    size: tuple[int, int]

    @property
    def rect(self) -> Rect:
        """The pixels that the clip covers any of."""
        columns, rows = self.columns.luma, self.rows.luma
        return (columns.start, rows.start, columns.start + len(columns.first), rows.start + len(rows.first))

    @property
    def area(self) -> int:
        return len(self.columns.luma.first) * len(self.rows.luma.first)

    def hides(self, rect: Rect) -> bool:
        """Whether what is below the clip is not seen in ``rect`` and in the chroma of the pixels right of it."""
        return self.columns.hides(rect[0], rect[2], self.size[0]) and self.rows.hides(rect[1], rect[3], self.size[1])

    def draw(self, source: Planes, target: Planes, rect: Rect) -> None:
        """Lays the planes ``source`` of the clip over ``target`` inside ``rect``, whose corners are even, and in the
        chroma of the pixels right of it."""
        x0, y0, x1, y1 = rect
        chroma = (x0 // 2, y0 // 2, chroma_end(x1, self.size[0]), (y1 + 1) // 2)
        _lay(source[0], target[0], self.columns.luma, self.rows.luma, rect)
        for one, other in zip(source[1:], target[1:], strict=True):
            _lay(one, other, self.columns.chroma, self.rows.chroma, chroma)


def upright_clip(
    command: DrawCommand, source: VideoSource, size: tuple[int, int], extents: Extents
) -> UprightClip | None:
    """A clip as it lies on a frame of ``size`` pixels. None where it is not upright, is clipped at an angle, or is
    drawn so small that many pixels go into one."""
    extent = extents.command(command)
    bounds, rest = split_clips(command.clips, extent) if extent else (None, [])
    seen = intersection(bounds, (0, 0, *size)) if bounds else None
    width, height = source.reader.width, source.reader.height
    window = source.window or (0.0, 0.0, float(width), float(height))
    back = picture_map(source.width, source.height, window, command.matrix)
    boxes = [device_box(clip) for clip in rest]
    if seen is None or None in boxes or back is None or max(abs(back[1]), abs(back[2])) >= 1e-9:
        return None
    across = tuple((box[0], box[2]) for box in boxes if box)
    down = tuple((box[1], box[3]) for box in boxes if box)
    level = level_for(back, width, height)
    a, _, _, d, e, f = back
    wide, high = ClipSide((window[0], window[2]), width, level), ClipSide((window[1], window[3]), height, level)
    columns = clip_axis(a, e, wide, FrameSide(size[0], (seen[0], seen[2]), across, across=True))
    rows = clip_axis(d, f, high, FrameSide(size[1], (seen[1], seen[3]), down, across=False))
    return UprightClip(columns, rows, size) if columns and rows else None


def _lay(source: Plane, target: Plane, columns: PlaneAxis, rows: PlaneAxis, rect: Rect) -> None:
    whole = (columns.full[0], rows.full[0], columns.full[1], rows.full[1])
    there = (columns.start, rows.start, columns.start + len(columns.first), rows.start + len(rows.first))
    if whole == there and columns.shift is not None and rows.shift is not None:
        part = intersection(rect, whole)
        if part is not None:
            x0, y0, x1, y1 = part
            across, down = columns.shift, rows.shift
            target[y0:y1, x0:x1] = source[y0 + down : y1 + down, x0 + across : x1 + across]
        return
    from velocity_engine.kernels.pictures.scale_plane import scale_plane

    scale_plane(
        source,
        target,
        *(columns.first, columns.weights, columns.cover),
        *(rows.first, rows.weights, rows.cover),
        *(columns.start, rows.start, *rect),
        whole == there,
    )
