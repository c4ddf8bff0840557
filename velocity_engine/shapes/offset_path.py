"""Offset Paths: a path grows outwards (positive) or inwards (negative).

The area of the path and that of a stroke twice as wide as the offset are united, or subtracted, as Skottie does it;
so corners take the stroke's joins, and what an inward offset turns inside out is gone.
"""

from __future__ import annotations

import pathops

from velocity_engine.model.geometry import Path
from velocity_engine.model.shapes import Join
from velocity_engine.shapes.skia_paths import (
    CONIC_TOLERANCE,
    FINENESS,
    LINE_JOINS,
    PathOperationError,
    from_skia,
    refuse_tangles,
    to_skia,
)

MAX_OFFSET = 100_000.0


def offset_path(path: Path, amount: float, miter_limit: float, *, join: Join) -> Path:
    """``path`` offset by ``amount`` in its own coordinates. PathOperationError where Skia gives up."""
    if abs(amount) < 1e-6 or not path.contours:
        return path
    refuse_tangles(path)
    reach = min(abs(amount), MAX_OFFSET)
    inside = to_skia(path, FINENESS)
    border = pathops.Path(inside)
    operator = pathops.PathOp.UNION if amount > 0 else pathops.PathOp.DIFFERENCE
    try:
        border.stroke(2 * reach * FINENESS, pathops.LineCap.BUTT_CAP, LINE_JOINS[join], max(miter_limit, 0.0))
        border.convertConicsToQuads(CONIC_TOLERANCE)
        return from_skia(pathops.op(inside, border, operator, True, False), 1 / FINENESS)
    except pathops.PathOpsError as error:
        raise PathOperationError("the curves are too intricate") from error
