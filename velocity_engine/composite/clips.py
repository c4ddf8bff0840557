"""Clips as whole pixels where they are that, which needs no coverage."""

from __future__ import annotations

import math
from functools import lru_cache

from velocity_engine.composite.extents import MAX_KEPT, clip_extent
from velocity_engine.composite.rects import Rect, contains, intersection
from velocity_engine.display import Clip

SNAP = 1.0 / 512.0  # pixels; a clip's edge nearer to a pixel's edge than that lies on it


def split_clips(clips: tuple[Clip, ...], extent: Rect) -> tuple[Rect | None, list[Clip]]:
    """A rectangle of whole pixels, and the clips that must be drawn as coverage, that together cut what lies in
    ``extent`` as ``clips`` do. None when nothing is left.
    """
    rest: list[Clip] = []
    left: Rect | None = extent
    for clip in clips:
        outer = clip_extent(clip)
        left = intersection(left, outer) if left and outer else None
        if left is None:
            return None, []
        inner = _whole_pixels(clip)
        if inner is not None and not contains(inner, left):
            exact = _snapped(clip)
            if exact is None:
                rest.append(clip)
            else:
                left = intersection(left, exact)
                if left is None:
                    return None, []
        elif inner is None:
            rest.append(clip)
    return left, rest


def device_box(clip: Clip) -> tuple[float, float, float, float] | None:
    """The clip as an upright box on the device; None when it is turned or skewed."""
    a, b, c, d, e, f = clip.matrix
    x0, y0, x1, y1 = clip.box
    size = max(abs(x0), abs(x1), abs(y0), abs(y1))
    if abs(b) * size < SNAP and abs(c) * size < SNAP:
        xs, ys = (a * x0 + e, a * x1 + e), (d * y0 + f, d * y1 + f)
    elif abs(a) * size < SNAP and abs(d) * size < SNAP:
        xs, ys = (c * y0 + e, c * y1 + e), (b * x0 + f, b * x1 + f)
    else:
        return None
    return (min(xs), min(ys), max(xs), max(ys))


@lru_cache(maxsize=MAX_KEPT)
def _whole_pixels(clip: Clip) -> Rect | None:
    """The pixels that lie wholly in an upright clip (it may be empty: x0 >= x1); None for a turned one."""
    box = device_box(clip)
    if box is None or not all(abs(v) < 1e8 for v in box):
        return None
    return (
        math.ceil(box[0] - SNAP),
        math.ceil(box[1] - SNAP),
        math.floor(box[2] + SNAP),
        math.floor(box[3] + SNAP),
    )


@lru_cache(maxsize=MAX_KEPT)
def _snapped(clip: Clip) -> Rect | None:
    """The clip as whole pixels when each of its edges lies on pixel edges; else None."""
    box = device_box(clip)
    if box is None or not all(abs(v - round(v)) <= SNAP for v in box):
        return None
    return (round(box[0]), round(box[1]), round(box[2]), round(box[3]))
