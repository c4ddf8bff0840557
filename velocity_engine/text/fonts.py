"""Which faces draw a text: the package's, else those the document embeds, else ``chars``, else the engine's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath

from velocity_engine.errors import Finding, MediaError, PackageError, Place
from velocity_engine.model.document import Document, Media
from velocity_engine.model.text import Font, Glyph
from velocity_engine.plugin_types import LayerContext
from velocity_engine.text.faces import CharsFace, Face
from velocity_engine.text.font_files import FontRecord, open_font
from velocity_engine.text.limits import Allowance

_WEIGHTS = {
    "thin": 100, "hairline": 100, "extralight": 200, "ultralight": 200, "light": 300, "book": 400, "regular": 400,
    "normal": 400, "roman": 400, "plain": 400, "medium": 500, "semibold": 600, "demibold": 600, "demi": 600,
    "bold": 700, "extrabold": 800, "ultrabold": 800, "black": 900, "heavy": 900, "extrablack": 950, "ultrablack": 950,
}  # fmt: skip
_WEIGHT_WORDS = sorted(_WEIGHTS, key=len, reverse=True)
_SLANTED = ("italic", "oblique", "kursiv")
_BUNDLED = ("Inter-Regular.otf", "Inter-Bold.otf", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "NotoEmoji-Regular.ttf")
_BOLD = 600  # from this weight on the engine's own fonts are the bold ones


@dataclass(frozen=True, slots=True)
class FontChoice:
    """``faces``: the one that draws the text, then those that help out. ``ascent`` in em, as the document's font list
    says it, else the face's own. ``findings``: where the choice is not what the author meant, without a layer."""

    faces: tuple[Face, ...]
    ascent: float
    findings: tuple[Finding, ...]


class FontCatalogue:
    """The fonts of one plan. A font file that cannot be read is reported once and passed over. ``allowance``: how much
    text the plan may still lay out in them."""

    def __init__(self, context: LayerContext) -> None:
        self._document: Document = context.document
        self._records = _package_records(context)
        self._chosen: dict[str, FontChoice] = {}
        self.allowance = Allowance()

    def choose(self, name: str) -> FontChoice:
        """``name``: what ``TextDocument.font`` holds, the fName of the font list."""
        found = self._chosen.get(name)
        if found is None:
            found = self._chosen[name] = self._choose(self._listed(name))
        return found

    def _listed(self, name: str) -> Font:
        for font in self._document.fonts:
            if font.name == name:
                return font
        family, _, style = name.partition("-")
        return Font(name=name, family=family, style=style or "Regular")

    def _choose(self, font: Font) -> FontChoice:
        ascent = font.ascent / 100.0
        weight = wanted_weight(font)
        findings: list[Finding] = []
        first = self._first_face(font, ascent, findings)
        if first is None:
            first = self._substitute(font, weight, findings)
        others: list[Face] = [first]
        for record in (*_by_weight(self._records, weight), *_engine_fonts(weight)):
            face = _opened(record, weight)
            if face is not None and face not in others:
                others.append(face)
        return FontChoice(tuple(others), ascent if ascent > 0.0 else first.ascent, tuple(findings))

    def _first_face(self, font: Font, ascent: float, findings: list[Finding]) -> Face | None:
        glyphs = glyphs_of(font, self._document.glyphs)
        chars = CharsFace(f"{font.family} {font.style} of chars", glyphs, ascent if ascent > 0.0 else 0.75)
        if any(glyph.precomp is not None for glyph in glyphs):
            return chars  # a font file would not show what the author put in the characters' place
        match = match_font(font, self._records)
        if match is not None:
            try:
                face = match.face(wanted_weight(font) if "wght" in match.axes else None)
                if not _suits(font, match):
                    findings.append(_other_style(font, face.label))
                return face
            except MediaError as error:
                findings.append(_broken(match.file, error))
        if font.data is not None:
            try:
                record = open_font(font.data, font.path or font.name)[0]
                return record.face(wanted_weight(font) if "wght" in record.axes else None)
            except MediaError as error:
                findings.append(_broken(font.name, error))
        return chars if glyphs else None

    def _substitute(self, font: Font, weight: int, findings: list[Finding]) -> Face:
        match = match_font(font, _bundled_records())
        if match is not None:
            face = match.face()
            if not _suits(font, match):
                findings.append(_other_style(font, face.label))
            return face
        face = _engine_fonts(weight)[0].face()
        full = f"{font.family} {font.style}".strip()
        named = font.name if full.casefold() in ("", font.name.casefold()) else f"{font.name} ({full})"
        message = f"the font {named} is neither in the package nor embedded, and the document has no outlines of it"
        instead = f"{face.label}, which ships with the engine, is used"
        findings.append(Finding("font.missing", message, Place(file=font.path or None), instead))
        return face


