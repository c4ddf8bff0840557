"""Palettes of a video's own: 255 colours that lie as near as possible to all that it shows, each by how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOURS = 255
ROUNDS = 16
EVENNESS = 1.15  # the power of how often a colour occurs by which it counts
AT_ONCE = 8192  # colours that are compared with the palette at a time
MAX_COMPARED = 32_768  # different colours, beyond which those that are alike count as one
SLAB = 1 << 17  # colours whose red differs in its last bit alone: what is binned by 7 bits or fewer lies in one slab


class Histogram:
    """How often each colour occurs. It takes memory for those that do, and at most for all there are."""

    def __init__(self) -> None:
        self._counts = np.zeros(1 << 24, np.int64)

    def add(self, colours: NDArray[np.uint8]) -> None:
        """``colours``: (n, 3) uint8."""
        found, counts = np.unique(packed(colours), return_counts=True)
        self._counts[found] += counts

    def palette(self) -> NDArray[np.uint8]:
        """(COLOURS, 3) uint8; unused ones at the end are black."""
        found = np.zeros((COLOURS, 3), np.uint8)
        different = np.count_nonzero(self._counts)
        if different <= COLOURS:
            found[:different] = unpacked(np.flatnonzero(self._counts))
            return found
        slabs, bits = self._slabs(), 7
        if different > MAX_COMPARED:
            slabs = (_binned(*slab, bits) for slab in slabs)
        parts = list(slabs)
        colours, counts = (np.concatenate([part[index] for part in parts]) for index in (0, 1))
        while len(colours) > MAX_COMPARED:
            bits -= 1
            colours, counts = _binned(colours, counts, bits)
        weights = counts**EVENNESS
        means = _settled(_cut(colours, weights), colours, weights)
        found[: len(means)] = np.clip(np.round(means), 0, 255)
        return found

    def _slabs(self) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """The colours that occur, and how often each does, part by part."""
        for start in range(0, len(self._counts), SLAB):
            counts = self._counts[start : start + SLAB]
            if len(numbers := np.flatnonzero(counts)):
                yield unpacked(numbers + start).astype(np.float64), counts[numbers].astype(np.float64)


def packed(colours: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Each colour of (..., 3 or 4), 0 to 255, as one number."""
    parts = colours.astype(np.int64)
    return parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]


def unpacked(numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
    return np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=-1).astype(np.uint8)


def _binned(
    colours: NDArray[np.float64], counts: NDArray[np.float64], bits: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The means of the colours that have ``bits`` of each channel in common."""
    _, group = np.unique(packed(colours.astype(np.uint8) >> (8 - bits)), return_inverse=True)
    total = np.bincount(group, counts).astype(np.float64)
    return np.stack([np.bincount(group, counts * channel) / total for channel in colours.T], axis=1), total


def _cut(colours: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes of colours, the one that varies most cut in two over and over. Returns their means."""
    boxes = [_Box.of(np.arange(len(colours)), colours, weights)]
    while len(boxes) < COLOURS:
        worst = max(range(len(boxes)), key=lambda index: boxes[index].error)
        box = boxes[worst]
        if box.error <= 0:
            break
        along = colours[box.members, box.axis]
        low = along <= box.mean[box.axis]
        boxes[worst] = _Box.of(box.members[low], colours, weights)
        boxes.append(_Box.of(box.members[~low], colours, weights))
    return np.array([box.mean for box in boxes])


class _Box:
    """Colours by their numbers; ``error``: how far they lie from their ``mean``, the most along ``axis``."""

    def __init__(self, members: NDArray[np.int64], mean: NDArray[np.float64], axis: int, error: float) -> None:
        self.members, self.mean, self.axis, self.error = members, mean, axis, error

    @classmethod
    def of(cls, members: NDArray[np.int64], colours: NDArray[np.float64], weights: NDArray[np.float64]) -> _Box:
        own, share = colours[members], weights[members, None]
        mean = (own * share).sum(axis=0) / share.sum()
        spread = ((own - mean) ** 2 * share).sum(axis=0)
        error = float(spread.sum()) if len(members) > 1 and np.ptp(own, axis=0).max() > 0 else 0.0
        return cls(members, mean, int(spread.argmax()), error)


def _settled(
    means: NDArray[np.float64], colours: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Means that each move to the middle of the colours that are nearest to them."""
    for _ in range(ROUNDS):
        owner = nearest(colours, means)
        total = np.bincount(owner, weights, len(means))
        moved = np.stack([np.bincount(owner, weights * channel, len(means)) for channel in colours.T], axis=1)
        means = np.where(total[:, None] > 0, moved / np.maximum(total, 1e-12)[:, None], means)
    return means


def nearest(colours: NDArray[np.float64], palette: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of the palette's colour that is nearest to each of ``colours``, both (n, 3)."""
    found = np.empty(len(colours), np.int64)
    squares = (palette**2).sum(axis=1)
    for start in range(0, len(colours), AT_ONCE):
        part = colours[start : start + AT_ONCE]
        found[start : start + AT_ONCE] = (squares - 2 * part @ palette.T).argmin(axis=1)
    return found
