"""Where the samples of a clip's planes come from, and with what weights, when the clip is drawn upright at any size.

Drawing through RGBA is linear along each axis: chroma is interpolated, the picture halved, sampled bilinearly, and
chroma filtered again. So each sample of the output is a sum of a few neighbours in its plane, whose weights are found
here by joining these steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

TAP_COUNTS = (2, 4, 6, 8, 12, 16)  # weights of a sample along one axis; even, as ``pictures.scale_plane`` takes them
SAME = 0.002  # pixels; a map that is nowhere farther from a shift by whole pixels is one, as ``pictures.warp`` has it

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Taps:
    """n samples from ``start`` on: each is the sum of the samples ``first`` (n,), ``first`` + 1 ... of another row
    times its ``weights`` (t, n)."""

    start: int
    first: Indices
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PlaneAxis:
    """One axis of one plane, from output sample ``start`` on, as ``pictures.scale_plane`` takes it: ``first`` (n,),
    ``weights`` (t, n), ``cover`` (n,). ``full`` is the range of samples that are covered wholly. ``shift`` leads from
    output to input samples where these are copied; else it is None."""

    start: int
    first: Indices
    weights: NDArray[np.uint16]
    cover: NDArray[np.uint8]
    full: tuple[int, int]
    shift: int | None


@dataclass(frozen=True, slots=True, eq=False)
class ClipAxis:
    luma: PlaneAxis
    chroma: PlaneAxis

    def hides(self, begin: int, end: int, frame: int) -> bool:
        """Whether nothing from below is seen in the pixels ``begin`` to ``end`` (even, or the frame's last) and in the
        chroma of the one after them."""
        (left, right), (first, last) = self.luma.full, self.chroma.full
        return left <= begin and end <= right and first <= begin // 2 and chroma_end(end, frame) <= last


def chroma_end(end: int, frame: int) -> int:
    """The end of the chroma samples that pixels before ``end`` take part in."""
    return (min(end + 1, frame) + 1) // 2


@dataclass(frozen=True, slots=True)
class ClipSide:
    """A side of a clip: its ``size`` in pixels, of which those in ``window`` show, halved ``level`` times."""

    window: tuple[float, float]
    size: int
    level: int


@dataclass(frozen=True, slots=True)
class FrameSide:
    """A side of a frame of ``size`` pixels, of which those in ``limits`` may be covered, so far as they lie between
    each of the ``edges``. ``across`` for columns, whose chroma lies on the even ones; that of rows lies between two."""

    size: int
    limits: tuple[int, int]
    edges: tuple[tuple[float, float], ...]
    across: bool


@lru_cache(maxsize=64)
def clip_axis(scale: float, shift: float, clip: ClipSide, frame: FrameSide) -> ClipAxis | None:
    """The axis for the map ``scale`` * x + ``shift`` from device pixels to pixels of a clip. None where a sample needs
    too many neighbours, or nothing is covered."""
    size, across = clip.size, frame.across
    if abs(scale - 1.0) * frame.size <= SAME and abs(shift - round(shift)) <= SAME:
        scale, shift = 1.0, float(round(shift))
    sizes = [size]
    for _ in range(clip.level):
        sizes.append((sizes[-1] + 1) // 2)
    part = 0.5**clip.level
    low, high = max(0.0, clip.window[0] * part), min(float(sizes[-1]), clip.window[1] * part)
    if not low < high:
        return None
    sampled, cover = _bilinear(scale * part, shift * part, low, high, frame.limits, frame.edges)
    if not len(cover):
        return None
    for larger in reversed(sizes[:-1]):
        sampled = _joined(sampled, _halving(larger))
    luma = _plane_axis(sampled, cover, size)
    if luma is None:
        return None
    filtered, chroma_cover = _chroma_filter(sampled.start, cover, frame.size, across)
    if luma.shift is not None and luma.shift % 2 == 0:  # the clip's own chroma, not interpolated and filtered again
        positions = np.arange(len(chroma_cover)) + filtered.start + luma.shift // 2
        both = Taps(filtered.start, positions.clip(0, (size + 1) // 2 - 1), np.ones((1, len(positions))))
    else:
        both = _joined(_joined(filtered, sampled), _chroma_interpolation(size, across))
    chroma = _plane_axis(both, chroma_cover, (size + 1) // 2)
    return None if chroma is None else ClipAxis(luma, chroma)


def _bilinear(
    scale: float,
    shift: float,
    low: float,
    high: float,
    limits: tuple[int, int],
    edges: tuple[tuple[float, float], ...],
) -> tuple[Taps, Floats]:
    """Samples of device pixels and how much of each (0..1) the clip covers; only those that it covers any of. As
    ``pictures.warp`` places and weights them."""
    positions = scale * (np.arange(*limits) + 0.5) + shift
    grow = abs(scale)
    near, far = np.minimum(1.0, (positions - low) / grow + 0.5), np.minimum(1.0, (high - positions) / grow + 0.5)
    cover = np.maximum(0.0, near + far - 1.0)
    for begin, end in edges:
        pixels = np.arange(*limits)
        cover *= np.maximum(0.0, np.minimum(pixels + 1, end) - np.maximum(pixels, begin))
    cover = np.floor(cover * 255.0 + 0.5) / 255.0
    seen = np.flatnonzero(cover)
    if not len(seen):
        return Taps(0, seen, np.empty((2, 0))), cover[:0]
    kept = slice(seen[0], seen[-1] + 1)
    positions = (positions[kept] - 0.5).clip(np.floor(low), np.ceil(high) - 1.0)
    first = np.floor(positions).astype(np.int64)
    share = np.floor((positions - first) * 256.0) / 256.0
    return Taps(limits[0] + int(seen[0]), first, np.array((1.0 - share, share))), cover[kept]


def _halving(size: int) -> Taps:
    """The mean of two samples each; an odd last one counts double."""
    first = np.arange(0, size, 2)
    weights = np.full((2, len(first)), 0.5)
    if size % 2:
        weights[:, -1] = 1.0, 0.0
    return Taps(0, first, weights)


def _chroma_interpolation(size: int, across: bool) -> Taps:
    """Chroma at each of ``size`` pixels from its samples, as ``yuv.yuv420_to_rgba`` interpolates it."""
    pixels, last = np.arange(size), (size + 1) // 2 - 1
    if across:
        first = pixels // 2
        share = np.where(pixels % 2, 0.5, 0.0)
    else:
        first = (pixels + 1) // 2 - 1
        share = np.where(pixels % 2, 0.25, 0.75)
    share = np.where(first < 0, 0.0, np.where(first >= last, 0.0, share))
    return Taps(0, first.clip(0, last), np.array((1.0 - share, share)))


def _chroma_filter(start: int, cover: Floats, frame: int, across: bool) -> tuple[Taps, Floats]:
    """Chroma samples of the output as sums of pixels, as ``yuv.rgba_to_yuv420`` filters them, and how much of
    each is covered. Only covered pixels count."""
    end = start + len(cover)
    samples = np.arange(start // 2, min((frame + 1) // 2, end // 2 + 1 if across else (end + 1) // 2))
    offsets, shares = ((-1, 0, 1), (0.25, 0.5, 0.25)) if across else ((0, 1), (0.5, 0.5))
    positions = (2 * samples + np.array(offsets)[:, None]).clip(0, frame - 1) - start
    inside = (positions >= 0) & (positions < len(cover))
    weights = np.where(inside, cover[positions.clip(0, len(cover) - 1)], 0.0) * np.array(shares)[:, None]
    total = weights.sum(axis=0)
    spread = Taps(int(samples[0]), positions[0] + start, np.zeros((len(offsets), len(samples))))
    for position, weight in zip(positions, weights, strict=True):  # pixels beyond the frame's edge are the ones on it
        spread.weights[np.maximum(0, position - positions[0]), np.arange(len(samples))] += weight / np.maximum(
            total, 1e-9
        )
    return spread, total


def _joined(outer: Taps, inner: Taps) -> Taps:
    """``outer``, whose samples are sums of the samples of ``inner``, straight from what those are sums of."""
    count = len(inner.first)
    columns = np.arange(len(outer.first))
    positions = outer.first + np.arange(len(outer.weights))[:, None] - inner.start
    inside = positions.clip(0, count - 1)
    begins = inner.first[inside]
    first = np.where(outer.weights != 0.0, begins, np.iinfo(np.int64).max).min(axis=0)
    begins = np.maximum(begins, first)
    weights = np.zeros((int((begins - first).max()) + len(inner.weights), len(columns)))
    for t, weight in enumerate(outer.weights):
        for s, within in enumerate(inner.weights):
            weights[begins[t] - first + s, columns] += weight * within[inside[t]]
    return Taps(outer.start, first, weights)


def _plane_axis(taps: Taps, cover: Floats, size: int) -> PlaneAxis | None:
    """``taps`` inside a plane of ``size`` samples, with weights of 256 that sum to that; None where they are too
    many."""
    columns = np.arange(len(taps.first))
    used = int(np.flatnonzero(taps.weights.any(axis=1))[-1]) + 1
    count = next((count for count in TAP_COUNTS if count >= used and count <= size), None)
    if count is None:
        return None
    first = taps.first.clip(0, size - count)
    exact = np.zeros((count, len(columns)))
    for t in range(used):
        exact[(taps.first + t).clip(0, size - 1) - first, columns] += taps.weights[t]
    weights = np.floor(exact * 256.0 + 0.5).astype(np.int64)
    weights[weights.argmax(axis=0), columns] += 256 - weights.sum(axis=0)
    covered = np.floor(cover * 255.0 + 0.5).astype(np.uint8)
    whole = np.flatnonzero(covered == 255)
    full = (int(whole[0]), int(whole[-1]) + 1) if len(whole) else (0, 0)
    heaviest = weights.argmax(axis=0)
    positions = first + heaviest - columns
    copied = bool((weights[heaviest, columns] == 256).all()) and bool((positions == positions[0]).all())
    return PlaneAxis(
        start=taps.start,
        first=np.ascontiguousarray(first),
        weights=weights.astype(np.uint16),
        cover=covered,
        full=(taps.start + full[0], taps.start + full[1]),
        shift=int(positions[0]) - taps.start if copied else None,
    )
