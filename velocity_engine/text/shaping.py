"""Paragraphs into clusters of glyphs: capitals, directions, scripts, fallback faces, then HarfBuzz.

Lengths are in em, so that one result serves every size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from velocity_engine.model.text import Caps
from velocity_engine.text.faces import MISSING_GLYPH, Face
from velocity_engine.text.looks import Look
from velocity_engine.text.segments import (
    bidi_levels,
    grapheme_spans,
    ignorable,
    paragraph_offsets,
    paragraphs,
    scripts,
    shown_as_emoji,
)

SMALL_CAPS = 0.7  # After Effects' default size of generated small capitals
_TAB_SPACES = 4
_EMPTY_ADVANCE = 0.5  # em, where not even a space is in the font


@dataclass(frozen=True, slots=True)
class ClusterGlyph:
    """``dx``, ``dy``: the glyph's origin from the cluster's, ``scale`` beside 1 em (small capitals)."""

    face: Face
    glyph: int
    dx: float
    dy: float
    scale: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """What moves as one: a character with its marks, or a ligature. ``start``, ``end``: in the paragraph's text.
    ``look``: that of its first character."""

    start: int
    end: int
    glyphs: tuple[ClusterGlyph, ...]
    advance: float
    level: int
    space: bool
    ascent: float
    look: Look


@dataclass(frozen=True, slots=True)
class _Run:
    """What HarfBuzz shapes at once: graphemes (``spans`` in the paragraph's text) in one face, direction (``level``),
    script and ``scale`` beside 1 em."""

    spans: Sequence[tuple[int, int]]
    face: Face
    level: int
    script: str
    scale: float


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``clusters`` in logical order; ``text`` after capitals were applied; ``base_level`` 1 for right to left."""

    text: str
    base_level: int
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Borrowed:
    """The ``characters`` that the font ``asked`` for lacks, and for which ``helper`` is used (labels of faces)."""

    asked: str
    helper: str
    characters: str


@dataclass(frozen=True, slots=True)
class Shaped:
    """``missing``: characters that no face has, in order of appearance; a box stands for each."""

    paragraphs: tuple[Paragraph, ...]
    missing: tuple[str, ...]
    borrowed: tuple[Borrowed, ...]


@dataclass(slots=True)
class _Lacking:
    """What is found on the way: ``missing`` characters, and borrowed ones by the labels of both faces. In order."""

    missing: dict[str, None] = field(default_factory=dict)
    borrowed: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)


def shape_text(
    text: str,
    own: Look,
    *,
    looks: Sequence[Look] | None = None,
    caps: Caps = Caps.NORMAL,
    ligatures: bool = True,
) -> Shaped:
    """``looks``: of each character, where not all look like the text's ``own``."""
    lacking = _Lacking()
    if looks is None:
        lines = [(line, [own] * len(line)) for line in paragraphs(text)]
    else:
        lines = [(line, [looks[at] for at in offsets]) for line, offsets in paragraph_offsets(text)]
    shaped = [_shape_paragraph(_characters(line, its, caps), ligatures, lacking) for line, its in lines]
    borrowed = [Borrowed(*labels, "".join(characters)) for labels, characters in lacking.borrowed.items()]
    return Shaped(tuple(shaped), tuple(lacking.missing), tuple(borrowed))


@dataclass(frozen=True, slots=True)
class _Characters:
    """A paragraph's ``text``, and of each of its characters the size beside that of the text, and the look."""

    text: str
    scales: Sequence[float]
    looks: Sequence[Look]


def _characters(line: str, looks: Sequence[Look], caps: Caps) -> _Characters:
    """With capitals applied, and spaces for tabs."""
    if caps is Caps.NORMAL and "\t" not in line:
        return _Characters(line, [look.scale for look in looks], looks)
    text, scales, spread = [], [], []
    small = SMALL_CAPS if caps is Caps.SMALL else 1.0
    for character, look in zip(line, looks, strict=True):
        shown = " " * _TAB_SPACES if character == "\t" else character
        if caps is not Caps.NORMAL:
            shown = shown.upper()
        text.append(shown)
        changed = shown != character and character != "\t"
        scales += [look.scale * small if changed else look.scale] * len(shown)
        spread += [look] * len(shown)
    return _Characters("".join(text), scales, spread)


