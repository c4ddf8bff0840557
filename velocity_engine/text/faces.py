"""A face is what glyphs come from: a font file's through HarfBuzz, or the outlines a document holds (``chars``).

Lengths of a face are in em (1 is the font size), y grows downwards, the baseline is at 0.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from velocity_engine.errors import MediaError, Place
from velocity_engine.model.geometry import EMPTY_PATH, Path, join_contours, join_paths, rectangle_path
from velocity_engine.model.text import Glyph
from velocity_engine.text.color_glyphs import (
    RGB,
    ColorGlyph,
    bitmap_glyph,
    has_color,
    is_bitmap,
    is_painted,
    outlined_glyph,
    painted_glyph,
)
from velocity_engine.text.segments import grapheme_spans, ignorable

_OUTLINE_TABLES = ("glyf", "CFF ", "CFF2")
_CONTEXT = 8  # characters before and after a run that its shapes may depend on (HarfBuzz itself keeps five)
_MEMORY = 20_000  # clusters whose coverage a face remembers
_COLOR_MEMORY = 512  # glyphs in colour that a face remembers


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """A glyph of a run, None where the face lacks one. ``cluster``: the code point it begins at; lengths in em."""

    glyph: int | None
    cluster: int
    advance: float
    dx: float
    dy: float


class Face(Protocol):
    """``ascent``: how far its letters reach above the baseline, ``descent`` below it, of its size."""

    @property
    def label(self) -> str: ...

    @property
    def ascent(self) -> float: ...

    @property
    def descent(self) -> float: ...

    @property
    def has_color(self) -> bool:
        """Whether some of its glyphs have colours of their own."""
        ...

    def covers(self, cluster: str) -> bool:
        """Whether every visible character of a grapheme cluster can be drawn."""
        ...

    def shape(
        self, text: str, start: int, length: int, *, rtl: bool, script: str, ligatures: bool
    ) -> Sequence[PlacedGlyph]:
        """The glyphs of ``text[start:start + length]`` from left to right; the rest of the text is context."""
        ...

    def outline(self, glyph: int) -> Path:
        """Closed contours about the glyph's origin."""
        ...

    def in_color(self, glyph: int) -> bool:
        """Whether a glyph has colours of its own, so that its outline is not drawn."""
        ...

    def color_glyph(self, glyph: int, text_color: RGB) -> ColorGlyph:
        """What draws a glyph for which ``in_color`` holds. ``text_color``: what shows where it leaves that open."""
        ...

    def composition(self, glyph: int) -> Glyph | None:
        """The entry of ``chars`` with the composition that stands for the glyph, where one does."""
        ...


_USUAL_DESCENT = 0.22
"""Of the size: between those of Arial, Times and Roboto, for outlines whose font says nothing of it."""


class _Plain:
    """A face without colours."""

    has_color = False

    def in_color(self, glyph: int) -> bool:
        return False

    def color_glyph(self, glyph: int, text_color: RGB) -> ColorGlyph:
        raise LookupError(f"glyph {glyph} has no colours of its own")


