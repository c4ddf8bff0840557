"""Loudness, and the gains of ducking and of limiting, sample by sample.

Samples are (2, n) float32, left and right, at 48 kHz. A kernel that is called block after block keeps what it needs of
the blocks before in ``state``, float64, which it writes; zeros begin anew.
"""

from __future__ import annotations

import math

from numba import types

from velocity_engine.kernels.compiler.decorator import kernel

_SAMPLES = types.Array(types.float32, 2, "C", readonly=True)
_NUMBERS = types.Array(types.float64, 1, "C")
_READ = types.Array(types.float64, 1, "C", readonly=True)
_TABLE = types.Array(types.float64, 2, "C")

# Of the K weighting at 48 kHz: ITU-R BS.1770-5, annex 1, tables 1 and 2.
_B0, _B1, _B2 = 1.53512485958697, -2.69169618940638, 1.19839281085285
_A1, _A2 = -1.69065929318241, 0.73248077421585
_C1, _C2 = -1.99004745483398, 0.99007225036621


@kernel(types.void(_SAMPLES, types.int64, _TABLE, _NUMBERS))
def weighted_power(samples, hop, state, powers):
    """Adds to ``powers`` the squares of each ``hop`` samples of both sides, after the K weighting.

    ``state``: (2, 4), of each side the two values that each of the two filters keeps (transposed direct form II).
    """
    for side in range(2):
        s0, s1, t0, t1 = state[side, 0], state[side, 1], state[side, 2], state[side, 3]
        for i in range(samples.shape[1]):
            x = float(samples[side, i])
            y = _B0 * x + s0
            s0 = _B1 * x - _A1 * y + s1
            s1 = _B2 * x - _A2 * y
            z = y + t0
            t0 = -2.0 * y - _C1 * z + t1
            t1 = y - _C2 * z
            powers[i // hop] += z * z
        state[side, 0], state[side, 1], state[side, 2], state[side, 3] = s0, s1, t0, t1


@kernel(types.void(_SAMPLES, _READ, _NUMBERS, _NUMBERS))
def ducking(samples, how, state, decibels):
    """Writes by how many decibels another sound is turned down at each sample, while this one is heard.

    ``how``: of the power of a sound that is heard, the least; the share of it that a sample adds to the running mean;
    the decibels it is all turned down (negative); shares of the way that a sample goes down, and up; samples after
    which a pause counts. ``state``: (3,) running mean, decibels, samples for which the sound is heard yet.
    """
    power, now, left = state[0], state[1], state[2]
    for i in range(samples.shape[1]):
        loud = max(abs(float(samples[0, i])), abs(float(samples[1, i])))
        power += (loud * loud - power) * how[1]
        left = how[5] if power > how[0] else left - 1.0
        if left > 0.0:
            now += (how[2] - now) * how[3]
        else:
            now -= now * how[4]
        decibels[i] = now
    state[0], state[1], state[2] = power, now, max(left, 0.0)


@kernel(types.void(_READ, types.int64, types.float64, _NUMBERS, _NUMBERS))
def held_down(needed, ahead, release, state, gains):
    """Writes the least of the factors ``needed`` of a sample and of the ``ahead`` ones after it; a factor rises again
    by the share ``release`` of what it lacks of 1 with each sample.

    ``needed`` has ``ahead`` more samples than ``gains``. ``state``: (1,) the last factor.
    """
    last, lowest = state[0], -1
    for i in range(gains.shape[0]):
        if lowest < i:  # what was the least is gone
            lowest = i
            for j in range(i + 1, i + ahead):
                if needed[j] <= needed[lowest]:
                    lowest = j
        if needed[i + ahead] <= needed[lowest]:
            lowest = i + ahead
        last = min(needed[lowest], last + (1.0 - last) * release)
        gains[i] = last
    state[0] = last


@kernel(types.void(_SAMPLES, types.int64, _NUMBERS))
def peaks(samples, times, highest):
    """Writes the greatest absolute value of both sides in each ``times`` samples."""
    for i in range(highest.shape[0]):
        found = 0.0
        for j in range(i * times, (i + 1) * times):
            found = max(found, math.fabs(samples[0, j]), math.fabs(samples[1, j]))
        highest[i] = found
