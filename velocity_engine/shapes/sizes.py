"""How many points the paths of shape items have at most, known before the first frame.

What measures paths takes time by their points, and modifiers may stand below each other: a document says how many
with a few characters.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from velocity_engine.model.properties import Property, Vector
from velocity_engine.model.shapes import OffsetPath, PathShape, Polystar, Repeater, RoundCorners, ShapeItem, ZigZag
from velocity_engine.shapes.primitives import MAX_STAR_POINTS
from velocity_engine.shapes.repeater import MAX_COPIES
from velocity_engine.shapes.zigzag import MAX_RIDGES, MAX_VERTICES

_ELLIPSE_OR_RECTANGLE = 8
_OFFSET = 3  # a join and a part of the other side for each vertex


def largest(number: Property[Vector]) -> float:
    """The largest value that a number of the document and its keyframes have."""
    return max(value[0] for value in (number.value, *(key.value for key in number.keyframes)))


def most(number: Property[Vector], bound: int) -> int:
    """The largest value that a number of the document takes, ``bound`` where only an expression would tell."""
    if number.expression is not None:
        return bound
    found = largest(number)
    return bound if not math.isfinite(found) else min(max(math.floor(found + 0.5), 0), bound)


def vertices_of(item: ShapeItem) -> int:
    """Vertices of a path, an ellipse, a rectangle or a star, at most."""
    if isinstance(item, PathShape):
        return max(len(bezier.vertices) for bezier in (item.path.value, *(key.value for key in item.path.keyframes)))
    if isinstance(item, Polystar):
        return 2 * most(item.points, MAX_STAR_POINTS)
    return _ELLIPSE_OR_RECTANGLE


def vertices_after(item: ShapeItem, vertices: int) -> int:
    """How many of so many vertices are at most after a modifier of single paths or a repeater."""
    if isinstance(item, RoundCorners):
        return 2 * vertices
    if isinstance(item, OffsetPath):
        return _OFFSET * vertices
    if isinstance(item, ZigZag):
        return max(vertices, min((most(item.frequency, MAX_RIDGES) + 1) * vertices, MAX_VERTICES))
    if isinstance(item, Repeater):
        return most(item.copies, MAX_COPIES) * vertices
    return vertices


class VertexAllowance:
    """How many vertices the modifiers of one kind may still take in a layer; once one finds no room, none does.

    ``full`` is called with the first that finds none.
    """

    def __init__(self, bound: int, full: Callable[[ShapeItem], None]) -> None:
        self._left, self._full = bound, full
        self._is_full = False

    def takes(self, vertices: int, item: ShapeItem) -> bool:
        if not self._is_full and vertices <= self._left:
            self._left -= vertices
            return True
        if not self._is_full:
            self._is_full = True
            self._full(item)
        return False