class FontFace:
    """A face of a font file. ``sfnt``: the bytes of a TrueType or OpenType file or collection, ``index``: which face.

    MediaError: not a font, or one with neither outlines nor glyphs in colour.
    """

    def __init__(
        self, sfnt: bytes, index: int = 0, *, file: str = "", variations: Mapping[str, float] | None = None
    ) -> None:
        import uharfbuzz as hb

        face = hb.Face(hb.Blob(sfnt), index)
        place = Place(file=file or None)
        if face.glyph_count == 0 or face.upem <= 0:
            hint = "TTF, OTF, TTC, WOFF and WOFF2 fonts can be read"
            raise MediaError("this is not a font that can be read", place=place, hint=hint)
        self.has_color = has_color(face)
        if not (self.has_color or any(len(face.reference_table(table)) for table in _OUTLINE_TABLES)):
            hint = "Put a font with outlines there, or a colour font with the tables COLR, CBDT or sbix"
            raise MediaError("the font has neither outlines nor colours that are supported", place=place, hint=hint)
        self._font: Any = hb.Font(face)
        if variations:
            self._font.set_variations(dict(variations))
        self._em = float(face.upem)
        extents = self._font.get_font_extents("ltr")
        self.ascent = max(extents.ascender / self._em, 0.0)
        self.descent = max(-extents.descender / self._em, 0.0)
        self.label = face_names(face).label or file
        self._covered: dict[str, bool] = {}
        self._outlines: dict[int, Path] = {}
        self._in_color: dict[int, bool] = {}
        self._color_glyphs: dict[tuple[int, RGB | None], ColorGlyph] = {}
        self._pen = _pen()

    def covers(self, cluster: str) -> bool:
        known = self._covered.get(cluster)
        if known is None:
            known = self._has(cluster) or self._has(unicodedata.normalize("NFC", cluster))
            if len(self._covered) < _MEMORY:
                self._covered[cluster] = known
        return known

    def _has(self, characters: str) -> bool:
        return all(ignorable(c) or self._font.get_nominal_glyph(ord(c)) for c in characters)

    def shape(
        self, text: str, start: int, length: int, *, rtl: bool, script: str, ligatures: bool
    ) -> Sequence[PlacedGlyph]:
        import uharfbuzz as hb

        first = max(0, start - _CONTEXT)
        around = [ord(c) for c in text[first : start + length + _CONTEXT]]
        buffer = hb.Buffer()
        buffer.add_codepoints(around, item_offset=start - first, item_length=length)
        buffer.direction = "rtl" if rtl else "ltr"
        buffer.script = script
        buffer.language = "und"
        hb.shape(self._font, buffer, None if ligatures else {"liga": False, "clig": False})
        em = self._em
        return [
            PlacedGlyph(
                info.codepoint or None, first + info.cluster, at.x_advance / em, at.x_offset / em, -at.y_offset / em
            )
            for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
        ]

    def outline(self, glyph: int) -> Path:
        found = self._outlines.get(glyph)
        if found is None:
            recorder = _Recorder(1.0 / self._em)
            self._font.draw_glyph(glyph, self._pen, recorder)
            found = self._outlines[glyph] = recorder.path()
        return found

    def in_color(self, glyph: int) -> bool:
        found = self._in_color.get(glyph)
        if found is None:
            found = self.has_color and (is_painted(self._font, glyph) or is_bitmap(self._font, glyph))
            self._in_color[glyph] = found
        return found

    def color_glyph(self, glyph: int, text_color: RGB) -> ColorGlyph:
        found = self._color_glyphs.get((glyph, None)) or self._color_glyphs.get((glyph, text_color))
        if found is None:
            if is_painted(self._font, glyph):
                found = painted_glyph(self._font, glyph, self.outline, text_color)
            else:
                found = bitmap_glyph(self._font, glyph) or outlined_glyph(MISSING_GLYPH.outline(0), text_color)
            if len(self._color_glyphs) >= _COLOR_MEMORY:
                self._color_glyphs.clear()
            self._color_glyphs[glyph, text_color if found.follows_text else None] = found
        return found

    def composition(self, glyph: int) -> Glyph | None:
        return None


class CharsFace(_Plain):
    """The outlines of ``chars`` for one family and style. ``ascent`` in em, as the document's font list has it.

    A glyph's number is its place in ``glyphs``; characters of several code points (an emoji, say) are one glyph.
    """

    def __init__(self, label: str, glyphs: Sequence[Glyph], ascent: float) -> None:
        self.label = label
        self.ascent = ascent
        self.descent = _USUAL_DESCENT
        self._glyphs = glyphs
        self._by_text = {glyph.character: number for number, glyph in reversed(list(enumerate(glyphs)))}
        self._outlines: dict[int, Path] = {}

    def covers(self, cluster: str) -> bool:
        return cluster in self._by_text or all(c in self._by_text or ignorable(c) for c in cluster)

    def shape(
        self, text: str, start: int, length: int, *, rtl: bool, script: str, ligatures: bool
    ) -> Sequence[PlacedGlyph]:
        placed = []
        for first, last in grapheme_spans(text[start : start + length]):
            whole = self._by_text.get(text[start + first : start + last])
            if whole is not None:
                placed.append(PlacedGlyph(whole, start + first, self._glyphs[whole].width / 100.0, 0.0, 0.0))
                continue
            for at in range(start + first, start + last):
                number = self._by_text.get(text[at])
                if number is not None:
                    placed.append(PlacedGlyph(number, start + first, self._glyphs[number].width / 100.0, 0.0, 0.0))
        return placed[::-1] if rtl else placed

    def outline(self, glyph: int) -> Path:
        found = self._outlines.get(glyph)
        if found is None:
            from velocity_engine.shapes.tree import items_path
            from velocity_engine.text.still import STILL

            shapes = self._glyphs[glyph].shapes
            path = items_path(shapes, STILL) if shapes else EMPTY_PATH
            found = self._outlines[glyph] = path.transformed((0.01, 0.0, 0.0, 0.01, 0.0, 0.0))
        return found

    def composition(self, glyph: int) -> Glyph | None:
        found = self._glyphs[glyph]
        return found if found.precomp is not None else None


