"""Shaped paragraphs into placed clusters: lines, alignment, tracking, the baseline grid.

All numbers are layer pixels. A point text's origin is the baseline of its first line; a box text's first baseline lies
the font's ascent below the top of the box, as After Effects exports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import Matrix, Path, join_paths
from velocity_engine.model.text import Glyph, Justify, TextDocument
from velocity_engine.text.faces import Face
from velocity_engine.text.limits import MAX_POINTS
from velocity_engine.text.segments import break_offsets, visual_order
from velocity_engine.text.shaping import Cluster, Paragraph

LINE_HEIGHT = 1.2  # of the size, where the document says nothing ("auto leading")
_SLACK = 1e-6
_ANY_COLOR = (0.0, 0.0, 0.0)

_SIDE = {
    Justify.LEFT: 0.0,
    Justify.CENTER: 0.5,
    Justify.RIGHT: 1.0,
    Justify.LAST_LEFT: 0.0,
    Justify.LAST_CENTER: 0.5,
    Justify.LAST_RIGHT: 1.0,
    Justify.FULL: 0.0,
}
_SPREAD = (Justify.LAST_LEFT, Justify.LAST_CENTER, Justify.LAST_RIGHT, Justify.FULL)


def side_of(justify: Justify) -> float:
    """0 where lines begin at the left edge, 0.5 in the middle, 1 at the right."""
    return _SIDE[justify]


@dataclass(frozen=True, slots=True)
class Line:
    """Clusters ``first`` to ``last`` (exclusive) of a paragraph. ``ends`` it: the paragraph's last line.
    ``width``: without the spaces that hang over its end. ``forced``: it broke inside a word.

    ``height``: beside that of a line in the text's own size. ``ascent`` of its tallest letters in em of the text; None
    for a line without any.
    """

    paragraph: int
    first: int
    last: int
    ends: bool
    width: float
    forced: bool
    height: float = 1.0
    ascent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where lines stand: they are aligned between ``left`` and ``left + width`` (``width`` 0 for point text), the first
    baseline is at ``baseline``, the next ones ``line_height`` below, times their height. ``wraps``: lines are broken at
    ``width``."""

    left: float
    width: float
    baseline: float
    line_height: float
    wraps: bool


@dataclass(frozen=True, slots=True)
class GlyphComposition:
    """A composition in a laid out text: its ``cluster``, the ``span`` of it, and the ``matrix`` from 1/100 of the size
    to the pixels about the cluster's origin."""

    cluster: int
    span: int
    glyph: Glyph
    matrix: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class ColoredGlyph:
    """A glyph with colours of its own in a laid out text: its ``cluster``, the ``span`` of it, its ``number`` in its
    face, and the ``matrix`` from em to the pixels about the cluster's origin."""

    cluster: int
    span: int
    face: Face
    number: int
    matrix: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """n clusters in logical order.

    ``x``, ``y``: (n,) float64, their origins; ``advance``, ``ascent``: (n,) float64. ``line``, ``word``: (n,) int64,
    ``word`` -1 for spaces. ``order``: (n,) int64, clusters from left to right, line by line. ``texts``: what each says.
    ``spans``: (n,) int64, the number of the span that each begins in, OWN for none.
    ``paths``: closed contours of each about its origin, or None. ``colored``: the glyphs that have colours of their
    own, in the order of their clusters. ``compositions``: the characters among them that are compositions.
    ``beyond``: how many are not drawn since those before them have MAX_POINTS; ``points``: what those have that are.
    ``widths``: (lines,) float64; ``ends``: (lines,) bool, whether a paragraph ends there. ``size`` in pixels.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    advance: NDArray[np.float64]
    ascent: NDArray[np.float64]
    line: NDArray[np.int64]
    word: NDArray[np.int64]
    order: NDArray[np.int64]
    texts: tuple[str, ...]
    spans: NDArray[np.int64]
    paths: tuple[Path | None, ...]
    widths: NDArray[np.float64]
    ends: NDArray[np.bool_]
    frame: Frame
    size: float
    compositions: tuple[GlyphComposition, ...] = ()
    colored: tuple[ColoredGlyph, ...] = ()
    beyond: int = 0
    points: int = 0

    def __len__(self) -> int:
        return len(self.x)


# --- lines ----------------------------------------------------------------------------------------------------------


def break_lines(
    paragraphs: Sequence[Paragraph], size: float, tracking: float, width: float | None, *, rigid: bool = False
) -> list[Line]:
    """``width`` None: one line a paragraph. ``tracking`` in 1/1000 em. Spaces hang over a line's end; a word wider than
    the line is broken between characters. ``rigid``: as Skottie breaks lines, where the space behind a word needs room
    as well, and words are whole, however wide."""
    lines: list[Line] = []
    extra = tracking / 1000.0 * size
    for number, paragraph in enumerate(paragraphs):
        clusters = paragraph.clusters
        if width is None or not clusters:
            shown = _shown_width(clusters, size, extra)
            lines.append(Line(number, 0, len(clusters), ends=True, width=shown, forced=False))
            continue
        lines += _wrapped(number, paragraph, size, extra, width, rigid)
    return [_with_height(line, paragraphs[line.paragraph].clusters[line.first : line.last]) for line in lines]


def _with_height(line: Line, clusters: Sequence[Cluster]) -> Line:
    looks = {id(cluster.look): cluster.look for cluster in clusters}.values()
    if not looks:
        return line
    return replace(line, height=max(look.scale for look in looks), ascent=max(look.ascent for look in looks))


def heights_to(lines: Sequence[Line]) -> list[float]:
    """How far each line's baseline lies below the first one's, in line heights of the text's own size."""
    return list(accumulate((line.height for line in lines[1:]), initial=0.0))


