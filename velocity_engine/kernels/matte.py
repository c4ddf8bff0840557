"""Masks and mattes: single-channel coverage, 0 (nothing) to 255 (all), and what it does to pixels."""

from __future__ import annotations

import numpy as np
from numba import njit, types

_PIXELS = types.Array(types.uint8, 3, "C")
_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)
_MASK = types.Array(types.uint8, 2, "C")
_MASK_SOURCE = types.Array(types.uint8, 2, "C", readonly=True)


@njit
def _div255(value):  # type: ignore[no-untyped-def]
    biased = np.int32(value + 128)
    return np.int32((biased + (biased >> 8)) >> 8)


@njit
def _multiply_row(pixels, mask):  # type: ignore[no-untyped-def]
    for x in range(mask.shape[0]):
        factor = np.int32(mask[x])
        for k in range(4):
            pixels[x, k] = np.uint8(_div255(np.int32(pixels[x, k]) * factor))


@njit(types.void(_PIXELS, _MASK_SOURCE), cache=True, nogil=True)
def multiply_mask(dst, mask):  # type: ignore[no-untyped-def]
    """Multiplies premultiplied pixels by coverage.

    ``dst``: (h, w, 4) uint8, C-contiguous, written; ``mask``: (h, w) uint8, C-contiguous. Where the shapes differ,
    the common part counts.
    """
    width = min(dst.shape[1], mask.shape[1])
    for y in range(min(dst.shape[0], mask.shape[0])):
        _multiply_row(dst[y, :width], mask[y, :width])


@njit(types.void(_SOURCE, types.int64, _MASK), cache=True, nogil=True)
def matte_from(src, mode, out):  # type: ignore[no-untyped-def]
    """The coverage that a matte layer gives.

    ``src``: (h, w, 4) uint8, premultiplied; ``out``: (h, w) uint8, written; both C-contiguous.
    ``mode``: 1 alpha, 2 inverted alpha, 3 luma, 4 inverted luma (Lottie "Matte Modes"). Luma is the Rec. 709 sum
    0.2126 R + 0.7152 G + 0.0722 B of the premultiplied, gamma-coded colour.
    """
    flip = np.uint8(255 if mode == 2 or mode == 4 else 0)
    for y in range(min(src.shape[0], out.shape[0])):
        pixels, row = src[y], out[y]
        if mode <= 2:
            for x in range(min(pixels.shape[0], row.shape[0])):
                row[x] = pixels[x, 3] ^ flip
        else:
            for x in range(min(pixels.shape[0], row.shape[0])):
                luma = np.int32(pixels[x, 0]) * 13933 + np.int32(pixels[x, 1]) * 46871 + np.int32(pixels[x, 2]) * 4732
                row[x] = np.uint8((luma + 32768) >> 16) ^ flip


@njit
def _combine_row(acc, coverage, mode, flip, opacity):  # type: ignore[no-untyped-def]
    for x in range(acc.shape[0]):
        here, new = np.int32(acc[x]), _div255(np.int32(coverage[x] ^ flip) * opacity)
        product = _div255(here * new)
        if mode == 0:
            here = here + new - product
        elif mode == 1:
            here = _div255(here * (255 - new))
        elif mode == 2:
            here = product
        elif mode == 3:
            here = max(here, new)
        elif mode == 4:
            here = min(here, new)
        else:
            here = max(np.int32(0), here + new - 2 * product)
        acc[x] = np.uint8(here)


@njit(types.void(_MASK, _MASK_SOURCE, types.int64, types.boolean, types.float64), cache=True, nogil=True)
def combine_mask(acc, coverage, mode, inverted, opacity):  # type: ignore[no-untyped-def]
    """Joins one more mask of a layer to those before it.

    ``acc``: (h, w) uint8, written; ``coverage``: (h, w) uint8, C-contiguous: the mask's own, taken as 255 - coverage
    when
    ``inverted``, then times ``opacity`` (0..1).
    ``mode``: 0 add (a + c - a c), 1 subtract (a (1 - c)), 2 intersect (a c), 3 lighten (the greater), 4 darken (the
    lesser),
    5 difference (a + c - 2 a c).
    """
    flip = np.uint8(255 if inverted else 0)
    weight = np.int32(min(max(opacity, 0.0), 1.0) * 255.0 + 0.5)
    width = min(acc.shape[1], coverage.shape[1])
    for y in range(min(acc.shape[0], coverage.shape[0])):
        _combine_row(acc[y, :width], coverage[y, :width], mode, flip, weight)