class MissingGlyph(_Plain):
    """The face of characters that no other has: its only glyph is an empty box as high as a capital letter."""

    label = "the box for missing characters"
    advance, ascent, descent = 0.6, 0.7, 0.0

    def covers(self, cluster: str) -> bool:
        return False

    def shape(
        self, text: str, start: int, length: int, *, rtl: bool, script: str, ligatures: bool
    ) -> Sequence[PlacedGlyph]:
        return [PlacedGlyph(0, at, self.advance, 0.0, 0.0) for at in range(start, start + length)]

    def outline(self, glyph: int) -> Path:
        return _EMPTY_BOX

    def composition(self, glyph: int) -> Glyph | None:
        return None


def _empty_box(left: float, top: float, right: float, line: float) -> Path:
    """A frame on the baseline: an outer rectangle, and an inner one that runs the other way round."""
    inner = rectangle_path(right - line, top + line, left + line, -line)
    return join_paths([rectangle_path(left, top, right, 0.0), inner])


MISSING_GLYPH = MissingGlyph()
_EMPTY_BOX = _empty_box(0.05, -MISSING_GLYPH.ascent, MISSING_GLYPH.advance - 0.05, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceNames:
    """``name`` table entries (typographic ones first), the OS/2 weight, and whether the face slants."""

    postscript: str
    full: str
    families: tuple[str, ...]
    style: str
    weight: int
    italic: bool

    @property
    def label(self) -> str:
        return self.full or " ".join(part for part in (self.families[0] if self.families else "", self.style) if part)


def face_names(face: Any) -> FaceNames:
    """``face``: a ``uharfbuzz.Face``."""

    def name(number: int) -> str:
        try:
            return (face.get_name(number) or "").strip()
        except UnicodeError:
            return ""

    weight, italic = 400, False
    table = face.reference_table("OS/2").data
    if len(table) >= 64:
        weight = int.from_bytes(table[4:6], "big") or 400
        italic = bool(table[63] & 1 or table[62] & 2)  # fsSelection: ITALIC, OBLIQUE
    families = tuple(dict.fromkeys(n for n in (name(16), name(1)) if n))
    style = name(17) or name(2)
    slanted = italic or any(word in style.casefold() for word in ("italic", "oblique"))
    return FaceNames(postscript=name(6), full=name(4), families=families, style=style, weight=weight, italic=slanted)


class _Recorder:
    """Collects one glyph's contours, scaled to em and turned so that y grows downwards."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._contours: list[list[tuple[float, float]]] = []

    def move(self, x: float, y: float) -> None:
        self._contours.append([(x, y)])

    def line(self, x: float, y: float) -> None:
        points = self._contours[-1]
        x0, y0 = points[-1]
        if (x, y) != (x0, y0):
            points += [(x0 + (x - x0) / 3, y0 + (y - y0) / 3), (x - (x - x0) / 3, y - (y - y0) / 3), (x, y)]

    def cubic(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> None:
        self._contours[-1] += [(x1, y1), (x2, y2), (x, y)]

    def close(self) -> None:
        self.line(*self._contours[-1][0])

    def path(self) -> Path:
        contours = []
        for points in self._contours:
            if len(points) > 1:
                array = np.array(points, np.float64) * (self._scale, -self._scale)
                array[-1] = array[0]
                contours.append((array, True))
        return join_contours(contours)


def _pen() -> Any:
    import uharfbuzz as hb

    pen = hb.DrawFuncs()
    pen.set_move_to_func(lambda x, y, to: to.move(x, y))
    pen.set_line_to_func(lambda x, y, to: to.line(x, y))
    pen.set_cubic_to_func(lambda x1, y1, x2, y2, x, y, to: to.cubic(x1, y1, x2, y2, x, y))
    pen.set_close_path_func(lambda to: to.close())
    return pen
