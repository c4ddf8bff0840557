"""Where each pixel of a buffer stands in the layer, and the picture sampled at other points of the layer: what
effects share that bend a picture."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, box_coverage, from_buffer, to_buffer
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, determinant, mean_scale, multiply, scaling, transformed_bounds

Field = NDArray[np.float32]

LARGEST_BOX = 8192  # pixels a side of a layer's box that is drawn apart


def _affine(shape: tuple[int, int], m: Matrix) -> tuple[Field, Field]:
    """Both coordinates of all pixel centres through ``m``."""
    y, x = np.arange(shape[0]) + 0.5, np.arange(shape[1]) + 0.5
    with np.errstate(over="ignore", invalid="ignore"):
        rows = [(m[k + 2] * y + m[k + 4]).astype(np.float32) for k in (0, 1)]
        columns = [(m[k] * x).astype(np.float32) for k in (0, 1)]
        return np.add.outer(rows[0], columns[0]), np.add.outer(rows[1], columns[1])


def layer_points(call: EffectCall, origin: tuple[int, int], shape: tuple[int, int]) -> tuple[Field, Field] | None:
    """The layer's x and y of each pixel's centre, (h, w) float32; None where the layer is flattened to nothing."""
    back = from_buffer(call, origin)
    return None if back is None else _affine(shape, back)


def sampled(pixels: Pixels, call: EffectCall, origin: tuple[int, int], x: Field, y: Field) -> Pixels:
    """For each pixel what the picture has at the place (x, y) of the layer; clear outside of the buffer."""
    from velocity_engine.kernels.pictures.sample_at import sample_at

    a, b, c, d, e, f = (np.float32(number) for number in to_buffer(call, origin))
    with np.errstate(over="ignore", invalid="ignore"):
        return sample_at(pixels, a * x + c * y + e, b * x + d * y + f)


def box_picture(
    pixels: Pixels,
    call: EffectCall,
    origin: tuple[int, int],
    size: tuple[float, float],
    shown: tuple[float, float] | None = None,
) -> tuple[Pixels, float, float] | None:
    """The layer's box of ``size`` upright on its own, with its pixels to each of the layer's across and down; None
    where there is no such box. It is as fine as the device shows it drawn into ``shown`` of the layer's pixels (by
    default ``size``). A box that lies on whole pixels and keeps its size is a mere cut."""
    scale = mean_scale(call.matrix)
    if not (size[0] > 0.0 and size[1] > 0.0 and 0.0 < scale < math.inf):
        return None
    width, height = (min(max(round(side * scale), 1), LARGEST_BOX) for side in shown or size)
    across, down = width / size[0], height / size[1]
    box = _box_drawn(pixels, call, origin, (width, height), across, down)
    if not _on_whole_pixels(call.matrix, size):
        cover = box_coverage((pixels.shape[0], pixels.shape[1]), call, origin, size)
        if cover is not None:
            # The box's own edge is soft on the device; in a picture that is repeated or bent it would be a seam.
            flat = np.repeat(cover[..., None], 4, axis=2)
            share = _box_drawn(flat, call, origin, (width, height), across, down)[..., 3:]
            whole = box * (np.float32(255.0) / np.maximum(share, 1))
            box = np.minimum(np.rint(whole), 255.0).astype(np.uint8)
            box = np.minimum(box, box[..., 3:])
    return box, across, down


def _box_drawn(
    pixels: Pixels, call: EffectCall, origin: tuple[int, int], size: tuple[int, int], across: float, down: float
) -> Pixels:
    from velocity_engine.kernels.pictures.warp import draw_image, halve

    inverse = multiply(to_buffer(call, origin), scaling(1.0 / across, 1.0 / down))
    while abs(determinant(inverse)) > 4.0 and min(pixels.shape[:2]) > 1:
        pixels = halve(pixels)
        inverse = multiply(scaling(0.5, 0.5), inverse)
    box = np.zeros((size[1], size[0], 4), np.uint8)
    window = np.array([0.0, 0.0, pixels.shape[1], pixels.shape[0]])
    draw_image(box, np.ascontiguousarray(pixels), np.array(inverse), window, 0, 0, *size, 1.0)
    return box


def _on_whole_pixels(matrix: Matrix, size: tuple[float, float]) -> bool:
    """Whether the box's edges run between device pixels."""
    if max(abs(matrix[1]), abs(matrix[2])) > 1e-6 and max(abs(matrix[0]), abs(matrix[3])) > 1e-6:
        return False
    return all(abs(edge - round(edge)) < 1e-3 for edge in transformed_bounds(matrix, (0.0, 0.0, size[0], size[1])))


def wrapped(
    pixels: Pixels, call: EffectCall, origin: tuple[int, int], size: tuple[float, float], x: Field, y: Field
) -> Pixels:
    """As ``sampled``, of the layer's box repeated in all directions."""
    from velocity_engine.kernels.pictures.sample_at import WRAP, sample_at

    found = box_picture(pixels, call, origin, size)
    if found is None:
        return np.zeros_like(pixels)
    box, across, down = found
    width, height = np.float32(size[0]), np.float32(size[1])
    with np.errstate(over="ignore", invalid="ignore"):
        x, y = x - width * np.floor(x / width), y - height * np.floor(y / height)
        return sample_at(box, x * np.float32(across), y * np.float32(down), WRAP)