def _shape_paragraph(characters: _Characters, ligatures: bool, lacking: _Lacking) -> Paragraph:
    text, scales, looks = characters.text, characters.scales, characters.looks
    if not text:
        return Paragraph(text, 0, ())
    base, levels = bidi_levels(text)
    codes = scripts(text)
    spans = grapheme_spans(text)
    chosen: list[Face | None] = []
    for first, last in spans:
        faces = looks[first].faces
        face = _choose(text[first:last], faces, chosen[-1] if chosen else None)
        chosen.append(face)
        if face is None:
            if not text[first:last].isspace():
                lacking.missing.setdefault(text[first:last])
        elif face is not faces[0]:
            lacking.borrowed.setdefault((faces[0].label, face.label), {}).setdefault(text[first:last])
    clusters: list[Cluster] = []
    pieces = [
        (span, face, levels[span[0]], codes[span[0]], scales[span[0]]) for span, face in zip(spans, chosen, strict=True)
    ]
    for (_, _, level, code, scale), group in groupby(pieces, key=lambda p: (id(p[1]), p[1] is None, *p[2:])):
        run = list(group)
        face = run[0][1]
        cut = [piece[0] for piece in run]
        if face is None:
            clusters += [_unknown(text, span, looks[span[0]], level, scale) for span in cut]
        else:
            clusters += _shape_run(characters, _Run(cut, face, level, code, scale), ligatures, lacking)
    return Paragraph(text, base, tuple(clusters))


def _choose(cluster: str, faces: Sequence[Face], before: Face | None) -> Face | None:
    if all(ignorable(c) for c in cluster):
        return before or faces[0]
    if shown_as_emoji(cluster):
        colored = [face for face in faces if face.covers(cluster) and face.has_color]
        if colored:
            return next((face for face in colored if _is_one_glyph(cluster, face)), colored[0])
    if "\ufe0f" in cluster:  # emoji presentation was asked for: the fonts of emoji stand at the end
        for face in reversed(faces):
            if face.covers(cluster) and not face.covers("A"):
                return face
    for face in faces:
        if face.covers(cluster):
            return face
    base = cluster[0]
    return next((face for face in faces if face.covers(base)), None)


def _is_one_glyph(cluster: str, face: Face) -> bool:
    """Whether a family or flag, say, is one picture in a font, not a row of its parts."""
    glyphs = face.shape(cluster, 0, len(cluster), rtl=False, script="Zyyy", ligatures=True)
    return sum(glyph.advance > 0.0 for glyph in glyphs) == 1


def _unknown(text: str, span: tuple[int, int], look: Look, level: int, scale: float) -> Cluster:
    """A box for what no face has, so that nobody takes the text for whole; spaces stay empty."""
    face = look.faces[0]
    ascent = face.ascent * scale
    if text[slice(*span)].isspace():
        advance = _EMPTY_ADVANCE
        if face.covers(" "):
            advance = sum(g.advance for g in face.shape(" ", 0, 1, rtl=False, script="Latn", ligatures=False))
        return Cluster(*span, (), advance * scale, level, True, ascent, look)
    box = ClusterGlyph(MISSING_GLYPH, 0, 0.0, 0.0, scale)
    return Cluster(*span, (box,), MISSING_GLYPH.advance * scale, level, False, ascent, look)


def _shape_run(characters: _Characters, run: _Run, ligatures: bool, lacking: _Lacking) -> list[Cluster]:
    text, looks = characters.text, characters.looks
    face, level, scale = run.face, run.level, run.scale
    start, end = run.spans[0][0], run.spans[-1][1]
    placed = face.shape(text, start, end - start, rtl=level % 2 == 1, script=run.script, ligatures=ligatures)
    owner = {}
    for first, last in run.spans:
        owner.update(dict.fromkeys(range(first, last), first))
    by_start: dict[int, list[ClusterGlyph]] = {}
    advances: dict[int, float] = {}
    for glyph in placed:
        first = owner[glyph.cluster]
        pen = advances.get(first, 0.0)
        advances[first] = pen + glyph.advance * scale
        if glyph.glyph is None:
            lacking.missing.setdefault(text[glyph.cluster])
        drawn, number = (face, glyph.glyph) if glyph.glyph is not None else (MISSING_GLYPH, 0)
        by_start.setdefault(first, []).append(
            ClusterGlyph(drawn, number, pen + glyph.dx * scale, glyph.dy * scale, scale)
        )
    starts = sorted(advances)
    ends = [*starts[1:], end]
    ascent = face.ascent * scale
    return [
        Cluster(at, stop, tuple(by_start.get(at, ())), advances[at], level, text[at:stop].isspace(), ascent, looks[at])
        for at, stop in zip(starts, ends, strict=True)
    ]
