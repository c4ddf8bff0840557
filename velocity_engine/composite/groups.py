"""How a command is drawn: straight onto what is below it, or apart in a buffer of its own.

The choice rests on the whole command, never on the region that is drawn, and two frames that choose differently are
known to differ everywhere, since the two ways round differently.
"""

from __future__ import annotations

from velocity_engine.composite.clips import split_clips
from velocity_engine.composite.extents import Extents
from velocity_engine.composite.rects import Rect, intersection
from velocity_engine.display import RGBA, Clip, DrawCommand, FillSource, GroupSource, SolidPaint, StrokeSource
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import BlendMode

PlainShape = tuple[FillSource | StrokeSource, RGBA, Matrix, float]
"""A fill or stroke, its colour, matrix and opacity."""

MAX_MEASURED = 8  # commands of a group among which overlaps are looked for


def stands_apart(command: DrawCommand, clips: list[Clip]) -> bool:
    """Whether something acts on the whole command that needs its pixels. ``clips``: those that are not whole pixels."""
    return bool(
        command.effects or command.masks or command.matte is not None or clips or command.blend is not BlendMode.NORMAL
    )


def dissolves(commands: tuple[DrawCommand, ...], opacity: float, extents: Extents) -> bool:
    """Whether the commands of a group can be drawn one by one, each times ``opacity``: none looks at what is below
    it, and, unless the group is opaque, no two of them overlap.
    """
    if not all(command.blend is BlendMode.NORMAL for command in commands):
        return False
    if opacity >= 1.0 or len(commands) <= 1:
        return True
    if len(commands) > MAX_MEASURED:
        return False
    rects = [rect for rect in map(extents.command, commands) if rect is not None]
    return not any(intersection(one, two) for i, one in enumerate(rects) for two in rects[:i])


def plain_shapes(commands: tuple[DrawCommand, ...]) -> list[PlainShape] | None:
    """The commands where all are fills and strokes of one colour each, and nothing acts on them but their opacity."""
    shapes: list[PlainShape] = []
    for command in commands:
        source = command.source
        if not (isinstance(source, FillSource | StrokeSource) and isinstance(source.paint, SolidPaint)):
            return None
        if command.clips or stands_apart(command, []):
            return None
        shapes.append((source, source.paint.color, command.matrix, command.opacity))
    return shapes


def opacity_within(command: DrawCommand, extent: Rect, opacity: float, extents: Extents) -> float | None:
    """What the opacity of a group's commands is multiplied by when they are drawn one by one; None when the group
    stands apart.

    ``opacity`` is what that of ``command`` itself is multiplied by, ``extent`` where it draws.
    """
    if not isinstance(command.source, GroupSource):
        return None
    _, clips = split_clips(command.clips, extent)
    total = opacity * command.opacity
    if stands_apart(command, clips) or not dissolves(command.source.commands, total, extents):
        return None
    return total
