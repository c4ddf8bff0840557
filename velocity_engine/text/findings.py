"""What of a text will not show as its author meant, told once for each document of a layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from velocity_engine.errors import Finding, Place
from velocity_engine.model.text import TextDocument
from velocity_engine.text.dictionary import has_dictionaries, needs_dictionaries
from velocity_engine.text.fit import FittedText
from velocity_engine.text.limits import MAX_POINTS
from velocity_engine.text.segments import ignorable

GLYPH_MISSING = "text.glyph_missing"
_SHOWN = 24  # characters a message lists


def document_findings(document: TextDocument, fitted: FittedText, place: Place) -> Iterator[Finding]:
    for choice in fitted.choices:
        for finding in choice.findings:
            yield replace(finding, place=replace(place, file=finding.place.file))
    for one in fitted.shaped.borrowed:
        message = f"{one.asked} lacks {listed(one.characters)}"
        yield Finding("text.fallback", message, place, f"{one.helper} is used for them")
    if fitted.shaped.missing:
        yield missing_finding(fitted, place)
    if fitted.layout.frame.wraps and needs_dictionaries(document.text) and not has_dictionaries():
        message = "where words end in Thai, Lao, Khmer and Burmese texts is known by a dictionary that is not installed"
        instead = "lines break at spaces, and else between characters: install velocity-render[icu]"
        yield Finding("text.words", message, place, instead)
    if fitted.layout.beyond:
        message = f"the outlines of the text have more than {MAX_POINTS} points"
        instead = f"the last {fitted.layout.beyond} of its characters are not drawn"
        yield Finding("text.outlines", message, place, instead)
    if fitted.hidden_lines:
        lines = "1 line lies" if fitted.hidden_lines == 1 else f"{fitted.hidden_lines} lines lie"
        message = f"the text is too long for its box: {lines} below it"
        yield Finding("text.overflow", message, place, 'they are hidden: a customization may say "fit": "shrink"')
    if fitted.too_large:
        message = "the text does not fit its room even at its smallest size"
        yield Finding("text.overflow", message, place, "it is drawn at that size")
    if document.fit is not None and document.box is None and document.fit_reference is None:
        message = f"there is no box and no earlier text that would say how much room fit {document.fit!r} has"
        yield Finding("text.fit", message, place, "the text keeps its size")


def missing_finding(fitted: FittedText, place: Place) -> Finding:
    """Of a text with characters that no font has."""
    message = f"no font has the characters {listed(''.join(fitted.shaped.missing))}"
    return Finding(GLYPH_MISSING, message, place, "boxes stand for them: put a font that has them into fonts/")


def listed(characters: str) -> str:
    """Characters with their code points, the first of them."""
    unique = [c for c in dict.fromkeys(characters) if not ignorable(c)]
    shown = ", ".join(f"{c} (U+{ord(c):04X})" for c in unique[:_SHOWN])
    return shown if len(unique) <= _SHOWN else f"{shown} and {len(unique) - _SHOWN} more"
