"""How much text is shaped: characters of one text and of all, marks on one character.

What is beyond is left out, with a finding; no document can hold a render for minutes.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from velocity_engine.errors import Finding, Place
from velocity_engine.model.text import TextDocument, TextSpan

MAX_CHARACTERS = 20_000
"""Of one text."""
MAX_MARKS = 32
"""Marks, joiners and signs of direction in a row. Unicode's stream-safe texts have 30 at most; to find where characters
end takes time by the square of them."""
MAX_CHARACTERS_IN_ALL = 80_000
"""Of all texts of a document that are laid out before the first frame, beside the first FREE_CHARACTERS of each layer:
those belong to the layers, of which there are as many as the document may hold."""
FREE_CHARACTERS = 100
MAX_SELECTED_IN_ALL = 2_000_000
"""Selectors of text animators times characters that they look at, of all texts of a document: each takes some hundred
nanoseconds in every frame. A text of 500 characters with 20 selectors has 10,000."""
MAX_POINTS = 2_000_000
"""Of the outlines of one text; a text of 20,000 Latin letters has about half of them."""
MAX_POINTS_IN_ALL = 12_000_000
"""Of the outlines of all texts that are laid out before the first frame."""

_MARKS = frozenset(("Mn", "Mc", "Me", "Cf"))


def bounded(document: TextDocument) -> TextDocument:
    """``document`` without the characters and marks beyond the limits."""
    text = document.text[:MAX_CHARACTERS]
    kept = range(len(text)) if text.isascii() else _few_marks(text)
    if len(kept) == len(document.text):
        return document
    return replace(document, text="".join(text[at] for at in kept), spans=_kept_spans(document.spans, kept))


def length_findings(document: TextDocument, place: Place) -> Iterator[Finding]:
    """What ``bounded`` leaves out of a document."""
    text = document.text
    if len(text) > MAX_CHARACTERS:
        message = f"the text has {len(text)} characters"
        yield Finding("text.too_long", message, place, f"those after the first {MAX_CHARACTERS} are left out")
        text = text[:MAX_CHARACTERS]
    if not text.isascii() and len(_few_marks(text)) < len(text):
        message = f"a character of the text has more than {MAX_MARKS} marks"
        yield Finding("text.marks", message, place, f"those after the first {MAX_MARKS} are left out")


@lru_cache(maxsize=64)
def _few_marks(text: str) -> Sequence[int]:
    """The offsets of the characters that stay."""
    kept, marks = [], 0
    for at, character in enumerate(text):
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks <= MAX_MARKS:
            kept.append(at)
    return kept


def _kept_spans(spans: Sequence[TextSpan], kept: Sequence[int]) -> tuple[TextSpan, ...]:
    """The spans of a text of which only the characters at ``kept`` are left, in ascending order."""
    moved = [replace(span, start=bisect_left(kept, span.start), end=bisect_left(kept, span.end)) for span in spans]
    return tuple(span for span in moved if span.end > span.start)


class Allowance:
    """What is left of MAX_CHARACTERS_IN_ALL, MAX_SELECTED_IN_ALL and MAX_POINTS_IN_ALL for one plan."""

    def __init__(self) -> None:
        self._left = MAX_CHARACTERS_IN_ALL
        self._selected = MAX_SELECTED_IN_ALL
        self._points = MAX_POINTS_IN_ALL

    def takes(self, characters: int) -> bool:
        """Counts the texts of one layer; False where they do not fit."""
        beyond = max(0, characters - FREE_CHARACTERS)
        if beyond > self._left:
            return False
        self._left -= beyond
        return True

    def selects(self, selectors: int, characters: int) -> bool:
        """Counts the selectors of one layer, whose longest text has so many characters; False where they do not
        fit."""
        wanted = selectors * characters
        if wanted > self._selected:
            return False
        self._selected -= wanted
        return True

    def outlines(self, points: int) -> bool:
        """Counts the points of the outlines of one text; False where they do not fit."""
        if points > self._points:
            return False
        self._points -= points
        return True
