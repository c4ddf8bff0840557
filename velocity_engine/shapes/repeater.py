"""Repeater: copies of what stands above it, each one step of the transform further.

Counts and opacities as in After Effects (and Skottie, which follows it): a broken number of copies is rounded, and the
opacity ramp never quite reaches its end value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from velocity_engine.model.geometry import Matrix, multiply, rotation, scaling, translation

MAX_COPIES = 1000


@dataclass(frozen=True, slots=True)
class Repetition:
    """A repeater's values at one frame: pixels, degrees, factors of 1, and opacities 0..1."""

    copies: int
    offset: float
    anchor: tuple[float, float]
    position: tuple[float, float]
    scale: tuple[float, float]
    angle: float
    start_opacity: float
    end_opacity: float

    def matrix(self, index: int) -> Matrix:
        """Of copy ``index``; broken and negative numbers of steps are allowed."""
        steps = self.offset + index
        ax, ay = self.anchor
        matrix = translation(self.position[0] * steps + ax, self.position[1] * steps + ay)
        matrix = multiply(matrix, rotation(self.angle * steps))
        matrix = multiply(matrix, scaling(_power(self.scale[0], steps), _power(self.scale[1], steps)))
        return multiply(matrix, translation(-ax, -ay))

    def opacity(self, index: int) -> float:
        if self.copies < 2:
            return self.start_opacity
        return self.start_opacity + (self.end_opacity - self.start_opacity) * index / self.copies


def copy_count(copies: float) -> int:
    return math.floor(min(max(copies, 0.0), float(MAX_COPIES)) + 0.5)


def _power(factor: float, steps: float) -> float:
    """``factor`` to the power of ``steps``, within what coordinates can hold. A mirror turns at half a step."""
    if factor == 1.0:
        return 1.0
    if factor == 0.0:
        return 1.0 if steps == 0.0 else 0.0
    size = math.exp(min(steps * math.log(abs(factor)), 30.0))
    return -size if factor < 0.0 and math.floor(steps + 0.5) % 2 else size
