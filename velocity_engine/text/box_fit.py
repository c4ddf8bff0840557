"""Texts that fill their box: they grow and shrink between limits, and stand at its top, middle or bottom.

After Effects has none of it; templates made for Skottie do. The size is found as there (``ShapeToFit`` of its
``TextShaper.cpp``), so that texts come out equally large.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from velocity_engine.model.geometry import Bounds
from velocity_engine.model.text import BoxFit, Justify, Resize, VerticalAlign
from velocity_engine.text.layout import Line, heights_to, side_of, visual_sequence
from velocity_engine.text.shaping import Cluster, Paragraph

LARGEST_SIZE = 20_000.0  # pixels: what nobody limits grows no further
_STEPS = 16  # of the search, as many as Skottie's
_SLACK = 1e-3  # pixels
_VISUAL = (VerticalAlign.VISUAL_TOP, VerticalAlign.VISUAL_CENTER, VerticalAlign.VISUAL_BOTTOM)
_DOWN = {
    VerticalAlign.TOP: 0.0,
    VerticalAlign.VISUAL_TOP: 0.0,
    VerticalAlign.CENTER: 0.5,
    VerticalAlign.VISUAL_CENTER: 0.5,
    VerticalAlign.BOTTOM: 1.0,
    VerticalAlign.VISUAL_BOTTOM: 1.0,
}


@dataclass(frozen=True, slots=True)
class SetLines:
    """Lines at one size. ``ascent`` of the first one and ``line_height`` in pixels; ``extra`` lies between two
    characters."""

    lines: Sequence[Line]
    size: float
    ascent: float
    line_height: float
    extra: float


def first_baseline(
    paragraphs: Sequence[Paragraph], set_lines: SetLines, box: tuple[float, float, float, float], align: VerticalAlign
) -> float:
    """Where the first baseline lies, in the pixels of ``box`` (x, y, width, height)."""
    _, top, _, bottom = extent(paragraphs, set_lines, Justify.LEFT, typographic=align not in _VISUAL)
    down = _DOWN[align]
    return box[1] + down * box[3] - (top + down * (bottom - top))


def room_for(paragraphs: Sequence[Paragraph], set_lines: SetLines, room: tuple[float, float], fit: BoxFit) -> bool:
    """Whether lines fit into ``room`` (width, height) with all that shows of them."""
    if fit.max_lines and len(set_lines.lines) > fit.max_lines:
        return False
    left, top, right, bottom = extent(paragraphs, set_lines, Justify.LEFT, typographic=fit.align not in _VISUAL)
    return right - left <= room[0] + _SLACK and bottom - top <= room[1] + _SLACK


def extent(paragraphs: Sequence[Paragraph], set_lines: SetLines, justify: Justify, *, typographic: bool) -> Bounds:
    """What the outlines of lines cover, about the start of the first baseline. ``typographic``: at least from the
    ascent of the first line to the descent of the last one."""
    size, extra = set_lines.size, set_lines.extra
    found: list[Bounds] = []
    last_descent = 0.0
    below = heights_to(set_lines.lines)
    for line, lower in zip(set_lines.lines, below, strict=True):
        paragraph = paragraphs[line.paragraph]
        clusters = paragraph.clusters[line.first : line.last]
        y = lower * set_lines.line_height
        pen = -side_of(justify) * line.width
        for index in visual_sequence(clusters, paragraph.base_level)[0]:
            cluster = clusters[index]
            ink = _ink(cluster)
            if ink is not None:
                found.append((pen + ink[0] * size, y + ink[1] * size, pen + ink[2] * size, y + ink[3] * size))
            pen += cluster.advance * size + extra * cluster.look.scale
        last_descent = max((g.face.descent * g.scale for c in clusters for g in c.glyphs), default=0.0) * size
    left, top, right, bottom = _joined(found)
    if typographic and below:
        top = min(top, -set_lines.ascent)
        bottom = max(bottom, below[-1] * set_lines.line_height + last_descent)
    return left, top, right, bottom


def _ink(cluster: Cluster) -> Bounds | None:
    """In em, about the cluster's origin."""
    boxes: list[Bounds] = []
    for glyph in cluster.glyphs:
        box = glyph.face.outline(glyph.glyph).bounds()
        if box is not None:
            left, top, right, bottom = (edge * glyph.scale for edge in box)
            boxes.append((left + glyph.dx, top + glyph.dy, right + glyph.dx, bottom + glyph.dy))
    return _joined(boxes) if boxes else None


def _joined(boxes: Sequence[Bounds]) -> Bounds:
    if not boxes:
        return 0.0, 0.0, 0.0, 0.0
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def fitting_size(size: float, fit: BoxFit, fits: Callable[[float], bool]) -> tuple[float, bool]:
    """The size between the limits of ``fit`` that fills the box, and whether not even the least one fits."""
    if fit.resize is Resize.NONE or (fit.resize is Resize.SHRINK and fits(size)):
        return size, False
    least = fit.min_size / size
    most = max(min(fit.max_size, max(LARGEST_SIZE, size)) / size, least)
    inside, outside, best = least, most, None
    probe = min(max(1.0, least), most)
    for _ in range(_STEPS):
        before = probe
        if fits(probe * size):
            best = inside = probe
            probe = min(most, probe * 2.0) if outside == most else (inside + outside) / 2.0
        else:
            outside = probe
            probe = max(least, probe / 2.0) if inside == least else (inside + outside) / 2.0
        if probe == before:
            break
    return (probe if best is None else best) * size, best is None
