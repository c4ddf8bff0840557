"""Setting texts for layer plugins, and the fonts that all texts of a plan share."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence

from velocity_engine.display import Clip, DrawCommand
from velocity_engine.errors import Finding, Place
from velocity_engine.model.geometry import IDENTITY, Bounds
from velocity_engine.model.text import TextDocument
from velocity_engine.plugin_types import LayerContext
from velocity_engine.text.cluster_matrices import flat_matrices
from velocity_engine.text.colored import colored_bounds, colored_commands
from velocity_engine.text.drawing import PlacedText, outlines_of, text_commands
from velocity_engine.text.findings import document_findings
from velocity_engine.text.fit import FittedText, fit_text
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.layout import Layout
from velocity_engine.text.limits import bounded, length_findings
from velocity_engine.typesetting import SetGlyph, SetText

BLACK = 0.0, 0.0, 0.0
_KEPT = 256  # texts that a layer's typesetter remembers

_lock = threading.Lock()
_catalogues: weakref.WeakKeyDictionary[LayerContext, FontCatalogue] = weakref.WeakKeyDictionary()


def catalogue_of(context: LayerContext) -> FontCatalogue:
    """One for all layers of a plan: its fonts are read once. A context that cannot be remembered gets its own."""
    with _lock:
        try:
            found = _catalogues.get(context)
            if found is None:
                found = _catalogues[context] = FontCatalogue(context)
        except TypeError:
            return FontCatalogue(context)
        return found


class LayerTypesetter:
    """``Typesetter`` for one layer: ``place`` is what its findings are about."""

    def __init__(self, catalogue: FontCatalogue, place: Place, report: Callable[[Finding], None]) -> None:
        self._catalogue, self._place, self._report = catalogue, place, report
        self._lock = threading.Lock()
        self._known: OrderedDict[TextDocument, SetText] = OrderedDict()

    def set(self, document: TextDocument) -> SetText:
        with self._lock:
            found = self._known.get(document)
            if found is not None:
                self._known.move_to_end(document)
                return found
            found = self._known[document] = self._set(document)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
            return found

    def _set(self, document: TextDocument) -> SetText:
        for finding in length_findings(document, self._place):
            self._report(finding)
        document = bounded(document)
        fitted = fit_text(document, self._catalogue.choose)
        for finding in document_findings(document, fitted, self._place):
            self._report(finding)
        return _laid_out(document, fitted)


def _colors(layout: Layout, document: TextDocument) -> dict[int, list[DrawCommand]]:
    """What draws the glyphs that have colours of their own, by the number of their cluster."""
    found: dict[int, list[DrawCommand]] = {}
    red, green, blue = (document.fill or BLACK)[:3]
    for glyph in layout.colored:
        own = colored_commands(glyph, IDENTITY, (red, green, blue, 1.0), (0.0, 0.0))
        found.setdefault(glyph.cluster, []).extend(own)
    return found


def _laid_out(document: TextDocument, fitted: FittedText) -> SetText:
    layout = fitted.layout
    clips = () if fitted.clip is None else (Clip(fitted.clip, IDENTITY),)
    commands = []
    if len(layout) and document.size > 0.0:
        placed = PlacedText(flat_matrices(layout), document, scale=layout.size / document.size, clips=clips)
        commands = text_commands(outlines_of(layout), placed)
    colors = _colors(layout, document)
    glyphs = tuple(
        SetGlyph(text, int(line), int(word), float(x), float(y), float(advance), path, tuple(colors.get(number, ())))
        for number, (text, line, word, x, y, advance, path) in enumerate(
            zip(layout.texts, layout.line, layout.word, layout.x, layout.y, layout.advance, layout.paths, strict=True)
        )
    )
    return SetText(
        commands=tuple(commands),
        glyphs=glyphs,
        size=layout.size,
        width=float(layout.widths.max()) if len(layout.widths) else 0.0,
        lines=len(layout.widths),
        ink=_ink(glyphs, colored_bounds(layout)),
        fits=not (fitted.hidden_lines or fitted.too_large or fitted.clip is not None),
    )


def _ink(glyphs: tuple[SetGlyph, ...], colored: Sequence[Bounds]) -> Bounds | None:
    found = [
        *colored,
        *(
            (box[0] + glyph.x, box[1] + glyph.y, box[2] + glyph.x, box[3] + glyph.y)
            for glyph in glyphs
            if glyph.outline is not None and (box := glyph.outline.bounds()) is not None
        ),
    ]
    if not found:
        return None
    lefts, tops, rights, bottoms = zip(*found, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
