"""Coverage of masks and clips over a rectangle of device pixels, (h, w) uint8."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.coarse import CoarseGrid, blurred, coarse_steps
from velocity_engine.composite.extents import ADDING, REACH_OF_SIGMA, SIGMA_OF_FEATHER, mask_extent
from velocity_engine.composite.paths import flattened
from velocity_engine.composite.rects import Rect, grown, intersection
from velocity_engine.composite.strokes import Line, stroked
from velocity_engine.composite.surface import BufferPool
from velocity_engine.composite.vector import VectorPainter
from velocity_engine.display import MAX_BLUR_SIGMA, Clip, MaskPath
from velocity_engine.kernels.filters.blur import blur_mask
from velocity_engine.kernels.pixels.matte import (
    ADD,
    DARKEN,
    DIFFERENCE,
    INTERSECT,
    LIGHTEN,
    SUBTRACT,
    combine_mask,
)
from velocity_engine.model.geometry import IDENTITY, Matrix, rectangle_path
from velocity_engine.model.layers import MaskMode
from velocity_engine.model.shapes import Cap, Join

Coverage = NDArray[np.uint8]


MODES = {
    MaskMode.ADD: ADD,
    MaskMode.SUBTRACT: SUBTRACT,
    MaskMode.INTERSECT: INTERSECT,
    MaskMode.LIGHTEN: LIGHTEN,
    MaskMode.DARKEN: DARKEN,
    MaskMode.DIFFERENCE: DIFFERENCE,
}


def mask_coverage(
    masks: tuple[MaskPath, ...], rect: Rect, frame: Rect, vector: VectorPainter, pool: BufferPool
) -> tuple[Coverage, NDArray[np.uint8]]:
    """All masks of a layer together over ``rect``, and the buffer to give back to the pool.

    The first mask that acts joins nothing (add, lighten, difference) or everything (intersect, darken); a first one
    that subtracts is what lies outside of its path, times its opacity, as in Skottie and After Effects.
    ``frame`` holds every ``rect`` that may be asked for; a feathered mask is blurred as far as it reaches into the
    frame, so that its coverage does not depend on ``rect``.
    """
    acting = [mask for mask in masks if mask.mode in MODES]
    from_nothing = bool(acting) and acting[0].mode in ADDING
    total, total_buffer = pool.mask(rect, 0 if from_nothing else 255)
    for position, mask in enumerate(acting):
        one, buffer = pool.mask(rect, 0)
        _draw_mask(one, mask, rect, frame, vector, pool)
        mode, outside = MODES[mask.mode], mask.inverted
        if mode == SUBTRACT and position == 0:
            mode, outside = INTERSECT, not outside
        combine_mask(total, one, mode, outside, mask.opacity)
        pool.give(buffer)
    return total, total_buffer


def _draw_mask(out: Coverage, mask: MaskPath, rect: Rect, frame: Rect, vector: VectorPainter, pool: BufferPool) -> None:
    sigma_x, sigma_y = (min(SIGMA_OF_FEATHER * max(0.0, extent), MAX_BLUR_SIGMA) for extent in mask.feather)
    if not (sigma_x > 0.0 or sigma_y > 0.0):
        _draw_sharp(out, mask, rect, vector, pool)
        return
    reach_x, reach_y = REACH_OF_SIGMA * sigma_x + 1.0, REACH_OF_SIGMA * sigma_y + 1.0
    extent = mask_extent(mask)
    whole = intersection(extent, grown(frame, reach_x, reach_y, reach_x, reach_y)) if extent else None
    shared = intersection(whole, rect) if whole else None
    if whole is None or shared is None:
        return
    steps = coarse_steps(sigma_x, sigma_y)
    if steps is not None:
        grid = CoarseGrid(whole, *steps)
        sharp, buffer = pool.mask(grid.rect, 0)
        _draw_sharp(sharp, mask, grid.rect, vector, pool, grid.matrix)
        grid.store(blurred(sharp, (sigma_x, sigma_y), steps), shared, out, (rect[0], rect[1]))
        pool.give(buffer)
        return
    sharp, buffer = pool.mask(whole, 0)
    _draw_sharp(sharp, mask, whole, vector, pool)
    soft = blur_mask(sharp, sigma_x, sigma_y)
    pool.give(buffer)
    out[shared[1] - rect[1] : shared[3] - rect[1], shared[0] - rect[0] : shared[2] - rect[0]] = soft[
        shared[1] - whole[1] : shared[3] - whole[1], shared[0] - whole[0] : shared[2] - whole[0]
    ]


def _draw_sharp(
    out: Coverage, mask: MaskPath, rect: Rect, vector: VectorPainter, pool: BufferPool, matrix: Matrix = IDENTITY
) -> None:
    """``matrix`` leads from device pixels to those of ``out``, of which ``rect`` speaks."""
    points, starts, _ = flattened(mask.path, IDENTITY)
    vector.coverage(out, rect, points, starts, matrix)
    if mask.expansion == 0.0 or not math.isfinite(mask.expansion):
        return
    rim, buffer = pool.mask(rect, 0)
    points, starts = stroked(mask.path, IDENTITY, Line(2.0 * abs(mask.expansion), Cap.ROUND, Join.MITER, 4.0))
    vector.coverage(rim, rect, points, starts, matrix)
    if mask.expansion > 0.0:
        combine_mask(out, rim, LIGHTEN, False, 1.0)
    else:
        combine_mask(out, rim, DARKEN, True, 1.0)
    pool.give(buffer)


def clip_coverage(
    clips: list[Clip], rect: Rect, vector: VectorPainter, pool: BufferPool
) -> tuple[Coverage, NDArray[np.uint8]]:
    """What several clips leave of ``rect``, and the buffer to give back to the pool."""
    total, total_buffer = pool.mask(rect, 0)
    vector.path_coverage(total, rect, rectangle_path(*clips[0].box), clips[0].matrix)
    for clip in clips[1:]:
        one, buffer = pool.mask(rect, 0)
        vector.path_coverage(one, rect, rectangle_path(*clip.box), clip.matrix)
        combine_mask(total, one, INTERSECT, False, 1.0)
        pool.give(buffer)
    return total, total_buffer
