"""The glyphs of a text that have colours of their own, as draw commands. Fills and strokes leave them alone."""

from __future__ import annotations

from velocity_engine.display import RGBA, DrawCommand, command, group_source
from velocity_engine.model.geometry import Bounds, Matrix, multiply, transformed_bounds
from velocity_engine.placing import placed
from velocity_engine.text.blur import blur_effect
from velocity_engine.text.layout import ColoredGlyph, Layout


def colored_commands(glyph: ColoredGlyph, matrix: Matrix, color: RGBA, blur: tuple[float, float]) -> list[DrawCommand]:
    """What draws a glyph. ``matrix``: where its cluster stands. ``color``: the text's, which shows in glyphs that leave
    a part of their colours open; its alpha is that of the whole glyph."""
    shown = glyph.face.color_glyph(glyph.number, color[:3])
    place = multiply(matrix, glyph.matrix)
    commands = [placed(entry, place) for entry in shown.commands]
    effects = (blur_effect(*blur),) if blur != (0.0, 0.0) else ()
    if commands and (effects or color[3] < 1.0):
        return [command(group_source(commands), opacity=color[3], effects=effects)]
    return commands


def colored_bounds(layout: Layout) -> list[Bounds]:
    """The boxes of a layout's glyphs in colour, where they stand."""
    found = []
    for glyph in layout.colored:
        box = glyph.face.color_glyph(glyph.number, (0.0, 0.0, 0.0)).bounds
        if box is not None:
            left, top, right, bottom = transformed_bounds(glyph.matrix, box)
            x, y = float(layout.x[glyph.cluster]), float(layout.y[glyph.cluster])
            found.append((left + x, top + y, right + x, bottom + y))
    return found
