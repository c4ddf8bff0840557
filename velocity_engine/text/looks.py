"""How the parts of a text look where its spans differ: faces, sizes and colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.properties import Vector
from velocity_engine.model.text import TextDocument, TextSpan
from velocity_engine.text.faces import Face
from velocity_engine.text.fonts import FontChoice

Values = NDArray[np.float64]
OWN = -1
"""The number of the span that what lies in none of them has."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is shaped alike. ``faces``: the first is the one asked for, the others are tried in order for the characters
    it lacks. ``number``: that of the span, or OWN. ``scale``: its size beside that of the text; ``ascent`` of its lines
    in em of the text."""

    faces: Sequence[Face]
    number: int = OWN
    scale: float = 1.0
    ascent: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Of one document: its ``own``, and that of each span. ``choices``: the fonts of all of them, each once."""

    own: Look
    spans: tuple[tuple[TextSpan, Look], ...]
    choices: tuple[FontChoice, ...]

    def by_character(self, length: int) -> list[Look] | None:
        """The look of each of ``length`` characters; None where all have the text's own."""
        if not self.spans:
            return None
        looks = [self.own] * length
        for span, look in self.spans:
            looks[span.start : span.end] = [look] * len(looks[span.start : span.end])
        return looks


def looks_of(document: TextDocument, choose: Callable[[str], FontChoice]) -> Looks:
    """``choose``: a catalogue's."""
    choice = choose(document.font)
    choices = {document.font: choice}
    spans = []
    for number, span in enumerate(document.spans):
        font = span.font or document.font
        found = choices.setdefault(font, choose(font))
        scale = span.size / document.size if span.size is not None and document.size > 0.0 else 1.0
        spans.append((span, Look(found.faces_for(document.text), number, scale, found.ascent * scale)))
    return Looks(Look(choice.faces_for(document.text), OWN, 1.0, choice.ascent), tuple(spans), tuple(choices.values()))


# --- colours --------------------------------------------------------------------------------------------------------


def straight(color: Vector) -> Values:
    """(4,) straight RGBA."""
    padded = [*color, *(0.0,) * (3 - len(color))]
    return np.array([*padded[:3], padded[3] if len(padded) > 3 else 1.0])


def fill_of(document: TextDocument, number: int) -> Vector | None:
    """The colour of span ``number`` of a document, or of what lies in none (OWN)."""
    own = document.spans[number].fill if number != OWN else None
    return document.fill if own is None else own


def fills_of(document: TextDocument, spans: NDArray[np.int64]) -> Values | None:
    """(n, 4) straight RGBA of clusters in ``spans`` (n,); clear where there is no fill, None where none has any."""
    if not document.spans:
        return None if document.fill is None else np.tile(straight(document.fill), (len(spans), 1))
    colors = [fill_of(document, number) for number in range(-1, len(document.spans))]
    if all(color is None for color in colors):
        return None
    table = np.array([np.zeros(4) if color is None else straight(color) for color in colors])
    filled: Values = table[spans + 1]
    return filled
