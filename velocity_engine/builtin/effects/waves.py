"""The shapes of After Effects' waves: functions of the place along the wave, one wave from 0 to 1, between -1 and 1."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.fields import Field

_ONE, _TWO, _FOUR, _HALF = np.float32(1.0), np.float32(2.0), np.float32(4.0), np.float32(0.5)

SINE, SQUARE, TRIANGLE, SAWTOOTH, CIRCLE, SEMICIRCLE, UNCIRCLE, NOISE, SMOOTH_NOISE = range(1, 10)
WAVES = (SINE, SQUARE, TRIANGLE, SAWTOOTH, CIRCLE, SEMICIRCLE, UNCIRCLE, NOISE, SMOOTH_NOISE)


def wave(kind: int, at: Field) -> Field:
    """The height at each place along the wave, (h, w) float32."""
    t: Field = at - np.floor(at)
    if kind == SINE:
        sine: Field = np.sin(t * np.float32(2.0 * math.pi))
        return sine
    if kind == NOISE:
        return _steps(np.floor(at))
    if kind == SMOOTH_NOISE:
        step = np.floor(at)
        part = t * t * (np.float32(3.0) - _TWO * t)
        low: Field = _steps(step)
        smooth: Field = low + (_steps(step + _ONE) - low) * part
        return smooth
    if kind == SQUARE:
        return np.where(t < _HALF, _ONE, -_ONE)
    if kind == TRIANGLE:
        ramps: Field = _ONE - np.abs(_FOUR * ((t + np.float32(0.25)) % _ONE) - _TWO)
        return ramps
    if kind == SAWTOOTH:
        return _TWO * t - _ONE
    if kind == SEMICIRCLE:
        return _TWO * _arc(_TWO * t - _ONE) - _ONE
    half = (_TWO * t) % _ONE
    arc = _arc(_TWO * half - _ONE)
    height = arc if kind == CIRCLE else _ONE - arc
    return np.where(t < _HALF, height, -height)


def _arc(x: Field) -> Field:
    arc: Field = np.sqrt(np.maximum(_ONE - x * x, np.float32(0.0)))
    return arc


def _steps(index: Field) -> Field:
    """A height of its own for each whole number, the same on every machine."""
    n = index.astype(np.int64).astype(np.uint32)
    n = (n ^ (n >> np.uint32(16))) * np.uint32(0x45D9F3B)
    n = (n ^ (n >> np.uint32(16))) * np.uint32(0x45D9F3B)
    n ^= n >> np.uint32(16)
    return n.astype(np.float32) * np.float32(2.0 / 4294967295.0) - _ONE
