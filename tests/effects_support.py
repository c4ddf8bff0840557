"""Effects as the parser makes them, and what they make of a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine import plugins
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import IDENTITY, Matrix
from velocity_engine.model.layers import Effect, EffectParameter
from velocity_engine.model.properties import Property, Vector, still
from velocity_engine.plugin_types import EffectType
from velocity_engine.sampler import Sampler
from velocity_engine.testing import StillSampler

Pixels = NDArray[np.uint8]
Color = tuple[float, float, float, float]
Value = float | tuple[float, ...] | Property[Vector] | None
"""Of a parameter: a number, a point or a colour, what has keyframes, or nothing at all."""


def effect(match_name: str, *values: Value) -> Effect:
    """An effect whose parameters have values, in order."""
    parameters = tuple(EffectParameter(name="", match_name="", type=0, value=_property(value)) for value in values)
    return Effect(type=5, name=match_name, match_name=match_name, parameters=parameters)


def _property(value: Value) -> Property[Vector] | None:
    if value is None or isinstance(value, Property):
        return value
    return still(*value) if isinstance(value, tuple) else still(value)


def effect_type(match_name: str, lottie_type: int = -1) -> EffectType:
    found = plugins.effect_for(match_name, lottie_type)
    assert found is not None, match_name
    return found


def call_of(entry: Effect, matrix: Matrix = IDENTITY, sampler: Sampler | None = None) -> EffectCall | None:
    """None where the effect changes nothing."""
    return effect_type(entry.match_name).evaluate(entry, sampler or StillSampler(), matrix)


def required_call(entry: Effect, matrix: Matrix = IDENTITY, sampler: Sampler | None = None) -> EffectCall:
    call = call_of(entry, matrix, sampler)
    assert call is not None, f"{entry.match_name} changes nothing"
    return call


def run(
    entry: Effect,
    pixels: Pixels,
    matrix: Matrix = IDENTITY,
    origin: tuple[int, int] = (0, 0),
    sampler: Sampler | None = None,
) -> Pixels:
    """What becomes of a picture, which stays as it is."""
    call = call_of(entry, matrix, sampler)
    return pixels if call is None else plugins.effect(call.effect).apply(pixels.copy(), call, origin)