# --- matching -------------------------------------------------------------------------------------------------------


def match_font(font: Font, records: Sequence[FontRecord]) -> FontRecord | None:
    """By PostScript or full name; by family and style; by the file's stem; then the family's nearest style."""
    name = plain(font.name)
    for record in records:
        if name and name in (plain(record.names.postscript), plain(record.names.full)):
            return record
    family = plain(font.family)
    relatives = [r for r in records if family and family in map(plain, (*r.names.families, *_family_stems(r)))]
    relatives.sort(key=lambda r: _distance(font, r))
    if relatives and _suits(font, relatives[0]):
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


def _wants_slant(font: Font) -> bool:
    return slanted(font.style) or slanted(font.name)


def _family_stems(record: FontRecord) -> Iterable[str]:
    """Family names with the style's words cut off, as fonts with four-style families write them ("Inter SemiBold")."""
    for family in record.names.families:
        words = family.split()
        if len(words) > 1 and style_weight(words[-1]) is not None:
            yield " ".join(words[:-1])


def _record_weight(record: FontRecord) -> int:
    return style_weight(record.names.style) or record.names.weight


def _distance(font: Font, record: FontRecord) -> tuple[bool, float]:
    if "wght" in record.axes:
        least, _, greatest = record.axes["wght"]
        away = max(least - wanted_weight(font), wanted_weight(font) - greatest, 0.0)
    else:
        away = abs(_record_weight(record) - wanted_weight(font))
    return (record.names.italic != _wants_slant(font), away)


def _suits(font: Font, record: FontRecord) -> bool:
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


# --- where fonts come from ------------------------------------------------------------------------------------------


def _package_records(context: LayerContext) -> tuple[FontRecord, ...]:
    records: list[FontRecord] = []
    for file in context.font_files():
        try:
            records += open_font(context.read(Media(name=file)), file)
        except (MediaError, PackageError) as error:
            context.report(_broken(file, error))
    return tuple(records)


@cache
def _bundled_records() -> tuple[FontRecord, ...]:
    folder = resources.files("velocity_engine") / "fonts"
    return tuple(record for file in _BUNDLED for record in open_font((folder / file).read_bytes(), file))


def _engine_fonts(weight: int) -> tuple[FontRecord, ...]:
    inter, inter_bold, dejavu, dejavu_bold, emoji = _bundled_records()
    return (inter_bold, dejavu_bold, emoji) if weight >= _BOLD else (inter, dejavu, emoji)


def _by_weight(records: Sequence[FontRecord], weight: int) -> list[FontRecord]:
    return sorted(records, key=lambda r: (r.names.italic, abs(_record_weight(r) - weight), r.file, r.index))


def _opened(record: FontRecord, weight: int) -> Face | None:
    """None for a font that has no outlines: it cannot help out."""
    try:
        return record.face(weight if "wght" in record.axes else None)
    except MediaError:
        return None


def _broken(name: str, error: MediaError | PackageError) -> Finding:
    message = f"the font {name} cannot be used: {error.message}"
    return Finding("font.broken", message, Place(file=name), "other fonts are used for its texts")


def _other_style(font: Font, label: str) -> Finding:
    asked = f"{font.family} {font.style}".strip() or font.name
    return Finding("font.style", f"the style {asked} is not there", Place(file=font.path or None), f"{label} is used")
