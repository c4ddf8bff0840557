"""Drawing a picture through an affine map, and the smaller copies of a picture that minification needs.

Pixels are premultiplied RGBA, 8 bits each. Inside a kernel one pixel is a uint32 (little-endian, so alpha is the
highest byte), at edges spread over a uint64 whose four 16-bit lanes hold R, B, G and A: one multiplication then works
on all channels. Inside a picture, sample points are first put into a short buffer and then sampled in whole vectors,
which is several times as fast. What a device pixel gets depends on its position alone, never on the clip, so tiles
join without seams.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.vectors.bilinear import SAMPLES, sample
from velocity_engine.kernels.vectors.packed import (
    EIGHT,
    EVEN,
    HALF,
    ODD,
    WIDE_ALPHA,
    WIDE_FULL,
    joined,
    over,
    scaled,
    scaled_wide,
    spread,
)
from velocity_engine.kernels.vectors.prefetch import prefetch
from velocity_engine.kernels.vectors.taps import WHOLE, mean, share_of_both

_CHUNK = 256  # samples at a time; whole vectors
# A turned row crosses a picture as no prefetcher expects: what a row some way ahead reads there is fetched into the
# caches. Of the samples of a row so many do that each line of the cache is met, however the picture is turned.
_ROWS_AHEAD, _SAMPLES_APART = 8.0, 8
_ONE = np.uint64(1)
_S24 = np.uint64(24)
_S32 = np.uint64(32)
_TOP = np.uint32(24)
_TWO, _S2 = np.uint32(0x00020002), np.uint32(2)
_OPAQUE = np.uint32(0xFF000000)

_PIXELS = types.Array(types.uint32, 2, "C")
_SOURCE = types.Array(types.uint32, 2, "C", readonly=True)
_UNIT = 4294967296.0  # 1.0 in fixed point with 32 fraction bits
_FAR = 1073741824.0  # beyond this a coordinate no longer fits the fixed point


@inlined
def _put(dst, y, x, lanes, coverage):
    """Source-over of one pixel, its lanes first multiplied by coverage / 255."""
    if coverage != WIDE_FULL:
        lanes = scaled_wide(lanes, coverage)
    alpha = (lanes >> WIDE_ALPHA) & WIDE_FULL
    if alpha == WIDE_FULL:
        dst[y, x] = joined(lanes)
    elif lanes != 0:
        dst[y, x] = joined(lanes + scaled_wide(spread(dst[y, x]), WIDE_FULL - alpha))


@inlined
def _bilinear(p00, p10, p01, p11, wx, wy):
    """The mean of four pixels with 8-bit weights that sum to 256, rounded once."""
    w11 = share_of_both(wx, wy)
    w10 = wx - w11
    w01 = wy - w11
    w00 = WHOLE - wx - w01
    total = spread(p00) * w00 + spread(p10) * w10 + spread(p01) * w01 + spread(p11) * w11
    return mean(total)


@inlined
def _edge(near, far):
    """How much of a device pixel lies between two parallel edges, from its centre's distances to them in device
    pixels."""
    return max(0.0, min(1.0, near + 0.5) + min(1.0, far + 0.5) - 1.0)


@inlined
def _span(start, step, low, high, x0, x1):
    """The range of x in [x0, x1) for which low <= start + step * x < high (all in fixed point)."""
    if step > 0:
        return max(x0, -((start - low) // step)), min(x1, -((start - high) // step))
    if step < 0:
        return max(x0, (start - high) // -step + 1), min(x1, (start - low) // -step + 1)
    if low <= start < high:
        return x0, x1
    return x0, x0


@inlined
def _sample_points(stride, u, v, step_u, step_v, count, index, weights):
    """Where ``count`` sample points lie, as ``bilinear.sample`` takes them. Returns their number, rounded up to whole
    vectors, which repeat the last."""
    step = np.uint32(stride)
    for k in range(count):
        index[k] = np.uint32(np.uint32(np.uint64(u) >> _S32) + np.uint32(np.uint32(np.uint64(v) >> _S32) * step))
        across, down = np.uint32(np.uint32(u) >> _TOP), np.uint32(np.uint32(v) >> _TOP)
        weights[k] = np.uint32(across | np.uint32(down << EIGHT))
        u += step_u
        v += step_v
    whole = (count + SAMPLES - 1) // SAMPLES * SAMPLES
    for k in range(count, whole):
        index[k], weights[k] = index[count - 1], weights[count - 1]
    return whole


@inlined
def _lay(row, pixels, count, common, opacity):
    """Source-over of ``count`` pixels times opacity / 255; ``common`` is the AND of them."""
    if opacity != WIDE_FULL:
        factor = np.uint32(opacity)
        for k in range(count):
            row[k] = over(scaled(pixels[k], factor), row[k])
    elif common >= _OPAQUE:
        for k in range(count):
            row[k] = pixels[k]
    else:
        for k in range(count):
            row[k] = over(pixels[k], row[k])


@inlined
def _fetch_ahead(source, index, count, ahead):
    """Asks for what ``sample`` of a later row will read, ``ahead`` of what it reads of this one."""
    for k in range(0, count, _SAMPLES_APART):
        prefetch(source, np.int64(index[k]) + ahead)


@kernel(
    types.void(_PIXELS, _SOURCE, *[types.float64] * 10, *[types.int64] * 4, types.uint64),
    error_model="numpy",
)
def _draw_affine(dst, src, a, b, c, d, e, f, wx0, wy0, wx1, wy1, x0, y0, x1, y1, opacity):
    """Any affine map. The clip lies inside ``dst``, the window inside ``src``; both are not empty."""
    grow_u, grow_v = math.hypot(a, c), math.hypot(b, d)
    left, top = np.int64(math.floor(wx0)), np.int64(math.floor(wy0))
    right, bottom = np.int64(math.ceil(wx1)) - 1, np.int64(math.ceil(wy1)) - 1
    step_u, step_v = np.int64(math.floor(a * _UNIT + 0.5)), np.int64(math.floor(b * _UNIT + 0.5))
    out_u0 = np.int64(math.ceil((wx0 - 0.5 * grow_u - 0.5) * _UNIT))
    out_u1 = np.int64(math.ceil((wx1 + 0.5 * grow_u - 0.5) * _UNIT))
    out_v0 = np.int64(math.ceil((wy0 - 0.5 * grow_v - 0.5) * _UNIT))
    out_v1 = np.int64(math.ceil((wy1 + 0.5 * grow_v - 0.5) * _UNIT))
    in_u0 = np.int64(math.ceil(max(wx0 + 0.5 * grow_u - 0.5, float(left)) * _UNIT))
    in_u1 = np.int64(math.floor(min(wx1 - 0.5 * grow_u - 0.5, float(right)) * _UNIT))
    in_v0 = np.int64(math.ceil(max(wy0 + 0.5 * grow_v - 0.5, float(top)) * _UNIT))
    in_v1 = np.int64(math.floor(min(wy1 - 0.5 * grow_v - 0.5, float(bottom)) * _UNIT))
    flat, stride = src.reshape(-1), np.uint64(src.shape[1])
    ahead = np.int64(math.floor(c * _ROWS_AHEAD)) + np.int64(math.floor(d * _ROWS_AHEAD)) * np.int64(src.shape[1])
    index, weights, mixed = np.empty(_CHUNK, np.uint32), np.empty(_CHUNK, np.uint32), np.empty(_CHUNK, np.uint32)
    for y in range(y0, y1):
        u_start = a * 0.5 + c * (y + 0.5) + e - 0.5
        v_start = b * 0.5 + d * (y + 0.5) + f - 0.5
        if not (abs(u_start) + abs(a) * x1 < _FAR and abs(v_start) + abs(b) * x1 < _FAR):
            continue
        u0, v0 = np.int64(math.floor(u_start * _UNIT + 0.5)), np.int64(math.floor(v_start * _UNIT + 0.5))
        first, last = _span(u0, step_u, out_u0, out_u1, x0, x1)
        first, last = _span(v0, step_v, out_v0, out_v1, first, last)
        if first >= last:
            continue
        inner, outer = _span(u0, step_u, in_u0, in_u1, first, last)
        inner, outer = _span(v0, step_v, in_v0, in_v1, inner, outer)
        if inner >= outer:
            inner = outer = last
        for part in range(2):
            begin, end = (first, inner) if part == 0 else (outer, last)
            for x in range(begin, end):
                u, v = u0 + step_u * x, v0 + step_v * x
                du, dv = (u / _UNIT) + 0.5, (v / _UNIT) + 0.5
                covered = _edge((du - wx0) / grow_u, (wx1 - du) / grow_u) * _edge(
                    (dv - wy0) / grow_v, (wy1 - dv) / grow_v
                )
                coverage = np.uint64(covered * opacity + 0.5)
                if coverage == 0:
                    continue
                column, line = u >> 32, v >> 32
                i0, i1 = min(max(column, left), right), min(max(column + 1, left), right)
                j0, j1 = min(max(line, top), bottom), min(max(line + 1, top), bottom)
                wx, wy = (np.uint64(u) >> _S24) & WIDE_FULL, (np.uint64(v) >> _S24) & WIDE_FULL
                _put(dst, y, x, _bilinear(src[j0, i0], src[j0, i1], src[j1, i0], src[j1, i1], wx, wy), coverage)
        for x in range(inner, outer, _CHUNK):
            count = min(_CHUNK, outer - x)
            u, v = u0 + step_u * x, v0 + step_v * x
            whole = _sample_points(stride, u, v, step_u, step_v, count, index, weights)
            _fetch_ahead(flat, index, count, ahead)
            common = sample(flat, stride, index, weights, whole, mixed)
            _lay(dst[y, x : x + count], mixed, count, common, opacity)


@inlined
def _axis_steps(scale, shift, low, high, begin, end, index, weight, coverage):
    """For device positions begin..end of one axis: the first of two samples, the second's weight of 256, the
    coverage of 255."""
    first, last = np.int64(math.floor(low)), np.int64(math.ceil(high)) - 1
    grow = abs(scale)
    for k in range(end - begin):
        at = scale * (begin + k + 0.5) + shift
        coverage[k] = np.int64(_edge((at - low) / grow, (high - at) / grow) * 255.0 + 0.5)
        at = min(max(at - 0.5, float(first)), float(last))
        fixed = np.int64(at * 256.0)
        index[k] = fixed >> 8
        weight[k] = fixed & 255


@inlined
def _put_column(dst, y, x, mixed, i, weight, coverage):
    w = np.uint64(weight)
    pair = spread(mixed[i]) * (WHOLE - w) + spread(mixed[i + 1]) * w
    _put(dst, y, x, mean(pair), (coverage + np.uint64(127)) // np.uint64(255))


@inlined
def _mix_rows(out, src, row, weight, low, high):
    """out[k] = row * (1 - weight / 256) + next row * weight / 256, for pixels low..high of ``src``."""
    here = src[row, low:high]
    if weight == 0:
        for k in range(high - low):
            out[k] = here[k]
        return
    below = src[row + 1, low:high]
    w, v = np.uint32(weight), np.uint32(256 - weight)
    for k in range(high - low):
        out[k] = _between(here[k], below[k], v, w)


@inlined
def _between(one, other, v, w):
    """Two pixels with weights v and w that sum to 256."""
    even = np.uint32(np.uint32(np.uint32((one & EVEN) * v) + np.uint32((other & EVEN) * w)) + HALF)
    odd = np.uint32(np.uint32((np.uint32(one >> EIGHT) & EVEN) * v) + np.uint32((np.uint32(other >> EIGHT) & EVEN) * w))
    return np.uint32(np.uint32(np.uint32(even >> EIGHT) & EVEN) | np.uint32(np.uint32(odd + HALF) & ODD))


@inlined
def _mix_columns(mixed, index, weight, low, first, count, pairs, out):
    """The pixels of columns ``first`` and on of one row, from its mixed rows; the AND of all."""
    for k in range(count):
        at = np.uint64(index[first + k] - low)
        pairs[k] = np.uint64(mixed[at]) | (np.uint64(mixed[at + _ONE]) << _S32)
    common = np.uint32(0xFFFFFFFF)
    for k in range(count):
        w = np.uint32(weight[first + k])
        pixel = _between(np.uint32(pairs[k]), np.uint32(pairs[k] >> _S32), np.uint32(np.uint32(256) - w), w)
        out[k] = pixel
        common &= pixel
    return common


@kernel(
    types.void(_PIXELS, _SOURCE, *[types.float64] * 8, *[types.int64] * 4, types.uint64),
    error_model="numpy",
)
def _draw_scaled(dst, src, a, d, e, f, wx0, wy0, wx1, wy1, x0, y0, x1, y1, opacity):
    """Scale and shift only: rows are mixed first, then columns, with weights found once for each row and column."""
    index, weight, coverage = np.empty(x1 - x0, np.int64), np.empty(x1 - x0, np.int64), np.empty(x1 - x0, np.int64)
    _axis_steps(a, e, wx0, wx1, x0, x1, index, weight, coverage)
    rows, row_weight, row_coverage = (
        np.empty(y1 - y0, np.int64),
        np.empty(y1 - y0, np.int64),
        np.empty(y1 - y0, np.int64),
    )
    _axis_steps(d, f, wy0, wy1, y0, y1, rows, row_weight, row_coverage)
    begin, end = 0, x1 - x0
    while begin < end and coverage[begin] == 0:
        begin += 1
    while end > begin and coverage[end - 1] == 0:
        end -= 1
    if begin == end:
        return
    inner, outer = begin, end
    while inner < outer and coverage[inner] != 255:
        inner += 1
    while outer > inner and coverage[outer - 1] != 255:
        outer -= 1
    low, high = min(index[begin], index[end - 1]), max(index[begin], index[end - 1])
    stop = min(high + 2, np.int64(math.ceil(wx1)))
    mixed = np.empty(high - low + 2, np.uint32)
    pairs, pixels = np.empty(_CHUNK, np.uint64), np.empty(_CHUNK, np.uint32)
    for y in range(y0, y1):
        across = np.uint64(row_coverage[y - y0]) * opacity
        if across == 0:
            continue
        _mix_rows(mixed, src, rows[y - y0], row_weight[y - y0], low, stop)
        mixed[high - low + 1] = mixed[stop - low - 1]
        across = (across + np.uint64(127)) // np.uint64(255)
        for k in range(begin, inner):
            _put_column(dst, y, x0 + k, mixed, index[k] - low, weight[k], across * np.uint64(coverage[k]))
        for k in range(outer, end):
            _put_column(dst, y, x0 + k, mixed, index[k] - low, weight[k], across * np.uint64(coverage[k]))
        for k in range(inner, outer, _CHUNK):
            count = min(_CHUNK, outer - k)
            common = _mix_columns(mixed, index, weight, low, k, count, pairs, pixels)
            _lay(dst[y, x0 + k : x0 + k + count], pixels, count, common, across)


@kernel(types.void(_PIXELS, _SOURCE, *[types.int64] * 6, types.uint64), error_model="numpy")
def _draw_shifted(dst, src, dx, dy, x0, y0, x1, y1, opacity):
    """Source pixel (x + dx, y + dy) onto device pixel (x, y); the clip lies inside both."""
    for y in range(y0, y1):
        row = src[y + dy, x0 + dx : x1 + dx]
        common = np.uint32(0xFFFFFFFF)
        for k in range(x1 - x0):
            common &= row[k]
        _lay(dst[y, x0:x1], row, x1 - x0, common, opacity)


@inlined
def _mean(one, two, three, four):
    even = np.uint32(np.uint32(np.uint32(one & EVEN) + np.uint32(two & EVEN)) + _TWO)
    even = np.uint32(even + np.uint32(np.uint32(three & EVEN) + np.uint32(four & EVEN)))
    odd = np.uint32(np.uint32(np.uint32(one >> EIGHT) & EVEN) + np.uint32(np.uint32(two >> EIGHT) & EVEN))
    odd = np.uint32(odd + np.uint32(np.uint32(np.uint32(three >> EIGHT) & EVEN) + _TWO))
    odd = np.uint32(odd + np.uint32(np.uint32(four >> EIGHT) & EVEN))
    return np.uint32(np.uint32(np.uint32(even >> _S2) & EVEN) | np.uint32(np.uint32(odd << np.uint32(6)) & ODD))


@kernel(types.void(_SOURCE, _PIXELS), error_model="numpy")
def _halve(src, out):
    height, width = src.shape
    for y in range(out.shape[0]):
        upper, lower, row = src[2 * y], src[min(2 * y + 1, height - 1)], out[y]
        for x in range(width // 2):
            row[x] = _mean(upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1])
        if width & 1:
            row[width // 2] = _mean(upper[width - 1], upper[width - 1], lower[width - 1], lower[width - 1])


def _packed(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return pixels.view(np.uint32)[..., 0]


def draw_image(
    dst: NDArray[np.uint8],
    src: NDArray[np.uint8],
    inverse: NDArray[np.float64],
    window: NDArray[np.float64],
    x0: int,
    y0: int,
    x1: int,
    y1: int,
    opacity: float,
) -> None:
    """Draws ``src`` over ``dst``, sampled bilinearly, with antialiased outer edges.

    ``dst``: (H, W, 4) and ``src``: (h, w, 4) uint8, premultiplied, C-contiguous; ``dst`` is written inside the device
    clip [x0, x1) x [y0, y1) (cut to its bounds). ``inverse``: (6,) the map a b c d e f from device to source
    coordinates, in which the centre of pixel (x, y) lies at (x + 0.5, y + 0.5). ``window``: (4,) x0 y0 x1 y1 of the
    source, the part that is shown; no pixel outside of it is read, and its borders are the edges of the picture. An
    edge on whole device pixels is exact. ``opacity`` 0..1 counts in steps of 1/255. A map that is singular or not
    finite draws nothing.
    """
    a, b, c, d, e, f = (float(v) for v in inverse)
    height, width = src.shape[:2]
    left, top = max(0.0, float(window[0])), max(0.0, float(window[1]))
    right, bottom = min(float(width), float(window[2])), min(float(height), float(window[3]))
    x0, y0, x1, y1 = max(0, int(x0)), max(0, int(y0)), min(dst.shape[1], int(x1)), min(dst.shape[0], int(y1))
    if not (x0 < x1 and y0 < y1 and left < right and top < bottom and opacity > 0.0):
        return
    if not math.isfinite(a + b + c + d + e + f) or a * d == b * c:
        return
    if min(math.hypot(a, c), math.hypot(b, d)) < 1e-9:
        return
    alpha = np.uint64(min(255, int(opacity * 255.0 + 0.5)))
    canvas, source = _packed(dst), _packed(np.ascontiguousarray(src))
    if abs(b) < 1e-9 and abs(c) < 1e-9:
        if _draw_if_shifted(canvas, source, (a, d, e, f), (left, top, right, bottom), (x0, y0, x1, y1), alpha):
            return
        _draw_scaled(canvas, source, a, d, e, f, left, top, right, bottom, x0, y0, x1, y1, alpha)
    else:
        _draw_affine(canvas, source, a, b, c, d, e, f, left, top, right, bottom, x0, y0, x1, y1, alpha)


def _draw_if_shifted(
    canvas: NDArray[np.uint32],
    source: NDArray[np.uint32],
    scale_shift: tuple[float, float, float, float],
    window: tuple[float, float, float, float],
    clip: tuple[int, int, int, int],
    alpha: np.uint64,
) -> bool:
    """Draws a shift by whole pixels at scale 1; False (and nothing drawn) for any other map."""
    a, d, e, f = scale_shift
    reach = max(canvas.shape[1], canvas.shape[0], 1)
    if abs(a - 1.0) * reach > 0.002 or abs(d - 1.0) * reach > 0.002 or abs(e) > 1e9 or abs(f) > 1e9:
        return False
    dx, dy = round(e), round(f)
    if abs(e - dx) > 0.002 or abs(f - dy) > 0.002 or any(v != int(v) for v in window):
        return False
    x0, y0 = max(clip[0], int(window[0]) - dx), max(clip[1], int(window[1]) - dy)
    x1, y1 = min(clip[2], int(window[2]) - dx), min(clip[3], int(window[3]) - dy)
    if x0 < x1 and y0 < y1:
        _draw_shifted(canvas, source, dx, dy, x0, y0, x1, y1, alpha)
    return True


def halve(src: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The next smaller copy of a picture: the mean of each 2 x 2 pixels (an odd last row or column counts double).

    ``src``: (h, w, 4) uint8, premultiplied. Returns (ceil(h / 2), ceil(w / 2), 4).
    """
    height, width = src.shape[:2]
    out = np.empty(((height + 1) // 2, (width + 1) // 2, 4), np.uint8)
    _halve(_packed(np.ascontiguousarray(src)), _packed(out))
    return out
