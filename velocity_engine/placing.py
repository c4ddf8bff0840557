"""Draw commands under a further matrix: those of a layer on the device, those of a colour glyph in its text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from velocity_engine.display import (
    Clip,
    DrawCommand,
    GroupSource,
    MaskPath,
    Matte,
    MeanSource,
    altered,
    command,
    group_source,
)
from velocity_engine.model.geometry import IDENTITY, Matrix, axis_lengths, mean_scale, multiply


def placed(entry: DrawCommand, matrix: Matrix) -> DrawCommand:
    """Returns a draw command under a further matrix, with all that is inside of it and acts on it.

    Args:
        entry: The command.
        matrix: What acts after the command's own matrix: from a layer to device pixels, say.
    """
    if not (
        entry.nesting
        or entry.clips
        or entry.masks
        or entry.effects
        or isinstance(entry.source, GroupSource | MeanSource)
    ):
        return command(
            entry.source,
            multiply(matrix, entry.matrix),
            opacity=entry.opacity,
            blend=entry.blend,
            label=entry.label,
        )
    changes: dict[str, Any] = {"matrix": multiply(matrix, entry.matrix)}
    if isinstance(entry.source, GroupSource):
        changes["source"] = group_source([placed(inner, matrix) for inner in entry.source.commands])
        changes["matrix"] = IDENTITY
    elif isinstance(entry.source, MeanSource):
        pictures = tuple(placed(inner, matrix) for inner in entry.source.pictures)
        changes["source"] = replace(entry.source, pictures=pictures)
        changes["matrix"] = IDENTITY
    if entry.clips:
        changes["clips"] = tuple(Clip(c.box, multiply(matrix, c.matrix)) for c in entry.clips)
    if entry.masks:
        changes["masks"] = tuple(_placed_mask(m, matrix) for m in entry.masks)
    if entry.matte is not None:
        changes["matte"] = Matte(entry.matte.mode, tuple(placed(inner, matrix) for inner in entry.matte.commands))
    if entry.effects:
        scale = mean_scale(matrix)
        changes["effects"] = tuple(
            replace(e, matrix=multiply(matrix, e.matrix), margin=tuple(m * scale for m in e.margin))  # type: ignore[arg-type]
            for e in entry.effects
        )
    return altered(entry, **changes)


def _placed_mask(mask: MaskPath, matrix: Matrix) -> MaskPath:
    scale = mean_scale(matrix)
    path, feather = mask.path.transformed(matrix), axis_lengths(matrix, *mask.feather)
    return MaskPath(path, mask.mode, mask.inverted, mask.opacity, mask.expansion * scale, feather)
