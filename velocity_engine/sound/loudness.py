"""How loud a sound is to people: the integrated loudness of ITU-R BS.1770-5, which EBU R 128 asks for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from velocity_engine.sound.tracks import RATE, Block

HOP = RATE // 10  # samples: blocks of 400 ms begin 100 ms after each other
HOPS = 4
SILENCE = -70.0  # LUFS: quieter blocks do not count
BELOW = 10.0  # LU below the mean of the others: nor do these
OFFSET = -0.691  # of the scale, so that a tone of 997 Hz reads as its level


def measured(blocks: Iterable[Block]) -> float | None:
    """The integrated loudness in LUFS.

    Args:
        blocks: (2, n) float32 at 48 kHz; all but the last hold whole tenths of a second.

    Returns:
        None where nothing is to be heard. What is shorter than 400 ms counts as one block.
    """
    powers, samples = _powers(blocks)
    if not samples:
        return None
    if len(powers) < HOPS:
        means = np.array([powers.sum() / samples])
    else:
        sums = np.convolve(powers[: samples // HOP], np.ones(HOPS), "valid")
        means = sums / (HOPS * HOP)
    loud = means[_lufs(means) > SILENCE]
    if not len(loud):
        return None
    gated = loud[_lufs(loud) > _lufs(loud.mean(keepdims=True)) - BELOW]
    return float(_lufs(gated.mean(keepdims=True))[0])


def _powers(blocks: Iterable[Block]) -> tuple[NDArray[np.float64], int]:
    """The weighted power of each tenth of a second, and how many samples there are."""
    from velocity_engine.kernels.sound.levels import weighted_power

    state, samples = np.zeros((2, 4)), 0
    found = [np.zeros(0)]
    for block in blocks:
        powers = np.zeros(-(-block.shape[1] // HOP))
        weighted_power(np.ascontiguousarray(block), HOP, state, powers)
        found.append(powers)
        samples += block.shape[1]
    return np.concatenate(found), samples


def _lufs(means: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = OFFSET + 10 * np.log10(np.maximum(means, 1e-20))
    return result
