"""Turns the caller's sound down while the template, or one layer of it, is heard."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.sound.tracks import RATE, Block, Duck

HEARD_DB = -45.0  # of full scale: what is quieter is a pause
MEAN_SECONDS = 0.02  # over which the level is taken
PAUSE_SECONDS = 0.3  # for which the sound stays down, so that it does not come up between words
REACHED = 3.0  # time constants after which 95 per cent of the way is done


class Ducker:
    """The gains, block after block."""

    def __init__(self, duck: Duck) -> None:
        self._how = np.array(
            [
                10 ** (HEARD_DB / 10),
                _share(MEAN_SECONDS),
                duck.decibels,
                _share(duck.attack / REACHED),
                _share(duck.release / REACHED),
                PAUSE_SECONDS * RATE,
            ]
        )
        self._state = np.zeros(3)

    def gains(self, heeded: Block) -> Block:
        """(1, n): the factors beside the next block of the sound that is listened to, (2, n)."""
        from velocity_engine.kernels.sound.levels import ducking

        decibels = np.empty(heeded.shape[1])
        ducking(np.ascontiguousarray(heeded), self._how, self._state, decibels)
        factors: Block = (10 ** (decibels / 20)).astype(np.float32)[None]
        return factors


def _share(seconds: float) -> float:
    """Of the way, with each sample, by which a time constant of so many seconds goes."""
    return 1.0 if seconds <= 0 else 1 - math.exp(-1 / (seconds * RATE))
