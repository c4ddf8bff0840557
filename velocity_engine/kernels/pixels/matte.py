"""Masks and mattes: single-channel coverage, 0 (nothing) to 255 (all), and what it does to pixels."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.vectors.packed import ALPHA_SHIFT, EIGHT, FULL, scaled

_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)
_MASK = types.Array(types.uint8, 2, "C")
_MASK_SOURCE = types.Array(types.uint8, 2, "C", readonly=True)
_PIXELS = types.Array(types.uint32, 2, "C")
ALPHA, ALPHA_INVERTED, LUMA, LUMA_INVERTED = 1, 2, 3, 4
"""What of a matte counts, by the numbers that Lottie has for it ("Matte Modes")."""
ADD, SUBTRACT, INTERSECT, LIGHTEN, DARKEN, DIFFERENCE = range(6)
"""How a mask is joined to those before it."""
_SIXTEEN, _ROUND = np.uint32(16), np.uint32(32768)
_RED, _GREEN, _BLUE = np.uint32(13933), np.uint32(46871), np.uint32(4732)  # of 65536


@inlined
def _div255(value):
    biased = np.int32(value + 128)
    return np.int32((biased + (biased >> 8)) >> 8)


@inlined
def _multiply_row(pixels, mask):
    for x in range(mask.shape[0]):
        pixels[x] = scaled(pixels[x], np.uint32(mask[x]))


@kernel(types.void(_PIXELS, _MASK_SOURCE))
def _multiply(pixels, mask):
    width = min(pixels.shape[1], mask.shape[1])
    for y in range(min(pixels.shape[0], mask.shape[0])):
        _multiply_row(pixels[y, :width], mask[y, :width])


@inlined
def _alpha_row(pixels, flip, out):
    for x in range(out.shape[0]):
        out[x] = np.uint8(np.uint8(pixels[x] >> ALPHA_SHIFT) ^ flip)


@inlined
def _luma_row(pixels, flip, out):
    for x in range(out.shape[0]):
        pixel = pixels[x]
        red, green, blue = pixel & FULL, np.uint32(pixel >> EIGHT) & FULL, np.uint32(pixel >> _SIXTEEN) & FULL
        luma = np.uint32(np.uint32(red * _RED) + np.uint32(green * _GREEN)) + np.uint32(blue * _BLUE)
        out[x] = np.uint8(np.uint8(np.uint32(np.uint32(luma) + _ROUND) >> _SIXTEEN) ^ flip)


@kernel(types.void(_SOURCE, types.int64, _MASK))
def matte_from(src, mode, out):
    """The coverage that a matte layer gives.

    ``src``: (h, w, 4) uint8, premultiplied; ``out``: (h, w) uint8, written; both C-contiguous.
    ``mode``: ALPHA, ALPHA_INVERTED, LUMA or LUMA_INVERTED. Luma is the Rec. 709 sum
    0.2126 R + 0.7152 G + 0.0722 B of the premultiplied, gamma-coded colour.
    """
    flip = np.uint8(255 if mode in (ALPHA_INVERTED, LUMA_INVERTED) else 0)
    packed = src.reshape(src.shape[0], 4 * src.shape[1]).view(np.uint32)
    width = min(packed.shape[1], out.shape[1])
    for y in range(min(src.shape[0], out.shape[0])):
        if mode in (ALPHA, ALPHA_INVERTED):
            _alpha_row(packed[y, :width], flip, out[y, :width])
        else:
            _luma_row(packed[y, :width], flip, out[y, :width])


@inlined
def _combine_row(acc, coverage, flip, opacity, by_acc, by_new, by_product, by_lesser):
    for x in range(acc.shape[0]):
        here, new = np.int32(acc[x]), _div255(np.int32(coverage[x] ^ flip) * opacity)
        mixed = np.int32(here * by_acc + new * by_new + _div255(here * new) * by_product + min(here, new) * by_lesser)
        acc[x] = np.uint8(max(mixed, np.int32(0)))


@kernel(types.void(_MASK, _MASK_SOURCE, types.int64, types.boolean, types.float64))
def combine_mask(acc, coverage, mode, inverted, opacity):
    """Joins one more mask of a layer to those before it.

    ``acc``: (h, w) uint8, written; ``coverage``: (h, w) uint8, C-contiguous: the mask's own, taken as 255 - coverage
    when ``inverted``, then times ``opacity`` (0..1). ``mode``: ADD (a + c - a c), SUBTRACT
    (a (1 - c)), INTERSECT (a c), LIGHTEN (the greater), DARKEN (the lesser) or DIFFERENCE (a + c - 2 a c).
    """
    flip = np.uint8(255 if inverted else 0)
    weight = np.int32(min(max(opacity, 0.0), 1.0) * 255.0 + 0.5)
    by_acc = np.int32(0 if mode in (INTERSECT, DARKEN) else 1)
    by_new = np.int32(1 if mode in (ADD, LIGHTEN, DIFFERENCE) else 0)
    by_product = np.int32(
        0 if mode in (LIGHTEN, DARKEN) else 1 if mode == INTERSECT else -2 if mode == DIFFERENCE else -1
    )
    by_lesser = np.int32(-1 if mode == LIGHTEN else 1 if mode == DARKEN else 0)
    width = min(acc.shape[1], coverage.shape[1])
    for y in range(min(acc.shape[0], coverage.shape[0])):
        _combine_row(acc[y, :width], coverage[y, :width], flip, weight, by_acc, by_new, by_product, by_lesser)


def multiply_mask(dst: NDArray[np.uint8], mask: NDArray[np.uint8]) -> None:
    """Multiplies premultiplied pixels by coverage.

    ``dst``: (h, w, 4) uint8, C-contiguous, written; ``mask``: (h, w) uint8. Where the shapes differ, the common part
    counts.
    """
    if dst.size:
        _multiply(dst.view(np.uint32)[..., 0], np.ascontiguousarray(mask))
