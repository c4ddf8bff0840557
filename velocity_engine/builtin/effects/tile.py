"""Effects that repeat or coarsen the layer's box: motion tile (ADBE Tile), offset (ADBE Offset), mosaic (ADBE
Mosaic)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, box_margin, cut_to_box, even_margin
from velocity_engine.builtin.effects.fields import Field, box_picture, layer_points, wrapped
from velocity_engine.builtin.effects.parameters import clamped, point, scalar, switch
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, multiply, transformed_bounds, translation
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

Size = tuple[float, float]


class MotionTileEffect:
    """The whole box is drawn into a tile, and tiles fill the output, a percentage of the box about its centre. Every
    other column (or row) is shifted by the phase."""

    key = "motion-tile"
    match_names: tuple[str, ...] = ("ADBE Tile",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        width, height = sampler.size
        centre = point(effect, 0, sampler, (width / 2, height / 2), number=1)
        shares = [scalar(effect, k, sampler, 100.0, number=k + 1) / 100.0 for k in (1, 2, 3, 4)]
        tile = (max(clamped(shares[0]) * width, 1.0), max(clamped(shares[1]) * height, 1.0))
        output = (clamped(shares[2], 0.0, 100.0) * width, clamped(shares[3], 0.0, 100.0) * height)
        mirror, rows = switch(effect, 5, sampler, number=6), switch(effect, 7, sampler, number=8)
        phase = math.fmod(scalar(effect, 6, sampler, 0.0, number=7) / 360.0, 1.0)
        if shares[0] <= 0.0 and shares[1] <= 0.0:
            output = (0.0, 0.0)
        whole = tile == sampler.size and centre == (width / 2, height / 2) and output == sampler.size
        if whole and phase == 0.0:
            return None
        corner = (centre[0] - tile[0] / 2, centre[1] - tile[1] / 2)
        values = (corner, tile, output, mirror, phase, rows, sampler.size)
        return EffectCall(self.key, values, matrix, _tile_margin(matrix, sampler.size, output), nanoseconds=50.0)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pictures.sample_at import REPEAT_EDGE, WRAP, sample_at

        corner, tile, output, mirror, phase, rows, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        found = box_picture(pixels, call, origin, size, tile)
        if points is None or found is None or min(output) <= 0.0:
            return np.zeros_like(pixels)
        box = found[0]
        x = (points[0] - np.float32(corner[0])) * np.float32(1.0 / tile[0])
        y = (points[1] - np.float32(corner[1])) * np.float32(1.0 / tile[1])
        if phase != 0.0:
            (x, y) = (_shifted(x, y, phase), y) if rows else (x, _shifted(y, x, phase))
        fold = _mirrored if mirror else _fraction
        u, v = fold(x) * np.float32(box.shape[1]), fold(y) * np.float32(box.shape[0])
        out = sample_at(box, u, v, REPEAT_EDGE if mirror else WRAP)
        corner = translation((size[0] - output[0]) / 2, (size[1] - output[1]) / 2)
        cut_to_box(out, replace(call, matrix=multiply(call.matrix, corner)), origin, output)
        return out


def _tile_margin(matrix: Matrix, size: Size, output: Size) -> tuple[float, float, float, float]:
    """Tiles reach as far as the output does, and are made of what may stand anywhere in the box."""
    longer = (max(size[0], output[0]), max(size[1], output[1]))
    return box_margin(matrix, longer)


def _shifted(along: Field, across: Field, phase: float) -> Field:
    """Places along tiles, shifted in every other tile across."""
    odd = np.floor(across) % np.float32(2.0)
    return along - odd * np.float32(phase)


def _fraction(x: Field) -> Field:
    part: Field = x - np.floor(x)
    return part


def _mirrored(x: Field) -> Field:
    folded: Field = np.float32(1.0) - np.abs(x - np.float32(2.0) * np.floor(x * np.float32(0.5)) - np.float32(1.0))
    return folded


class OffsetEffect:
    """The box shifted so that its centre comes to a point; what leaves it at one side enters at the other."""

    key = "offset"
    match_names: tuple[str, ...] = ("ADBE Offset",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        width, height = sampler.size
        x, y = point(effect, 0, sampler, (width / 2, height / 2), number=1)
        keep = clamped(scalar(effect, 1, sampler, 0.0, number=2))  # "Blend With Original", 0..1
        shift = (x - width / 2, y - height / 2)
        if keep >= 1.0 or shift == (0.0, 0.0):
            return None
        return EffectCall(self.key, (shift, keep, sampler.size), matrix, box_margin(matrix, sampler.size))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        shift, keep, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None:
            return pixels
        out = wrapped(pixels, call, origin, size, points[0] - np.float32(shift[0]), points[1] - np.float32(shift[1]))
        cut_to_box(out, call, origin, size)
        return mixed(out, pixels, keep)


def mixed(out: Pixels, before: Pixels, keep: float) -> Pixels:
    """``keep`` (0..1) of what was before and the rest of what came out."""
    if keep <= 0.0:
        return out
    share = np.float32(keep)
    both = out * (np.float32(1.0) - share) + before * share
    return np.rint(both).astype(np.uint8)


class MosaicEffect:
    """Blocks of one colour, as many across and down the box as it says: the mean of what they hold, or with sharp
    colours what is in their middle."""

    key = "mosaic"
    match_names: tuple[str, ...] = ("ADBE Mosaic",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        across, down = (clamped(scalar(effect, k, sampler, 10.0, number=k + 1), 1.0, 4000.0) for k in (0, 1))
        blocks, (width, height) = (round(across), round(down)), sampler.size
        x0, y0, x1, y1 = transformed_bounds(matrix, (0.0, 0.0, width / blocks[0], height / blocks[1]))
        values = (blocks, switch(effect, 2, sampler, number=3), sampler.size)
        return EffectCall(self.key, values, matrix, even_margin(x1 - x0 + 1.0, y1 - y0 + 1.0))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        blocks, sharp, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        found = box_picture(pixels, call, origin, size)
        if points is None or found is None:
            return np.zeros_like(pixels)
        box = found[0]
        across, down = (min(count, side) for count, side in zip(blocks, (box.shape[1], box.shape[0]), strict=True))
        colors = _middles(box, across, down) if sharp else _means(box, across, down)
        columns = _block_of(points[0], size[0], across)
        out = np.ascontiguousarray(colors[_block_of(points[1], size[1], down), columns])
        cut_to_box(out, call, origin, size)
        return out


def _block_of(points: Field, side: float, count: int) -> NDArray[np.intp]:
    with np.errstate(invalid="ignore"):
        at: Field = np.nan_to_num(np.clip(points * np.float32(count / side), 0.0, np.float32(count - 0.5)))
    return at.astype(np.intp)


def _means(box: Pixels, across: int, down: int) -> Pixels:
    rows, columns = (np.arange(n) * side // n for n, side in ((down, box.shape[0]), (across, box.shape[1])))
    sums = np.add.reduceat(np.add.reduceat(box.astype(np.uint32), rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff([*rows, box.shape[0]]), np.diff([*columns, box.shape[1]]))
    means: Pixels = ((sums + counts[..., None] // 2) // counts[..., None]).astype(np.uint8)
    return means


def _middles(box: Pixels, across: int, down: int) -> Pixels:
    rows, columns = (
        (2 * np.arange(n) + 1) * side // (2 * n) for n, side in ((down, box.shape[0]), (across, box.shape[1]))
    )
    return box[np.ix_(rows, columns)]
