"""From a layer's lengths to device pixels, and back into the buffer that an effect is given."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import MAX_BLUR_SIGMA, MAX_EFFECT_MARGIN, EffectCall
from velocity_engine.model.geometry import (
    Matrix,
    apply,
    axis_lengths,
    invert,
    multiply,
    transformed_bounds,
    translation,
)

Pixels = NDArray[np.uint8]
Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 of a buffer, half-open."""
Margin = tuple[float, float, float, float]


def direction(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """A vector of the layer as one of the device."""
    return (matrix[0] * x + matrix[2] * y, matrix[1] * x + matrix[3] * y)


def device_sigmas(matrix: Matrix, sigma_x: float, sigma_y: float) -> tuple[float, float]:
    """The spread, along the device's axes, of a blur with these sigmas along the layer's."""
    across, down = axis_lengths(matrix, sigma_x, sigma_y)
    return (min(across, MAX_BLUR_SIGMA), min(down, MAX_BLUR_SIGMA))


def reach(sigma: float) -> float:
    """How far a blur carries a pixel: the kernel's half width."""
    return 3.0 * sigma + 4.0 if sigma > 0.0 else 0.0


def even_margin(horizontal: float, vertical: float) -> Margin:
    """The same margin at opposite sides, bounded so that a wild value cannot ask for a boundless picture."""
    across = min(max(horizontal, 0.0), MAX_EFFECT_MARGIN)
    down = min(max(vertical, 0.0), MAX_EFFECT_MARGIN)
    return (across, down, across, down)


def to_buffer(call: EffectCall, origin: tuple[int, int]) -> Matrix:
    """From the layer's coordinates to those of the buffer, whose top left corner lies at device ``origin``."""
    return multiply(translation(-origin[0], -origin[1]), call.matrix)


def from_buffer(call: EffectCall, origin: tuple[int, int]) -> Matrix | None:
    """From the buffer's coordinates to the layer's; None where the layer is flattened to nothing."""
    return invert(to_buffer(call, origin))


def moved(pixels: Pixels, matrix: Matrix, opacity: float = 1.0, region: Region | None = None) -> Pixels:
    """``pixels`` drawn through ``matrix`` (buffer to buffer) onto a clear buffer of the same size, within ``region`` or
    everywhere."""
    from velocity_engine.kernels.pictures.warp import draw_image, halve

    out = np.zeros_like(pixels)
    region = region or (0, 0, out.shape[1], out.shape[0])
    scale = math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]))
    while scale < 0.5 and min(pixels.shape[:2]) > 1:
        height, width = pixels.shape[:2]
        pixels = halve(pixels)
        matrix = multiply(matrix, (2.0, 0.0, 0.0, 2.0, 0.0, 0.0))
        scale *= 2.0
    inverse = invert(matrix)
    if inverse is None:
        return out
    height, width = pixels.shape[:2]
    window = np.array([0.0, 0.0, width, height])
    draw_image(out, pixels, np.array(inverse), window, *region, opacity)
    return out


def filled(pixels: Pixels) -> Region | None:
    """The smallest rectangle outside of which ``pixels`` are clear; None where all are."""
    rows = np.flatnonzero(pixels[..., 3].any(axis=1))
    columns = np.flatnonzero(pixels[..., 3].any(axis=0))
    if not len(rows):
        return None
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def box_displacement(matrix: Matrix, size: tuple[float, float], corners: list[tuple[float, float]]) -> Margin:
    """The margin an effect needs that moves the corners of the layer's box (clockwise from the top left) to
    ``corners``."""
    width, height = size
    across = down = 0.0
    for at, to in zip(((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)), corners, strict=True):
        (x0, y0), (x1, y1) = apply(matrix, *at), apply(matrix, *to)
        across, down = max(across, abs(x1 - x0)), max(down, abs(y1 - y0))
    return even_margin(across + 2.0, down + 2.0)


def box_margin(matrix: Matrix, size: tuple[float, float]) -> Margin:
    """The margin an effect needs that may fill all of the layer's box, wherever in it the picture stands."""
    x0, y0, x1, y1 = transformed_bounds(matrix, (0.0, 0.0, size[0], size[1]))
    return even_margin(x1 - x0 + 1.0, y1 - y0 + 1.0)


def box_coverage(
    shape: tuple[int, int], call: EffectCall, origin: tuple[int, int], size: tuple[float, float]
) -> Pixels | None:
    """How much of each pixel of a buffer lies in the layer's box: ``shape`` uint8; None for a layer without a box."""
    from velocity_engine.kernels.pictures.warp import draw_image
    from velocity_engine.kernels.pixels.matte import matte_from

    inverse = from_buffer(call, origin)
    if inverse is None or not (size[0] > 0.0 and size[1] > 0.0):
        return None
    unit = multiply((1.0 / size[0], 0.0, 0.0, 1.0 / size[1], 0.0, 0.0), inverse)
    box, mask = np.zeros((*shape, 4), np.uint8), np.empty(shape, np.uint8)
    dot = np.full((1, 1, 4), 255, np.uint8)
    draw_image(box, dot, np.array(unit), np.array([0.0, 0.0, 1.0, 1.0]), 0, 0, shape[1], shape[0], 1.0)
    matte_from(box, 1, mask)
    return mask


def cut_to_box(pixels: Pixels, call: EffectCall, origin: tuple[int, int], size: tuple[float, float]) -> None:
    """Clears what lies outside of the layer's box, in place."""
    from velocity_engine.kernels.pixels.matte import multiply_mask

    mask = box_coverage((pixels.shape[0], pixels.shape[1]), call, origin, size)
    if mask is not None:
        multiply_mask(pixels, mask)
