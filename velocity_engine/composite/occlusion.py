"""What lies wholly below something opaque need not be drawn."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.composite.clips import split_clips
from velocity_engine.composite.paths import upright_box
from velocity_engine.composite.rects import Rect
from velocity_engine.display import DrawCommand, FillSource, GroupSource, ImageSource, MeanSource, Paint, SolidPaint
from velocity_engine.model.geometry import Matrix, apply, determinant, invert
from velocity_engine.model.layers import BlendMode

SLACK = 0.001  # pixels by which an upright edge may miss the region's: rounding moves it onto the edge
MARGIN = 1.0  # pixels by which the region must lie within a turned box, whose edges are antialiased


def first_seen(commands: Sequence[DrawCommand], region: Rect) -> int | None:
    """The index of the topmost command that hides everything below it in ``region``; None when the background may be
    seen.
    """
    for index in range(len(commands) - 1, -1, -1):
        if hides(commands[index], region):
            return index
    return None


def hides(command: DrawCommand, region: Rect) -> bool:
    """Whether ``command`` certainly makes each pixel of ``region`` opaque, whatever is below."""
    if command.opacity < 1.0 or command.blend is not BlendMode.NORMAL:
        return False
    if command.effects or command.masks or command.matte is not None:
        return False
    if command.clips and split_clips(command.clips, region) != (region, []):
        return False
    source = command.source
    if isinstance(source, GroupSource):
        return any(hides(child, region) for child in source.commands)
    if isinstance(source, MeanSource):
        return sum(source.weights) == source.total and all(hides(one, region) for one in source.pictures)
    if isinstance(source, ImageSource):
        picture = source.picture
        height, width = picture.pixels.shape[:2]
        x0, y0, x1, y1 = source.window or (0.0, 0.0, width, height)
        inside = x0 >= 0.0 and y0 >= 0.0 and x1 <= width and y1 <= height
        return picture.opaque and inside and _covers(command.matrix, 0.0, 0.0, source.width, source.height, region)
    if isinstance(source, FillSource) and _opaque(source.paint):
        box = upright_box(source.path)
        return box is not None and _covers(command.matrix, *box, region)
    return False


def _opaque(paint: Paint) -> bool:
    if isinstance(paint, SolidPaint):
        return paint.color[3] >= 1.0
    return len(paint.stops) > 0 and bool((paint.stops[:, 4] >= 1.0).all())


def _covers(matrix: Matrix, x0: float, y0: float, x1: float, y1: float, region: Rect) -> bool:
    """Whether the box under ``matrix`` contains the region."""
    back = invert(matrix)
    if back is None or not abs(determinant(matrix)) > 1e-6 or not (x0 < x1 and y0 < y1):
        return False
    upright = back[1] == back[2] == 0.0 or back[0] == back[3] == 0.0
    slack = SLACK if upright else -MARGIN
    slack_x, slack_y = slack * (abs(back[0]) + abs(back[2])), slack * (abs(back[1]) + abs(back[3]))
    for x in (region[0], region[2]):
        for y in (region[1], region[3]):
            u, v = apply(back, x, y)
            if not (x0 - slack_x <= u <= x1 + slack_x and y0 - slack_y <= v <= y1 + slack_y):
                return False
    return True
