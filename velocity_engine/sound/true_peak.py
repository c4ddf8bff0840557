"""Keeps true peaks below a ceiling: the peaks of the sound as it is heard, between its samples, too.

True peaks are those of the sound at four times its rate (ITU-R BS.1770-5, annex 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from velocity_engine.sound.tracks import RATE, Block

TIMES = 4
AHEAD = 240  # samples (5 ms) that a peak is seen before it comes
RELEASE_SECONDS = 0.08
MARGIN = 10 ** (-0.3 / 20)  # peaks lie between the finer samples, too, and a gain that moves bends the sound
BACK = 2  # samples, of which the peaks between them belong to a sample


def limited_peaks(blocks: Iterable[Block], ceiling: float) -> Iterator[Block]:
    """The same sound, in blocks of other lengths, turned down where its true peaks would be above ``ceiling``."""
    limiter = _Limiter(ceiling * MARGIN)
    for block in blocks:
        yield from limiter.taken(block)
    yield from limiter.rest()


class _Limiter:
    def __init__(self, ceiling: float) -> None:
        import soxr

        self._ceiling = ceiling
        self._finer = soxr.ResampleStream(RATE, RATE * TIMES, 2, dtype="float32", quality="VHQ")
        # Silence before the beginning, in which the gain can go down for a peak that comes at once.
        self._sound: Block = np.zeros((2, AHEAD), np.float32)
        self._early = AHEAD
        self._fine: Block = np.zeros((2, 0), np.float32)
        self._needed: NDArray[np.float64] = np.ones(AHEAD)  # of the samples of the sound that it is known of
        self._last = np.ones(1)
        self._before = np.ones(AHEAD)  # the factors of the samples before

    def taken(self, block: Block) -> Iterator[Block]:
        self._sound = np.concatenate([self._sound, block], axis=1)
        self._see(self._finer.resample_chunk(np.ascontiguousarray(block.T)))
        ready = len(self._needed) - AHEAD - BACK
        if ready > 0:
            yield self._out(ready)

    def rest(self) -> Iterator[Block]:
        self._see(self._finer.resample_chunk(np.zeros((0, 2), np.float32), last=True))
        left = self._sound.shape[1]
        if left:
            lacking = max(0, left + AHEAD + BACK - len(self._needed))
            self._needed = np.concatenate([self._needed, np.ones(lacking)])
            yield self._out(left)

    def _see(self, fine: NDArray[np.float32]) -> None:
        from velocity_engine.kernels.sound.levels import peaks

        self._fine = np.concatenate([self._fine, fine.reshape(-1, 2).T], axis=1)
        whole = self._fine.shape[1] // TIMES
        highest = np.empty(whole)
        peaks(np.ascontiguousarray(self._fine[:, : whole * TIMES]), TIMES, highest)
        self._fine = self._fine[:, whole * TIMES :]
        self._needed = np.concatenate([self._needed, self._ceiling / np.maximum(highest, self._ceiling)])

    def _out(self, count: int) -> Block:
        """The next ``count`` samples. A factor is the mean of those up to it, each of which holds for ``AHEAD`` samples
        to come: so none is too large."""
        from velocity_engine.kernels.sound.levels import held_down

        gains = np.empty(count)
        held_down(np.ascontiguousarray(self._around(count)), AHEAD, 1 / (RELEASE_SECONDS * RATE), self._last, gains)
        factors = np.concatenate([self._before, gains])
        self._before = factors[-AHEAD:]
        sums = np.concatenate([np.zeros(1), np.cumsum(factors)])
        smooth = (sums[AHEAD + 1 :] - sums[: -AHEAD - 1]) / (AHEAD + 1)
        sound: Block = self._sound[:, :count] * smooth.astype(np.float32)
        self._sound, self._needed = self._sound[:, count:], self._needed[count:]
        early, self._early = self._early, max(0, self._early - count)
        return sound[:, early:]

    def _around(self, count: int) -> NDArray[np.float64]:
        """What each sample and those ``AHEAD`` need, those near it in time with it: peaks lie between samples."""
        needed = self._needed[: count + AHEAD + BACK]
        near = [needed[at : at + count + AHEAD] for at in range(BACK + 1)]
        own = np.abs(self._sound[:, : count + AHEAD]).max(axis=0).astype(np.float64)
        near.append(np.ones(count + AHEAD))
        near[-1][: len(own)] = self._ceiling / np.maximum(own, self._ceiling)
        least: NDArray[np.float64] = np.minimum.reduce(near)
        return least
