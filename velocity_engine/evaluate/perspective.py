"""Perspective: display commands moved through a projective map of the device's plane.

Commands know affine maps only. A layer in space is first evaluated through the affine map that comes nearest to its
perspective at its anchor; what that gave is then bent by the projective rest. Paths are mapped exactly (curves by their
ends and tangents), strokes as the outlines of their pens; pictures, clips and gradients are drawn flat and resampled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import (
    MAX_EFFECT_MARGIN,
    RESAMPLE,
    Clip,
    DrawCommand,
    EffectCall,
    FillSource,
    GroupSource,
    MaskPath,
    Matte,
    MeanSource,
    SolidPaint,
    StrokeSource,
    altered,
    command,
    group_source,
)
from velocity_engine.model.geometry import (
    EMPTY_PATH,
    IDENTITY,
    Bounds,
    Matrix,
    Path,
    invert,
    join_contours,
    mean_scale,
    multiply,
    rectangle_path,
)
from velocity_engine.model.layers import MaskMode
from velocity_engine.shapes.boxes import flat_box
from velocity_engine.shapes.curves import Points, subdivided

Projection = NDArray[np.float64]
"""(3, 3): from points (x, y, 1) to (u w, v w, w); what has w <= 0 lies behind the eye."""

_NEAR = 0.02  # of the w at the anchor: what is nearer to the eye is cut off
_POLYGON_PIECES = 16
_MAX_POINTS = 20_000  # of a path that is cut further, lest perspectives within perspectives double them on and on


@dataclass(frozen=True, slots=True, eq=False)
class DeviceTransform:
    """Where a layer stands on the device: ``matrix``, and then ``residual`` where a perspective is left, else None."""

    matrix: Matrix
    residual: Projection | None = None


def square(m: Matrix) -> Projection:
    """A matrix as a projective map."""
    a, b, c, d, e, f = m
    return np.array([[a, c, e], [b, d, f], [0.0, 0.0, 1.0]])


def plane(m: NDArray[np.float64]) -> Projection:
    """What a 4 x 4 matrix of space makes of the plane z = 0."""
    return np.ascontiguousarray(m[np.ix_((0, 1, 3), (0, 1, 3))])


def device_transform(h: Projection, anchors: Sequence[tuple[float, float]], reach: float) -> DeviceTransform | None:
    """A projective map taken apart at the first of ``anchors`` that lies before the eye; None where none does.

    ``reach``: a perspective that moves nothing within this distance by a thousandth of it is left out.
    """
    for x, y in anchors:
        w = float(h[2] @ (x, y, 1.0))
        if not (math.isfinite(w) and w > 1e-6 * float(np.abs(h[2]).sum())):
            continue
        h = h / w
        u, v, _ = h @ (x, y, 1.0)
        columns = h[:2, :2] - np.outer((u, v), h[2, :2])
        a, b, c, d = columns[0, 0], columns[1, 0], columns[0, 1], columns[1, 1]
        matrix = tuple(float(n) for n in (a, b, c, d, u - a * x - c * y, v - b * x - d * y))
        if not all(map(math.isfinite, matrix)):
            return None
        if float(np.hypot(*h[2, :2])) * reach < 1e-4:
            return DeviceTransform(matrix)  # type: ignore[arg-type]
        back = invert(matrix)  # type: ignore[arg-type]
        if back is None:
            return None  # seen edge on
        return DeviceTransform(matrix, h @ square(back))  # type: ignore[arg-type]
    return None


# --- commands -------------------------------------------------------------------------------------------------------


def bent(entry: DrawCommand, h: Projection) -> DrawCommand | None:
    """A command of the device's plane moved through ``h``; None where nothing of it is left."""
    masks = tuple(bent_mask(mask, h) for mask in entry.masks) + tuple(_clip_mask(clip, h) for clip in entry.clips)
    matte = entry.matte and Matte(entry.matte.mode, bent_all(entry.matte.commands, h))
    source = entry.source
    if isinstance(source, GroupSource):
        if entry.effects and entry.effects[0].effect == RESAMPLE:
            whole = h @ np.reshape(entry.effects[0].values[0], (3, 3))
            again = _resampling(source.commands[0], whole)
            if again is None:
                return None
            return altered(entry, effects=(again,), clips=(), masks=masks, matte=matte)
        inner = bent_all(source.commands, h)
        if not inner:
            return None
        effects = tuple(_bent_effect(call, h) for call in entry.effects)
        return altered(entry, source=group_source(inner), clips=(), masks=masks, matte=matte, effects=effects)
    if isinstance(source, MeanSource):
        moved = [(bent(one, h), weight) for one, weight in zip(source.pictures, source.weights, strict=True)]
        kept = [(one, weight) for one, weight in moved if one is not None]
        if not kept:
            return None
        mean = replace(source, pictures=tuple(one for one, _ in kept), weights=tuple(weight for _, weight in kept))
        return altered(entry, source=mean, clips=(), masks=masks, matte=matte)
    flat: dict[str, Any] = {"matrix": IDENTITY, "clips": (), "masks": masks, "matte": matte}
    if isinstance(source, FillSource | StrokeSource) and isinstance(source.paint, SolidPaint):
        path = bent_path(_outline(source, entry.matrix), h)
        if not path.contours:
            return None
        if isinstance(source, FillSource):
            return altered(entry, source=FillSource(path, source.paint, source.rule), **flat)
        return altered(entry, source=FillSource(path, source.paint), **flat)
    resampling = _resampling(entry, h)
    if resampling is None:
        return None
    picture = group_source([command(source, entry.matrix)])
    return altered(entry, source=picture, effects=(resampling,), **flat)


