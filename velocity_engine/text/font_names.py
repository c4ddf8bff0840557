"""Names of fonts: which of several a document means, and the weights and slants that styles are called by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from velocity_engine.model.text import Font, Glyph
from velocity_engine.text.font_files import FontRecord

_WEIGHTS = {
    "thin": 100, "hairline": 100, "extralight": 200, "ultralight": 200, "light": 300, "book": 400, "regular": 400,
    "normal": 400, "roman": 400, "plain": 400, "medium": 500, "semibold": 600, "demibold": 600, "demi": 600,
    "bold": 700, "extrabold": 800, "ultrabold": 800, "black": 900, "heavy": 900, "extrablack": 950, "ultrablack": 950,
}  # fmt: skip
_WEIGHT_WORDS = sorted(_WEIGHTS, key=len, reverse=True)
_SLANTED = ("italic", "oblique", "kursiv")
_VARIABLE = ("variable", "vf")
"""Words that names of variable fonts end with."""


def match_font(font: Font, records: Sequence[FontRecord]) -> FontRecord | None:
    """By PostScript or full name; by family and style; by the file's stem; then the family's nearest style."""
    name = plain(font.name)
    for record in records:
        if name and name in (plain(record.names.postscript), plain(record.names.full)):
            return record
    family = plain(font.family)
    relatives = [r for r in records if family and family in map(plain, (*r.names.families, *_family_stems(r)))]
    relatives.sort(key=lambda r: _distance(font, r))
    if relatives and suits(font, relatives[0]):
        return relatives[0]
    stems = {stem for stem in (name, plain(font.family + font.style), plain(PurePosixPath(font.path).stem)) if stem}
    for record in records:
        if plain(PurePosixPath(record.file).stem) in stems:
            return record
    return relatives[0] if relatives else None


def plain(name: str) -> str:
    """Letters and digits only, without regard to case: how names of fonts are compared."""
    return re.sub(r"[\W_]+", "", name).casefold()


def style_weight(style: str) -> int | None:
    """The weight that a style's words or number name (100 to 950), or None."""
    number = re.search(r"(?<!\d)([1-9]00|950)(?!\d)", style)
    if number:
        return int(number.group(1))
    words = plain(style)
    return next((_WEIGHTS[word] for word in _WEIGHT_WORDS if word in words), None)


def slanted(style: str) -> bool:
    return any(word in style.casefold() for word in _SLANTED)


def wanted_weight(font: Font) -> int:
    for words in (font.style, font.weight, font.name.partition("-")[2]):
        weight = style_weight(words)
        if weight is not None:
            return weight
    return 400


def slanted_font(font: Font) -> bool:
    return slanted(font.style) or slanted(font.name)


def _family_stems(record: FontRecord) -> Iterable[str]:
    """Family names with the style's words cut off, as fonts with four-style families write them ("Inter SemiBold"), and
    variable ones ("Inter Variable")."""
    for family in record.names.families:
        words = family.split()
        if len(words) > 1 and (style_weight(words[-1]) is not None or words[-1].casefold() in _VARIABLE):
            yield " ".join(words[:-1])


def record_weight(record: FontRecord) -> int:
    return style_weight(record.names.style) or record.names.weight


def _distance(font: Font, record: FontRecord) -> tuple[bool, float]:
    if "wght" in record.axes:
        least, _, greatest = record.axes["wght"]
        away = max(least - wanted_weight(font), wanted_weight(font) - greatest, 0.0)
    else:
        away = abs(record_weight(record) - wanted_weight(font))
    return (record.names.italic != slanted_font(font), away)


def suits(font: Font, record: FontRecord) -> bool:
    """Whether the style is the one asked for; a font matched by its own name always is."""
    own = (record.names.postscript, record.names.full, PurePosixPath(record.file).stem)
    if plain(font.name) in map(plain, own):
        return True
    if plain(font.style) and plain(font.style) == plain(record.names.style):
        return True
    return _distance(font, record) == (False, 0.0)


def glyphs_of(font: Font, glyphs: Sequence[Glyph]) -> tuple[Glyph, ...]:
    """The ``chars`` of a font's family and style; of the family where it has a single style."""
    family = [glyph for glyph in glyphs if glyph.family == font.family]
    exact = tuple(glyph for glyph in family if glyph.style == font.style)
    if exact or len({glyph.style for glyph in family}) != 1:
        return exact
    return tuple(family)
