"""A matrix for every cluster: where it stands, turned and scaled about its anchor, moved by tracking and line spacing.

The way of a cluster: minus its anchor, scaled, skewed, turned, moved, then set onto its line or path. On a path stands
the anchor, so clusters that share one (those of a word, say) keep together as on a straight line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import STEEPEST
from velocity_engine.model.text import Justify
from velocity_engine.text.animators import Changes
from velocity_engine.text.layout import Layout, side_of
from velocity_engine.text.on_path import ClustersOnPath

Values = NDArray[np.float64]
CHARACTERS, WORDS, LINES, ALL = range(1, 5)


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """What n clusters turn about: (n, 2) ``middle`` of their group, from their own origin, and (n, 2) ``half`` of it.

    The middle of a group is on its baseline; half its height is its ascent.
    """

    middle: Values
    half: Values

    def at(self, alignment: Values) -> Values:
        """(n, 2): ``alignment`` (2,) in per cent, -100 to 100 reaching from edge to edge."""
        return self.middle + self.half * (alignment / 100.0)


def anchors_of(layout: Layout, grouping: int) -> Anchors:
    """``grouping``: the document's "anchor point grouping", 1 characters, 2 words, 3 lines, 4 all."""
    n = len(layout)
    own = Anchors(
        np.stack([layout.advance / 2, np.zeros(n)], axis=1), np.stack([layout.advance / 2, layout.ascent], axis=1)
    )
    if grouping not in (WORDS, LINES, ALL) or n == 0:
        return own
    group = {WORDS: layout.word, LINES: layout.line}.get(grouping, np.zeros(n, np.int64))
    middle, half = own.middle.copy(), own.half.copy()
    for number in range(int(group.max()) + 1):
        inside = np.flatnonzero(group == number)
        visible = inside[layout.word[inside] >= 0] if grouping != WORDS else inside
        if not len(visible):
            continue
        left, right = layout.x[visible].min(), (layout.x + layout.advance)[visible].max()
        top, bottom = layout.y[visible].min(), layout.y[visible].max()
        middle[inside, 0] = (left + right) / 2 - layout.x[inside]
        middle[inside, 1] = (top + bottom) / 2 - layout.y[inside]
        half[inside, 0] = (right - left) / 2
        half[inside, 1] = layout.ascent[visible].max() + (bottom - top) / 2
    return Anchors(middle, half)


def flat_matrices(layout: Layout) -> Values:
    """(n, 6) float64: every cluster at its origin."""
    matrices = np.zeros((len(layout), 6))
    matrices[:, 0] = matrices[:, 3] = 1.0
    matrices[:, 4], matrices[:, 5] = layout.x, layout.y
    return matrices


def cluster_matrices(
    layout: Layout, anchors: Values, justify: Justify, changes: Changes | None, path: ClustersOnPath | None
) -> Values:
    """(n, 6) float64 in the order of ``Matrix``. ``anchors``: (n, 2), from ``Anchors.at``."""
    n = len(layout)
    middle = np.stack([layout.advance / 2, np.zeros(n)], axis=1)
    shift = np.zeros((n, 2))
    linear = np.tile(np.eye(2), (n, 1, 1))
    pivot = anchors
    if changes is not None:
        shift += changes.position + line_shift(layout, changes)
        shift[:, 0] += tracking_shift(layout, changes, justify)
        linear = linear_parts(changes)
        pivot = anchors + changes.anchor
    if path is None:
        frames = flat_matrices(layout)
        frames[:, 4:] += anchors + shift
        lift = np.zeros((n, 2))
    else:
        frames = path.frames((anchors - middle + shift)[:, 0])
        lift = np.stack([np.zeros(n), path.below + anchors[:, 1] + shift[:, 1]], axis=1)
    upright = frames[:, [[0, 2], [1, 3]]]
    turned = upright @ linear
    origin = frames[:, 4:] + _applied(upright, lift) - _applied(turned, pivot)
    return np.concatenate([turned[:, :, 0], turned[:, :, 1], origin], axis=1)


def linear_parts(changes: Changes) -> Values:
    """(n, 2, 2): scale, then skew, then the turns about z, y and x, seen from the front without perspective."""
    x, y, z = np.radians(changes.rotation).T
    cos, sin = np.cos(z), np.sin(z)
    across = np.cos(y)[:, None] * np.stack([cos, -sin], axis=1)
    down = np.cos(x)[:, None] * np.stack([sin, cos], axis=1)
    down += (np.sin(x) * np.sin(y))[:, None] * np.stack([cos, -sin], axis=1)
    turn = np.stack([across, down], axis=1)
    if changes.skew.any():
        turn = turn @ _skews(changes.skew, changes.skew_axis)
    return turn * changes.scale[:, None, :]


def _skews(degrees: Values, axis: Values) -> Values:
    lean = np.clip(np.tan(np.radians(-degrees)), -STEEPEST, STEEPEST)
    cos, sin = np.cos(np.radians(axis)), np.sin(np.radians(axis))
    rows = [[1.0 - lean * sin * cos, lean * cos * cos], [-lean * sin * sin, 1.0 + lean * sin * cos]]
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def tracking_shift(layout: Layout, changes: Changes, justify: Justify) -> Values:
    """(n,): half of a cluster's tracking comes before it and half after, none at the ends of a line, which grows from
    its side of alignment, or from the animators' line anchor."""
    shift = np.zeros(len(layout))
    if not changes.tracking.any():
        return shift
    side = side_of(justify) if changes.line_side is None else changes.line_side
    for row in _rows(layout):
        half = changes.tracking[row] / 2
        steps = np.concatenate(([0.0], half[:-1] + half[1:]))
        way = np.cumsum(steps)
        shift[row] = way - side * way[-1]
    return shift


def line_shift(layout: Layout, changes: Changes) -> Values:
    """(n, 2): from the second line on, each line moves on by the mean of its clusters' line spacing."""
    shift = np.zeros((len(layout), 2))
    if not changes.spacing.any():
        return shift
    total = np.zeros(2)
    for number, row in enumerate(_rows(layout)):
        if number:
            total = total + changes.spacing[row].mean(axis=0)
        shift[row] = total
    return shift


def _rows(layout: Layout) -> list[NDArray[np.int64]]:
    """Of each line that has clusters, their indices from left to right."""
    lines = layout.line[layout.order]
    cuts = np.flatnonzero(np.diff(lines)) + 1
    return [row for row in np.split(layout.order, cuts) if len(row)]


def _applied(linear: Values, vectors: Values) -> Values:
    product: Values = np.einsum("nij,nj->ni", linear, vectors)
    return product
