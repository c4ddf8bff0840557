"""Paints: one colour, or a gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.digests import Digested, written
from velocity_engine.model.shapes import GradientKind

RGBA = tuple[float, float, float, float]
CLEAR: RGBA = (0.0, 0.0, 0.0, 0.0)
COLOR_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$",
    "examples": ["#ff8800", "#ff880080"],
}
"""The JSON schema of a colour in the data of a layer plugin. ``rgba`` reads it."""


@dataclass(frozen=True, slots=True)
class SolidPaint(Digested):
    """One colour.

    Attributes:
        color: Straight RGBA, 0 to 1.
    """

    color: RGBA

    def _content(self) -> tuple[Any, ...]:
        return ("solid", self.color)

    @property
    def name(self) -> bytes:
        return written(self._content())


@dataclass(frozen=True, slots=True, eq=False)
class GradientPaint(Digested):
    """A gradient in the coordinates of its command's path.

    Attributes:
        kind: LINEAR runs from ``start`` to ``end``. RADIAL is a circle about ``start`` through ``end``.
        start: (x, y) of the start of the line, or of the centre of the circle.
        end: (x, y) of the end of the line, or of a point of the circle.
        focal: (x, y) of the focal point of a RADIAL gradient. It is equal to ``start`` where there is no highlight.
        stops: (n, 5) float64. Each row is offset, r, g, b, a (straight). Offsets ascend from 0 to 1: the first row has
            0 and the last one has 1.
    """

    kind: GradientKind
    start: tuple[float, float]
    end: tuple[float, float]
    focal: tuple[float, float]
    stops: NDArray[np.float64]

    def _content(self) -> tuple[Any, ...]:
        return ("gradient", self.kind.name, self.start, self.end, self.focal, self.stops)


Paint = SolidPaint | GradientPaint


def rgba(text: str) -> RGBA:
    """Returns a colour that data writes as ``#rrggbb`` or ``#rrggbbaa``.

    Args:
        text: The colour. ``COLOR_SCHEMA`` is the JSON schema of such texts.

    Raises:
        ValueError: It is no such text.
    """
    parts = [part / 255 for part in bytes.fromhex(text.removeprefix("#"))]
    if len(parts) not in (3, 4):
        raise ValueError(f"{text!r} is no colour")
    return (parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else 1.0)
