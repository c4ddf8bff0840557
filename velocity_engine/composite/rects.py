"""Rectangles of whole device pixels: (x0, y0, x1, y1), half-open, never empty; None stands for the empty one."""

from __future__ import annotations

import math
from collections.abc import Iterable

Rect = tuple[int, int, int, int]

FAR = 1 << 28  # coordinates are held within this, which no canvas reaches


def intersection(one: Rect, other: Rect) -> Rect | None:
    x0, y0, x1, y1 = one
    left, top, right, bottom = other
    if left > x0:  # four comparisons in place of min and max, which take twice as long
        x0 = left
    if top > y0:
        y0 = top
    if right < x1:
        x1 = right
    if bottom < y1:
        y1 = bottom
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def union(one: Rect | None, other: Rect | None) -> Rect | None:
    if one is None or other is None:
        return other if one is None else one
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def union_of(rects: Iterable[Rect | None]) -> Rect | None:
    total: Rect | None = None
    for rect in rects:
        total = union(total, rect)
    return total


def contains(outer: Rect, inner: Rect) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def grown(rect: Rect, left: float, top: float, right: float, bottom: float) -> Rect:
    """``rect`` moved out by so many pixels on each side, rounded up."""
    return (
        max(-FAR, rect[0] - math.ceil(min(left, FAR))),
        max(-FAR, rect[1] - math.ceil(min(top, FAR))),
        min(FAR, rect[2] + math.ceil(min(right, FAR))),
        min(FAR, rect[3] + math.ceil(min(bottom, FAR))),
    )


def pixels_of(x0: float, y0: float, x1: float, y1: float) -> Rect | None:
    """The pixels that a box covers any of, its edges rounded to 1/256 pixel as all drawing rounds them; None when there
    are none or an edge is not a number.
    """
    if not (x0 <= x1 and y0 <= y1):
        return None
    if x0 < -FAR or y0 < -FAR or x1 > FAR or y1 > FAR:
        x0, y0, x1, y1 = (min(max(edge, -FAR), FAR) for edge in (x0, y0, x1, y1))
    left, top, right, bottom = round(x0 * 256.0), round(y0 * 256.0), round(x1 * 256.0), round(y1 * 256.0)
    rect = (left >> 8, top >> 8, -(-right >> 8), -(-bottom >> 8))
    return rect if rect[0] < rect[2] and rect[1] < rect[3] else None
