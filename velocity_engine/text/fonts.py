"""Which faces draw a text: the package's, else those the document embeds, else those that the caller names, else
``chars``, else those of plugins and the engine, else the system's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol, runtime_checkable

from velocity_engine.errors import Finding, MediaError, PackageError, Place
from velocity_engine.given.fonts import USUAL_FONTS, FontOptions
from velocity_engine.model.document import Document, Media
from velocity_engine.model.text import Font
from velocity_engine.plugin_types import LayerContext
from velocity_engine.text import provided_fonts
from velocity_engine.text.faces import CharsFace, Face
from velocity_engine.text.font_files import FontRecord, open_font
from velocity_engine.text.font_folders import FolderFont, fonts_at
from velocity_engine.text.font_names import glyphs_of, match_font, record_weight, suits, wanted_weight
from velocity_engine.text.late_faces import LateFace, has_characters, preferred
from velocity_engine.text.limits import Allowance

MISSING, SUBSTITUTED = "font.missing", "font.substitute"


@dataclass(frozen=True, slots=True)
class FontChoice:
    """``faces``: the one that draws the text, then those that help out. ``ascent`` in em, as the document's font list
    says it, else the face's own. ``findings``: where the choice is not what the author meant, without a layer."""

    faces: tuple[Face, ...]
    ascent: float
    findings: tuple[Finding, ...]

    def faces_for(self, text: str) -> Sequence[Face]:
        """``faces`` in the order in which they are tried for a text."""
        return preferred(self.faces, text)


@runtime_checkable
class HasFontOptions(Protocol):
    """A ``LayerContext`` that knows where fonts are beside the template."""

    font_options: FontOptions


class FontCatalogue:
    """The fonts of one plan. A font file that cannot be read is reported once and passed over. ``allowance``: how much
    text the plan may still lay out in them."""

    def __init__(self, context: LayerContext) -> None:
        self._document: Document = context.document
        self._records = _package_records(context)
        self._options = context.font_options if isinstance(context, HasFontOptions) else USUAL_FONTS
        self._given = _fonts_at(self._options.files, context.report)
        self._chosen: dict[str, FontChoice] = {}
        self.allowance = Allowance()

    @cached_property
    def _system(self) -> tuple[FolderFont, ...]:
        return _fonts_at(self._options.system, None)

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
        first, provided = self._first_face(font, ascent, findings), ""
        if first is None:
            record = self._substitute(font, weight, findings)
            first, provided = _face(record, weight), record.file
        others: list[Face] = [first]
        for record in _by_weight(self._records, weight):
            face = _opened(record, weight)
            if face is not None and face not in others:
                others.append(face)
        others += _late_faces(self._given, weight)
        others += (face for key, face in provided_fonts.helping(weight) if key != provided)
        if self._options.system:
            others += _late_faces(self._system, weight)
        return FontChoice(tuple(others), ascent if ascent > 0.0 else first.ascent, tuple(findings))

    def _first_face(self, font: Font, ascent: float, findings: list[Finding]) -> Face | None:
        glyphs = glyphs_of(font, self._document.glyphs)
        chars = CharsFace(f"{font.family} {font.style} of chars", glyphs, ascent if ascent > 0.0 else 0.75)
        if any(glyph.precomp is not None for glyph in glyphs):
            return chars  # a font file would not show what the author put in the characters' place
        match = match_font(font, self._records)
        if match is not None:
            try:
                return _matched(font, match, findings)
            except MediaError as error:
                findings.append(_broken(match.file, error))
        if font.data is not None:
            try:
                return _face(open_font(font.data, font.path or font.name)[0], wanted_weight(font))
            except MediaError as error:
                findings.append(_broken(font.name, error))
        given = match_font(font, [one.record for one in self._given])
        if given is not None and (not glyphs or suits(font, given)):
            try:
                return _matched(font, given, findings)
            except MediaError as error:
                findings.append(_broken(given.file, error))
        return chars if glyphs else None

    def _substitute(self, font: Font, weight: int, findings: list[Finding]) -> FontRecord:
        if (named := self._named(font)) is not None:
            if not suits(font, named):
                findings.append(_other_style(font, _face(named, weight).label))
            return named
        place = Place(file=font.path or None)
        full = f"{font.family} {font.style}".strip()
        called = font.name if full.casefold() in ("", font.name.casefold()) else f"{font.name} ({full})"
        message = f"the font {called} is neither in the package nor embedded, and the document has no outlines of it"
        alike = provided_fonts.of_same_widths(font)
        if alike is None:
            last = provided_fonts.last(weight)
            instead = f"{_face(last, weight).label}, which ships with the engine, is used"
            findings.append(Finding(MISSING, message, place, instead))
            return last
        label = _face(alike, weight).label
        findings.append(Finding(SUBSTITUTED, message, place, f"{label}, whose letters are as wide, is used"))
        if not suits(font, alike):
            findings.append(_other_style(font, label))
        return alike

    def _named(self, font: Font) -> FontRecord | None:
        """Of plugins, the engine and the system: the one that is meant, or the nearest of its family."""
        provided = provided_fonts.named(font)
        if not self._options.system or (provided is not None and suits(font, provided)):
            return provided
        system = match_font(font, [one.record for one in self._system])
        return system if system is not None and (provided is None or suits(font, system)) else provided


# --- where fonts come from ------------------------------------------------------------------------------------------


def _package_records(context: LayerContext) -> tuple[FontRecord, ...]:
    records: list[FontRecord] = []
    for file in context.font_files():
        try:
            records += open_font(context.read(Media(name=file)), file)
        except (MediaError, PackageError) as error:
            context.report(_broken(file, error))
    return tuple(records)


def _fonts_at(locations: Sequence[str], report: Callable[[Finding], None] | None) -> tuple[FolderFont, ...]:
    """``report`` is told of files that cannot be read, if there is one."""

    def broken(file: str, error: MediaError) -> None:
        if report is not None:
            report(_broken(file, error))

    return tuple(font for location in locations for font in fonts_at(location, broken))


def _late_faces(fonts: Sequence[FolderFont], weight: int) -> list[Face]:
    by_record = {id(one.record): one for one in fonts}
    return [
        LateFace(partial(_face, record, weight), has_characters(by_record[id(record)].characters))
        for record in _by_weight([one.record for one in fonts], weight)
    ]


def _by_weight(records: Sequence[FontRecord], weight: int) -> list[FontRecord]:
    return sorted(records, key=lambda r: (r.names.italic, abs(record_weight(r) - weight), r.file, r.index))


def _matched(font: Font, record: FontRecord, findings: list[Finding]) -> Face:
    face = _face(record, wanted_weight(font))
    if not suits(font, record):
        findings.append(_other_style(font, face.label))
    return face


def _face(record: FontRecord, weight: int) -> Face:
    return record.face(weight if "wght" in record.axes else None)


def _opened(record: FontRecord, weight: int) -> Face | None:
    """None for a font that has no outlines: it cannot help out."""
    try:
        return _face(record, weight)
    except MediaError:
        return None


def _broken(name: str, error: MediaError | PackageError) -> Finding:
    message = f"the font {name} cannot be used: {error.message}"
    return Finding("font.broken", message, Place(file=name), "other fonts are used for its texts")


def _other_style(font: Font, label: str) -> Finding:
    asked = f"{font.family} {font.style}".strip() or font.name
    return Finding("font.style", f"the style {asked} is not there", Place(file=font.path or None), f"{label} is used")
