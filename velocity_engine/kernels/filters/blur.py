"""Gaussian blur at a cost that does not grow with its radius.

From sigma 2 on, three box filters in a row stand for the Gaussian. Each box has ends of fractional weight (the
"extended box filter" of Gwosdek et al., 2011), so its variance is exactly a third of sigma squared and an animated
blur grows without steps. Below sigma 2 the true kernel, cut at 3 sigma, is used. Columns are filtered in strips of 64
bytes that stay in the cache; rows are turned into such strips on their way in and out.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_LANES = 64
_LARGEST_SIGMA = 2000.0

_BYTES = types.Array(types.uint8, 2, "C")


@inlined
def _box(src, out, total, radius, tail):
    """One extended box along the first axis; rows within ``radius`` + 1 of either end are left as they are."""
    length = src.shape[0]
    unit = np.float32(1.0 / (2 * radius + 1 + 2.0 * tail))
    ends = np.float32(tail / (2 * radius + 1 + 2.0 * tail))
    half = np.float32(0.5)
    for k in range(_LANES):
        total[k] = 0
    for i in range(2 * radius + 1):
        row = src[i]
        for k in range(_LANES):
            total[k] += np.int32(row[k])
    for i in range(radius + 1, length - radius - 1):
        entering, leaving, before, target = src[i + radius], src[i - radius - 1], src[i + radius + 1], out[i]
        for k in range(_LANES):
            total[k] = np.int32(total[k] + np.int32(entering[k])) - np.int32(leaving[k])
            outer = np.float32(np.int32(leaving[k]) + np.int32(before[k]))
            target[k] = np.uint16(np.int32(np.float32(total[k]) * unit + outer * ends + half))


@inlined
def _direct(src, out, total, kernel):
    """A symmetric kernel of 16-bit weights along the first axis; rows within its reach of either end are left as
    they are."""
    reach = kernel.shape[0] - 1
    for i in range(reach, src.shape[0] - reach):
        row, target = src[i], out[i]
        for k in range(_LANES):
            total[k] = np.int32(row[k]) * kernel[0]
        for j in range(1, reach + 1):
            low, high, weight = src[i - j], src[i + j], kernel[j]
            for k in range(_LANES):
                total[k] += (np.int32(low[k]) + np.int32(high[k])) * weight
        for k in range(_LANES):
            target[k] = np.uint16((total[k] + 32768) >> 16)


@inlined
def _pad(strip, pad, repeat):
    last = strip.shape[0] - pad
    for i in range(pad):
        for k in range(_LANES):
            strip[i, k] = strip[pad, k] if repeat else np.uint16(0)
            strip[last + i, k] = strip[last - 1, k] if repeat else np.uint16(0)


@inlined
def _filter_strip(one, two, total, pad, radius, tail, kernel, repeat):
    _pad(one, pad, repeat)
    if kernel.shape[0] > 0:
        _direct(one, two, total, kernel)
        return two
    last = one.shape[0] - 1
    for i in range(radius + 1):
        for k in range(_LANES):
            two[i, k] = one[i, k]
            two[last - i, k] = one[last - i, k]
    for _ in range(3):
        _box(one, two, total, radius, tail)
        one, two = two, one
    return one


@inlined
def _load_rows(src, start, count, channels, strip, pad, shift):
    seen = np.uint16(0)
    for j in range(count):
        row = src[start + j]
        if channels == 4:
            for i in range(row.shape[0] // 4):
                for k in range(4):
                    value = np.uint16(row[4 * i + k])
                    strip[pad + i, 4 * j + k] = np.uint16(value << shift)
                    seen |= value
        else:
            for i in range(row.shape[0]):
                value = np.uint16(row[i])
                strip[pad + i, j] = np.uint16(value << shift)
                seen |= value
    return seen


@inlined
def _store_rows(strip, pad, out, start, count, channels, shift):
    rounding = np.uint16((1 << shift) >> 1)
    for j in range(count):
        row = out[start + j]
        if channels == 4:
            for i in range(row.shape[0] // 4):
                for k in range(4):
                    row[4 * i + k] = np.uint8(np.uint16(strip[pad + i, 4 * j + k] + rounding) >> shift)
        else:
            for i in range(row.shape[0]):
                row[i] = np.uint8(np.uint16(strip[pad + i, j] + rounding) >> shift)


@inlined
def _load_columns(src, start, count, strip, pad, shift):
    seen = np.uint16(0)
    for i in range(src.shape[0]):
        row, target = src[i, start : start + count], strip[pad + i]
        for k in range(count):
            value = np.uint16(row[k])
            target[k] = np.uint16(value << shift)
            seen |= value
    return seen


@inlined
def _store_columns(strip, pad, out, start, count, shift):
    rounding = np.uint16((1 << shift) >> 1)
    for i in range(out.shape[0]):
        row, source = out[i, start : start + count], strip[pad + i]
        for k in range(count):
            row[k] = np.uint8(np.uint16(source[k] + rounding) >> shift)


@kernel(
    types.void(
        _BYTES,
        types.int64,
        types.boolean,
        types.int64,
        types.int64,
        types.float64,
        types.Array(types.int32, 1, "C"),
        types.boolean,
    ),
    error_model="numpy",
)
def _blur_axis(pixels, channels, across, pad, radius, tail, kernel, repeat):
    """Blurs ``pixels``, (h, w * channels) uint8, in place: along the columns, or ``across`` along the rows."""
    height, width = pixels.shape
    length = width // channels if across else height
    lines = height if across else width
    step = _LANES // channels if across else _LANES
    shift = np.uint16(0 if kernel.shape[0] > 0 else 8)
    one, two = np.zeros((length + 2 * pad, _LANES), np.uint16), np.zeros((length + 2 * pad, _LANES), np.uint16)
    total = np.zeros(_LANES, np.int32)
    for start in range(0, lines, step):
        count = min(step, lines - start)
        if across:
            seen = _load_rows(pixels, start, count, channels, one, pad, shift)
        else:
            seen = _load_columns(pixels, start, count, one, pad, shift)
        if seen == 0:
            continue  # a clear strip stays clear
        done = _filter_strip(one, two, total, pad, radius, tail, kernel, repeat)
        if across:
            _store_rows(done, pad, pixels, start, count, channels, shift)
        else:
            _store_columns(done, pad, pixels, start, count, shift)


_NO_KERNEL = np.zeros(0, np.int32)


def _plan(sigma: float) -> tuple[int, int, float, NDArray[np.int32]] | None:
    """Padding, box radius, weight of the box's ends, and the kernel (empty for boxes); None where nothing is to be
    done."""
    if not sigma >= 0.05:
        return None
    sigma = min(sigma, _LARGEST_SIGMA)
    if sigma < 2.0:
        reach = max(1, math.ceil(3.0 * sigma))
        weights = np.exp(-0.5 * (np.arange(reach + 1) / sigma) ** 2)
        weights /= weights[0] + 2.0 * weights[1:].sum()
        kernel = np.rint(weights * 65536.0).astype(np.int32)
        kernel[0] = 65536 - 2 * int(kernel[1:].sum())
        return reach, 0, 0.0, kernel
    variance = sigma * sigma / 3.0
    radius = int((math.sqrt(12.0 * variance + 1.0) - 1.0) / 2.0)
    span = 2 * radius + 1
    tail = (variance * span - radius * (radius + 1) * span / 3.0) / (2.0 * ((radius + 1) ** 2 - variance))
    return 3 * (radius + 1), radius, tail, _NO_KERNEL


def _blurred(flat: NDArray[np.uint8], channels: int, sigma_x: float, sigma_y: float, repeat: bool) -> NDArray[np.uint8]:
    out = np.array(flat, order="C")
    if out.size == 0:
        return out
    for sigma, across in ((sigma_x, True), (sigma_y, False)):
        plan = _plan(float(sigma))
        if plan is not None:
            _blur_axis(out, channels, across, *plan, repeat)
    return out


def blur_mask(mask: NDArray[np.uint8], sigma_x: float, sigma_y: float) -> NDArray[np.uint8]:
    """A blurred copy of coverage; what lies outside counts as 0.

    ``mask``: (h, w) uint8. The sigmas are in pixels; below 0.05 (or NaN) an axis is left alone, above 2000 it counts
    as 2000.
    """
    return _blurred(mask, 1, sigma_x, sigma_y, False)


def blur_rgba(
    pixels: NDArray[np.uint8], sigma_x: float, sigma_y: float, repeat_edge: bool = False
) -> NDArray[np.uint8]:
    """A blurred copy of pixels.

    ``pixels``: (h, w, 4) uint8, premultiplied. What lies outside is transparent, or the nearest edge pixel with
    ``repeat_edge``. Sigmas as in ``blur_mask``.
    """
    height, width = pixels.shape[:2]
    flat = np.ascontiguousarray(pixels).reshape(height, width * 4)
    return _blurred(flat, 4, sigma_x, sigma_y, repeat_edge).reshape(height, width, 4)
