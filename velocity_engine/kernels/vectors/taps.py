"""Bilinear samples of a picture one at a time: the four pixels around a point, each with its share of 256."""

from __future__ import annotations

import numpy as np

from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.vectors.packed import WIDE, WIDE_EIGHT, WIDE_HALF, spread

WHOLE = np.uint64(256)
FRACTION = np.uint64(0xFF)
"""The bits of a position below whole pixels."""


@inlined
def tap(src, j, i, share):
    """The channels of ``src[j, i]`` in 16-bit lanes, times a share of 256; nothing outside of ``src``."""
    if 0 <= j < src.shape[0] and 0 <= i < src.shape[1]:
        return spread(src[j, i]) * share
    return np.uint64(0)


@inlined
def share_of_both(wx, wy):
    """The share of the pixel right of and below the first, from the shares of the column and of the row."""
    return (wx * wy + np.uint64(128)) >> WIDE_EIGHT


@inlined
def mean(total):
    """The lanes of a pixel from the sum of its taps, rounded."""
    return ((total + WIDE_HALF) >> WIDE_EIGHT) & WIDE