def _wrapped(number: int, paragraph: Paragraph, size: float, extra: float, width: float, rigid: bool) -> list[Line]:
    clusters = paragraph.clusters
    allowed = break_offsets(paragraph.text)
    lines: list[Line] = []
    first, at = 0, 0
    best: int | None = None  # where the line may end: after the last word that still fits
    reach = 0.0
    while at < len(clusters):
        cluster = clusters[at]
        advance = cluster.advance * size
        breaks = best is not None if rigid else not cluster.space and at > first
        if breaks and reach + advance > width + _SLACK:
            end, forced = (best, False) if best is not None else (at, True)
            shown = _shown_width(clusters[first:end], size, extra)
            lines.append(Line(number, first, end, ends=False, width=shown, forced=forced))
            first = at = end
            best, reach = None, 0.0
            continue
        reach += advance + extra * cluster.look.scale
        at += 1
        if cluster.end in allowed and at < len(clusters):
            best = at
    shown = _shown_width(clusters[first:], size, extra)
    too_wide = not rigid and bool(clusters) and clusters[first].advance * size > width + _SLACK
    lines.append(Line(number, first, len(clusters), ends=True, width=shown, forced=too_wide))
    return lines


def _shown_width(clusters: Sequence[Cluster], size: float, extra: float) -> float:
    """The width of a line of clusters, without the spaces at its end. ``extra`` lies between each two, in pixels at the
    text's own size."""
    end = len(clusters)
    while end > 0 and clusters[end - 1].space:
        end -= 1
    between = sum(c.look.scale for c in clusters[: max(end - 1, 0)])
    return sum(c.advance for c in clusters[:end]) * size + between * extra


# --- places ---------------------------------------------------------------------------------------------------------


def place_lines(
    paragraphs: Sequence[Paragraph], lines: Sequence[Line], document: TextDocument, size: float, frame: Frame
) -> Layout:
    """Returns where every cluster of the lines stands. ``size`` is less than the document's for a shrunk text."""
    extra = document.tracking / 1000.0 * size
    total = sum(line.last - line.first for line in lines)
    x, y, advance, ascent = (np.zeros(total) for _ in range(4))
    line_of = np.zeros(total, np.int64)
    order, spans = np.zeros(total, np.int64), np.zeros(total, np.int64)
    texts: list[str] = []
    paths: list[Path | None] = []
    compositions: list[GlyphComposition] = []
    colored: list[ColoredGlyph] = []
    at = beyond = 0
    room = MAX_POINTS
    for number, (line, below) in enumerate(zip(lines, heights_to(lines), strict=True)):
        paragraph = paragraphs[line.paragraph]
        clusters = paragraph.clusters[line.first : line.last]
        slots = slice(at, at + len(clusters))
        advances = np.array([c.advance * size for c in clusters])
        sequence, hanging = visual_sequence(clusters, paragraph.base_level)
        advances += _spread(clusters, line, document.justify, frame)
        pitch = advances + extra * np.array([c.look.scale for c in clusters])
        pen = _line_start(line, document.justify, frame)
        pen -= float(pitch[list(hanging)].sum()) if hanging and paragraph.base_level % 2 else 0.0
        starts = pen + np.concatenate(([0.0], np.cumsum(pitch[sequence])))
        x[at + np.array(sequence, np.int64)] = starts[:-1]
        order[slots] = at + np.array(sequence, np.int64)
        y[slots] = frame.baseline + below * frame.line_height - document.baseline_shift
        advance[slots] = advances
        ascent[slots] = [c.ascent * size for c in clusters]
        line_of[slots] = number
        spans[slots] = [c.look.number for c in clusters]
        texts += [paragraph.text[c.start : c.end] for c in clusters]
        for index, cluster in enumerate(clusters):
            path = cluster_path(cluster, size) if room > 0 else None
            own = list(cluster_colors(cluster, at + index, size)) if room > 0 else []
            room -= len(path.points) if path is not None else 0
            room -= sum(one.face.color_glyph(one.number, _ANY_COLOR).points for one in own)
            own = own if room >= 0 else []
            beyond += room <= 0 and path is None and not own
            paths.append(path)
            colored += own
            compositions += cluster_compositions(cluster, at + index, size)
        at += len(clusters)
    widths = np.array([line.width for line in lines])
    ends = np.array([line.ends for line in lines], np.bool_)
    words = _words(texts, line_of)
    return Layout(
        x, y, advance, ascent, line_of, words, order, tuple(texts), spans, tuple(paths), widths, ends, frame, size,
        tuple(compositions), tuple(colored), beyond, MAX_POINTS - room,
    )  # fmt: skip


