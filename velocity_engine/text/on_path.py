"""Text on a path: a mask's curve measured by arc length, and where on it each cluster stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.properties import Bezier
from velocity_engine.model.text import TextDocument, TextPathOptions
from velocity_engine.sampler import Sampler
from velocity_engine.text.layout import Layout, side_of

Values = NDArray[np.float64]
_STEPS = 48  # straight pieces a curve is measured by


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredPath:
    """``points``: (m, 2) float64 along the curve, at least two; ``lengths``: (m,) float64, the way to each, from 0."""

    points: Values
    lengths: Values
    closed: bool

    @property
    def total(self) -> float:
        return float(self.lengths[-1])

    def at(self, way: Values) -> tuple[Values, Values]:
        """Points (k, 2) and unit tangents (k, 2) at ways (k,). A closed path goes round, an open one straight on."""
        if self.closed and self.total > 0.0:
            way = np.mod(way, self.total)
        piece = np.clip(np.searchsorted(self.lengths, way, side="right") - 1, 0, len(self.lengths) - 2)
        step = self.points[piece + 1] - self.points[piece]
        length = self.lengths[piece + 1] - self.lengths[piece]
        tangent = step / length[:, None]
        return self.points[piece] + tangent * (way - self.lengths[piece])[:, None], tangent


def measured(path: Bezier, *, backwards: bool = False) -> MeasuredPath | None:
    """None for a path without length."""
    vertices, ins, outs = path.vertices, path.vertices + path.ins, path.vertices + path.outs
    if len(vertices) < 2:
        return None
    following = np.roll(np.arange(len(vertices)), -1)
    curves = len(vertices) if path.closed else len(vertices) - 1
    t = np.linspace(0.0, 1.0, _STEPS + 1)[None, :, None]
    a, b = vertices[:curves, None, :], outs[:curves, None, :]
    c, d = ins[following[:curves], None, :], vertices[following[:curves], None, :]
    sampled = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    points = np.concatenate([sampled[:, :-1].reshape(-1, 2), sampled[-1, -1:]])
    if backwards:
        points = points[::-1]
    steps = np.hypot(*(points[1:] - points[:-1]).T)
    keep = np.concatenate(([True], steps > 1e-9))
    points = points[keep]
    if len(points) < 2:
        return None
    lengths = np.concatenate(([0.0], np.cumsum(np.hypot(*(points[1:] - points[:-1]).T))))
    return MeasuredPath(points, lengths, path.closed)


@dataclass(frozen=True, slots=True, eq=False)
class ClustersOnPath:
    """For n clusters: ``way`` (n,) is where the middle of each stands on the path, ``below`` (n,) how far under it."""

    path: MeasuredPath
    way: Values
    below: Values
    perpendicular: bool

    def frames(self, along: Values) -> Values:
        """(n, 6) float64: for each cluster, moved ``along`` (n,) the path, the matrix from a flat line to the path."""
        point, tangent = self.path.at(self.way + along)
        cos, sin = (tangent[:, 0], tangent[:, 1]) if self.perpendicular else (np.ones(len(point)), np.zeros(len(point)))
        return np.stack([cos, sin, -sin, cos, point[:, 0], point[:, 1]], axis=1)


def clusters_on_path(
    layout: Layout, document: TextDocument, options: TextPathOptions, path: Bezier, sampler: Sampler
) -> ClustersOnPath | None:
    """None where the path has no length: the text then stays flat."""
    curve = measured(path, backwards=bool(options.reversed and sampler.scalar(options.reversed)))
    if curve is None or not len(layout):
        return None
    first_margin = sampler.scalar(options.first_margin) if options.first_margin else 0.0
    last_margin = sampler.scalar(options.last_margin) if options.last_margin else 0.0
    forced = bool(options.force_alignment and sampler.scalar(options.force_alignment))
    side = side_of(document.justify)
    margin = first_margin * (side < 1.0) + last_margin * (side > 0.0)  # centred text moves by the whole of both
    way = np.zeros(len(layout))
    middle = layout.x + layout.advance / 2
    for number, width in enumerate(layout.widths):
        row = layout.order[layout.line[layout.order] == number]
        if not len(row):
            continue
        left = layout.frame.left + side * (layout.frame.width - width)
        flat = middle[row] - left
        if forced and len(row) > 1:
            first, last = first_margin + layout.advance[row[0]] / 2, last_margin - layout.advance[row[-1]] / 2
            way[row] = np.linspace(first, curve.total + last, len(row))
        else:
            way[row] = flat + margin + side * (curve.total - width)
    perpendicular = options.perpendicular is None or bool(sampler.scalar(options.perpendicular))
    return ClustersOnPath(curve, way, layout.y - layout.frame.baseline, perpendicular)