def bent_all(commands: Sequence[DrawCommand], h: Projection) -> tuple[DrawCommand, ...]:
    return tuple(found for entry in commands if (found := bent(entry, h)) is not None)


def bent_mask(mask: MaskPath, h: Projection) -> MaskPath:
    scale = _scale_at(h, mask.path.bounds())
    feather = (mask.feather[0] * scale, mask.feather[1] * scale)
    return MaskPath(bent_path(mask.path, h), mask.mode, mask.inverted, mask.opacity, mask.expansion * scale, feather)


def _clip_mask(clip: Clip, h: Projection) -> MaskPath:
    path = bent_path(rectangle_path(*clip.box).transformed(clip.matrix), h)
    return MaskPath(path, MaskMode.INTERSECT, False, 1.0, 0.0, (0.0, 0.0))


def _outline(source: FillSource | StrokeSource, matrix: Matrix) -> Path:
    """The path whose inside is painted, on the device's plane."""
    if isinstance(source, FillSource):
        return source.path.transformed(matrix)
    from velocity_engine.shapes.skia_paths import stroke_outline

    return stroke_outline(source, mean_scale(matrix)).transformed(matrix)


def _bent_effect(call: EffectCall, h: Projection) -> EffectCall:
    """An effect's lengths follow the map at the layer's origin."""
    at = device_transform(h, ((call.matrix[4], call.matrix[5]),), 0.0)
    if at is None:
        return call
    scale = mean_scale(at.matrix)
    left, top, right, bottom = (min(side * scale, MAX_EFFECT_MARGIN) for side in call.margin)
    return replace(call, matrix=multiply(at.matrix, call.matrix), margin=(left, top, right, bottom))


def _resampling(entry: DrawCommand, h: Projection) -> EffectCall | None:
    """The call that resamples a flat picture, with a margin that holds both the flat and the bent one."""
    box = flat_box(entry)
    if box is None:
        return None
    seen = bent_path(rectangle_path(*box), h).bounds()
    if seen is None:
        return None
    sides = (box[0] - seen[0], box[1] - seen[1], seen[2] - box[2], seen[3] - box[3])
    left, top, right, bottom = (min(max(side + 2.0, 2.0), MAX_EFFECT_MARGIN) for side in sides)
    return EffectCall(RESAMPLE, (tuple(h.ravel().tolist()),), IDENTITY, (left, top, right, bottom))


def _scale_at(h: Projection, box: Bounds | None) -> float:
    if box is None:
        return 1.0
    at = device_transform(h, (((box[0] + box[2]) / 2, (box[1] + box[3]) / 2),), 0.0)
    return mean_scale(at.matrix) if at is not None else 1.0


# --- paths ----------------------------------------------------------------------------------------------------------


def bent_path(path: Path, h: Projection) -> Path:
    """A path through a projective map. What lies behind the eye is cut off; then all contours are closed polygons."""
    if not path.contours:
        return path
    depth = path.points @ h[2, :2] + h[2, 2]
    low, high = float(depth.min()), float(depth.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        return EMPTY_PATH
    most = max(1, _MAX_POINTS // max(1, len(path.points)))
    if low > _NEAR:
        pieces = min(most, 1 + math.ceil(6.0 * math.log(high / low))) if high > 1.001 * low else 1
        contours = [(subdivided(path.contour(i), pieces), bool(path.closed[i])) for i in range(path.contours)]
        return join_contours([(_mapped(points, h), closed) for points, closed in contours if len(points) > 1])
    polygons = [
        _before_the_eye(subdivided(path.contour(i), min(most, _POLYGON_PIECES))[0::3], h)
        for i in range(path.contours)
        if len(path.contour(i)) > 1
    ]
    return join_contours([(_straight(_points_through(p, h)), True) for p in polygons if len(p) > 2])


def _points_through(points: Points, h: Projection) -> Points:
    found = points @ h[:, :2].T + h[:, 2]
    through: Points = found[:, :2] / found[:, 2:]
    return through


def _mapped(contour: Points, h: Projection) -> Points:
    """The curves of a contour, each as the cubic with the ends and end tangents of its image."""
    found = contour @ h[:, :2].T + h[:, 2]
    ends = found[0::3]
    result = np.empty_like(contour)
    on = result[0::3] = ends[:, :2] / ends[:, 2:]
    for side, at in ((1, slice(0, -1)), (2, slice(1, None))):
        # d(u w / w) = (d(u w) - u d(w)) / w
        change = found[side::3] - ends[at]
        result[side::3] = on[at] + (change[:, :2] - on[at] * change[:, 2:]) / ends[at, 2:]
    return result


def _before_the_eye(polygon: Points, h: Projection) -> Points:
    """The part of a polygon (closed, (n, 2)) that is no nearer to the eye than allowed."""
    depth = polygon @ h[2, :2] + h[2, 2] - _NEAR
    kept: list[Points] = []
    for i in range(len(polygon)):
        j = (i + 1) % len(polygon)
        if depth[i] >= 0.0:
            kept.append(polygon[i])
        if (depth[i] >= 0.0) != (depth[j] >= 0.0):
            kept.append(polygon[i] + (polygon[j] - polygon[i]) * (depth[i] / (depth[i] - depth[j])))
    return np.array(kept) if kept else np.zeros((0, 2))


def _straight(polygon: Points) -> Points:
    corners = np.concatenate((polygon, polygon[:1]))
    points = np.empty((3 * len(corners) - 2, 2))
    points[0::3], points[1::3], points[2::3] = corners, corners[:-1], corners[1:]
    return points
