"""The boxes that draw commands fill on the device."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.display import DrawCommand, FillSource, GroupSource, MeanSource, StrokeSource, commands_in
from velocity_engine.model.geometry import Bounds, transformed_bounds


def drawn_box(commands: Sequence[DrawCommand]) -> Bounds | None:
    """What commands fill on the device, by the control points of their paths; None for nothing."""
    boxes = []
    for entry in commands:
        source = entry.source
        is_made_of_others = isinstance(source, GroupSource | MeanSource)
        box = drawn_box(commands_in(source)) if is_made_of_others else flat_box(entry)
        if box is not None:
            boxes.append(box)
    if not boxes:
        return None
    left, top, right, bottom = zip(*boxes, strict=True)
    return (min(left), min(top), max(right), max(bottom))


def flat_box(entry: DrawCommand) -> Bounds | None:
    """What one command that is no group fills, its pen's width included; None for a group, a mean or nothing."""
    source = entry.source
    if isinstance(source, GroupSource | MeanSource):
        return None
    if not isinstance(source, FillSource | StrokeSource):
        return transformed_bounds(entry.matrix, (0.0, 0.0, source.width, source.height))
    box = source.path.transformed(entry.matrix).bounds()
    if box is None or isinstance(source, FillSource):
        return box
    pad = source.width * max(1.0, source.miter_limit) * max(map(abs, entry.matrix[:4]))
    return (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad)