def visual_sequence(clusters: Sequence[Cluster], base_level: int) -> tuple[list[int], range]:
    """Clusters from left to right, and the spaces at the line's logical end, which hang over its edge (UAX #9, L1)."""
    end = len(clusters)
    while end > 0 and clusters[end - 1].space:
        end -= 1
    hanging = range(end, len(clusters))
    levels = [base_level if i in hanging else c.level for i, c in enumerate(clusters)]
    return visual_order(levels), hanging


def _line_start(line: Line, justify: Justify, frame: Frame) -> float:
    return frame.left + side_of(justify) * (frame.width - (_full_width(line, justify, frame) or line.width))


def _full_width(line: Line, justify: Justify, frame: Frame) -> float | None:
    """The width a line is stretched to by justification, or None where it keeps its own."""
    if not frame.wraps or justify not in _SPREAD or (line.ends and justify is not Justify.FULL):
        return None
    return frame.width if line.width < frame.width else None


def _spread(clusters: Sequence[Cluster], line: Line, justify: Justify, frame: Frame) -> NDArray[np.float64]:
    """What justification adds to the advance of each cluster: shared by the spaces between the words."""
    added = np.zeros(len(clusters))
    full = _full_width(line, justify, frame)
    if full is not None:
        end = len(clusters)
        while end > 0 and clusters[end - 1].space:
            end -= 1
        spaces = [i for i in range(end) if clusters[i].space]
        if spaces:
            added[spaces] = (full - line.width) / len(spaces)
    return added


def _words(texts: Sequence[str], line: NDArray[np.int64]) -> NDArray[np.int64]:
    words = np.full(len(texts), -1, np.int64)
    word, inside = -1, False
    for i, text in enumerate(texts):
        if text.isspace() or not text:
            inside = False
            continue
        if not inside or line[i] != line[i - 1]:
            word += 1
        inside = True
        words[i] = word
    return words


def cluster_compositions(cluster: Cluster, number: int, size: float) -> Iterator[GlyphComposition]:
    for glyph in cluster.glyphs:
        composition = glyph.face.composition(glyph.glyph)
        if composition is not None:
            scale = size * glyph.scale / 100.0
            matrix = (scale, 0.0, 0.0, scale, glyph.dx * size, glyph.dy * size)
            yield GlyphComposition(number, cluster.look.number, composition, matrix)


def cluster_colors(cluster: Cluster, number: int, size: float) -> Iterator[ColoredGlyph]:
    for glyph in cluster.glyphs:
        if glyph.face.in_color(glyph.glyph):
            scale = size * glyph.scale
            matrix = (scale, 0.0, 0.0, scale, glyph.dx * size, glyph.dy * size)
            yield ColoredGlyph(number, cluster.look.number, glyph.face, glyph.glyph, matrix)


def cluster_path(cluster: Cluster, size: float) -> Path | None:
    """The outlines of a cluster in pixels about its origin; None where nothing shows."""
    found = []
    for glyph in cluster.glyphs:
        if glyph.face.in_color(glyph.glyph):
            continue
        outline = glyph.face.outline(glyph.glyph)
        if outline.contours:
            scale = size * glyph.scale
            found.append(outline.transformed((scale, 0.0, 0.0, scale, glyph.dx * size, glyph.dy * size)))
    return join_paths(found) if found else None
