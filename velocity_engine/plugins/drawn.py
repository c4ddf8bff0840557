"""Whether what a layer plugin drew can be drawn: commands whose numbers are all finite."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from velocity_engine.display import DrawCommand, FillSource, GroupSource, MeanSource, StrokeSource, commands_in
from velocity_engine.model.geometry import IDENTITY

MAX_PICTURES = 256  # of a mean: the sum of so many pixels fits into 16 bits


def drawing_fault(commands: Any) -> str | None:
    """What is wrong with what ``PreparedLayer.draw`` returned, as a sentence without a subject; None where nothing is.

    Args:
        commands: What it returned.
    """
    if not isinstance(commands, list | tuple):
        return f"draw returned {type(commands).__name__}: it must return a list of draw commands"
    return next((fault for entry in commands if (fault := _fault(entry)) is not None), None)


def _fault(entry: Any) -> str | None:
    if not isinstance(entry, DrawCommand):
        return f"draw returned {type(entry).__name__} in place of a DrawCommand"
    if not all(map(math.isfinite, entry.matrix)):
        return f"a matrix is not finite: {entry.matrix}"
    if not 0.0 <= entry.opacity <= 1.0:
        return f"an opacity is {entry.opacity}: it must be from 0 to 1"
    source = entry.source
    if isinstance(source, GroupSource | MeanSource):
        if entry.matrix != IDENTITY:
            return "the matrix of a group's command is not IDENTITY"
        if isinstance(source, MeanSource) and (fault := _mean_fault(source)) is not None:
            return fault
        return next((fault for inner in commands_in(source) if (fault := _fault(inner)) is not None), None)
    if entry.effects:
        return "effects stand on a command whose source is not a group"
    if isinstance(source, FillSource | StrokeSource):
        return _path_fault(source)
    if not math.isfinite(source.width * source.height):
        return f"a picture has the size {source.width} x {source.height}"
    return None


def _mean_fault(source: MeanSource) -> str | None:
    fits = len(source.pictures) == len(source.weights) and all(weight > 0 for weight in source.weights)
    if fits and max(1, sum(source.weights)) <= source.total <= MAX_PICTURES:
        return None
    return f"a mean of {source.total} pictures has the weights {source.weights}"


def _path_fault(source: FillSource | StrokeSource) -> str | None:
    # A sum is finite where all points are; one that overflows is looked at point by point.
    if not (math.isfinite(float(source.path.points.sum())) or np.isfinite(source.path.points).all()):
        return "a path has points that are not finite"
    if isinstance(source, StrokeSource) and not math.isfinite(source.width):
        return f"a stroke has the width {source.width}"
    return None
