"""Paragraphs into clusters of glyphs: capitals, directions, scripts, fallback faces, then HarfBuzz.

Lengths are in em, so that one result serves every size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from velocity_engine.model.text import Caps
from velocity_engine.text.faces import MISSING_GLYPH, Face
from velocity_engine.text.segments import bidi_levels, grapheme_spans, ignorable, paragraphs, scripts

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
    """What moves as one: a character with its marks, or a ligature. ``start``, ``end``: in the paragraph's text."""

    start: int
    end: int
    glyphs: tuple[ClusterGlyph, ...]
    advance: float
    level: int
    space: bool
    ascent: float


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
class Shaped:
    """``missing``: characters that no face has, in order of appearance; a box stands for each. ``borrowed``: by label
    of the face that helped out, the characters that the first face lacks."""

    paragraphs: tuple[Paragraph, ...]
    missing: tuple[str, ...]
    borrowed: tuple[tuple[str, str], ...]


def shape_text(text: str, faces: Sequence[Face], *, caps: Caps = Caps.NORMAL, ligatures: bool = True) -> Shaped:
    """``faces``: the first is the one asked for, the others are tried in order for the characters it lacks."""
    missing: dict[str, None] = {}
    borrowed: dict[str, dict[str, None]] = {}
    shaped = []
    for line in paragraphs(text):
        capitals, scales = _capitals(line.replace("\t", " " * _TAB_SPACES), caps)
        shaped.append(_shape_paragraph(capitals, scales, faces, ligatures, missing, borrowed))
    helped = tuple((label, "".join(characters)) for label, characters in borrowed.items())
    return Shaped(tuple(shaped), tuple(missing), helped)


def _capitals(text: str, caps: Caps) -> tuple[str, list[float]]:
    """The text in capitals, and the size of each of its characters."""
    if caps is Caps.NORMAL:
        return text, [1.0] * len(text)
    upper = [character.upper() for character in text]
    small = SMALL_CAPS if caps is Caps.SMALL else 1.0
    scales = [small if up != old else 1.0 for up, old in zip(upper, text, strict=True) for _ in up]
    return "".join(upper), scales


def _shape_paragraph(
    text: str,
    scales: Sequence[float],
    faces: Sequence[Face],
    ligatures: bool,
    missing: dict[str, None],
    borrowed: dict[str, dict[str, None]],
) -> Paragraph:
    if not text:
        return Paragraph(text, 0, ())
    base, levels = bidi_levels(text)
    codes = scripts(text)
    spans = grapheme_spans(text)
    chosen: list[Face | None] = []
    for first, last in spans:
        face = _choose(text[first:last], faces, chosen[-1] if chosen else None)
        chosen.append(face)
        if face is None:
            if not text[first:last].isspace():
                missing.setdefault(text[first:last])
        elif face is not faces[0]:
            borrowed.setdefault(face.label, {}).setdefault(text[first:last])
    clusters: list[Cluster] = []
    pieces = [
        (span, face, levels[span[0]], codes[span[0]], scales[span[0]]) for span, face in zip(spans, chosen, strict=True)
    ]
    for (_, _, level, code, scale), group in groupby(pieces, key=lambda p: (id(p[1]), p[1] is None, *p[2:])):
        run = list(group)
        face = run[0][1]
        cut = [piece[0] for piece in run]
        if face is None:
            clusters += [_unknown(text, span, faces[0], level, scale) for span in cut]
        else:
            clusters += _shape_run(text, _Run(cut, face, level, code, scale), ligatures, missing)
    return Paragraph(text, base, tuple(clusters))


def _choose(cluster: str, faces: Sequence[Face], before: Face | None) -> Face | None:
    if all(ignorable(c) for c in cluster):
        return before or faces[0]
    if "\ufe0f" in cluster:  # emoji presentation was asked for: the fonts of emoji stand at the end
        for face in reversed(faces):
            if face.covers(cluster) and not face.covers("A"):
                return face
    for face in faces:
        if face.covers(cluster):
            return face
    base = cluster[0]
    return next((face for face in faces if face.covers(base)), None)


def _unknown(text: str, span: tuple[int, int], face: Face, level: int, scale: float) -> Cluster:
    """A box for what no face has, so that nobody takes the text for whole; spaces stay empty."""
    ascent = face.ascent * scale
    if text[slice(*span)].isspace():
        advance = _EMPTY_ADVANCE
        if face.covers(" "):
            advance = sum(g.advance for g in face.shape(" ", 0, 1, rtl=False, script="Latn", ligatures=False))
        return Cluster(*span, (), advance * scale, level, True, ascent)
    box = ClusterGlyph(MISSING_GLYPH, 0, 0.0, 0.0, scale)
    return Cluster(*span, (box,), MISSING_GLYPH.advance * scale, level, False, ascent)


def _shape_run(text: str, run: _Run, ligatures: bool, missing: dict[str, None]) -> list[Cluster]:
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
            missing.setdefault(text[glyph.cluster])
        drawn, number = (face, glyph.glyph) if glyph.glyph is not None else (MISSING_GLYPH, 0)
        by_start.setdefault(first, []).append(
            ClusterGlyph(drawn, number, pen + glyph.dx * scale, glyph.dy * scale, scale)
        )
    starts = sorted(advances)
    ends = [*starts[1:], end]
    ascent = face.ascent * scale
    return [
        Cluster(at, stop, tuple(by_start.get(at, ())), advances[at], level, text[at:stop].isspace(), ascent)
        for at, stop in zip(starts, ends, strict=True)
    ]
