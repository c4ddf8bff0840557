"""Texts that layer plugins draw: set with the fonts, the shaping and the fitting of the engine's own text layers.

``LayerContext.typesetter`` returns a ``Typesetter``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from velocity_engine.display import DrawCommand
from velocity_engine.model.geometry import Bounds, Path, translation
from velocity_engine.model.text import TextDocument
from velocity_engine.placing import placed


@dataclass(frozen=True, slots=True, eq=False)
class SetGlyph:
    """A character with its marks, or a ligature, of a text that is set.

    Attributes:
        text: What it says.
        line: The number of its line, from 0.
        word: The number of its word in the text, from 0; -1 for spaces.
        x: Its origin, on the baseline.
        y: The baseline of its line.
        advance: How far the next one stands from it.
        outline: Its closed contours, about its origin; None for what has no ink, and for what has colours of its own.
        colors: What draws it where it has colours of its own, as emoji have, about its origin.
    """

    text: str
    line: int
    word: int
    x: float
    y: float
    advance: float
    outline: Path | None
    colors: tuple[DrawCommand, ...] = ()

    @property
    def path(self) -> Path | None:
        """Its closed contours where it stands."""
        return None if self.outline is None else self.outline.transformed(translation(self.x, self.y))

    @property
    def placed_colors(self) -> tuple[DrawCommand, ...]:
        """What draws its own colours where it stands."""
        return tuple(placed(entry, translation(self.x, self.y)) for entry in self.colors)


@dataclass(frozen=True, slots=True, eq=False)
class SetText:
    """A text that is laid out, in the coordinates of its ``TextDocument``: those of the layer.

    Attributes:
        commands: What draws it, in painter's order.
        glyphs: Its characters, in the order in which they are read.
        size: The size of its letters in pixels: smaller than the document's where it was shrunk to fit.
        width: The width of its longest line.
        lines: The number of its lines.
        ink: (left, top, right, bottom) of its outlines; None for a text without ink.
        fits: Whether all of it has room in its box. A text without a box has.
    """

    commands: tuple[DrawCommand, ...]
    glyphs: tuple[SetGlyph, ...]
    size: float
    width: float
    lines: int
    ink: Bounds | None
    fits: bool

    def moved(self, x: float, y: float) -> tuple[DrawCommand, ...]:
        """Returns what draws the text, moved.

        Args:
            x: How far to the right, in pixels.
            y: How far down, in pixels.
        """
        way = translation(x, y)
        return tuple(placed(entry, way) for entry in self.commands)


class Typesetter(Protocol):
    """Sets texts for one layer. It may be kept by the prepared layer, and called from any thread, also in ``draw``."""

    def set(self, document: TextDocument) -> SetText:
        """Lays a text out. The last texts are remembered, so that the same one at the next frame costs nothing.

        Fonts are found as for text layers: in the package, embedded in the document, or those of the engine. What of
        the text cannot be shown (a missing font or character) becomes a finding.

        Args:
            document: The text, its font ("Inter-Bold"), size and colour. Without a ``box`` it stands on the baseline
                y = 0, to the right of x = 0, about it, or to the left, as ``justify`` says. With a ``box`` (x, y,
                width, height) it begins at the top of it and is broken into lines; ``fit="shrink"`` makes it smaller
                until it has room.

        Example:
            >>> text = typesetter.set(TextDocument(text="42", font="Inter-Bold", size=80.0, fill=(1.0, 1.0, 1.0)))
            >>> commands = text.moved(20.0, 100.0)
        """
        ...


__all__ = ["SetGlyph", "SetText", "Typesetter"]
