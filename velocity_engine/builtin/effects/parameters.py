"""An effect's parameters at one moment. Bodymovin keeps their order, so the index is a sure key; where parameters are
left out, After Effects' own number in the match name (``ADBE Fill-0002``) is surer still."""

from __future__ import annotations

import math

from velocity_engine.model.layers import Effect, LayerStyle
from velocity_engine.model.properties import Property, Vector
from velocity_engine.sampler import Sampler

RGBA = tuple[float, float, float, float]


def find(effect: Effect, index: int, number: int | None = None) -> Property[Vector] | None:
    """The property of a parameter, by After Effects' ``number`` where one is given and present, else by ``index``."""
    if number is not None:
        ending = f"-{number:04d}"
        for parameter in effect.parameters:
            if parameter.match_name.startswith("ADBE ") and parameter.match_name.endswith(ending):
                return parameter.value
    return effect.parameters[index].value if index < len(effect.parameters) else None


def scalar(effect: Effect, index: int, sampler: Sampler, default: float, number: int | None = None) -> float:
    return scalar_of(find(effect, index, number), sampler, default)


def point(
    effect: Effect, index: int, sampler: Sampler, default: tuple[float, float], number: int | None = None
) -> tuple[float, float]:
    prop = find(effect, index, number)
    value = sampler.vector(prop) if prop is not None else default
    if len(value) < 2 or not (math.isfinite(value[0]) and math.isfinite(value[1])):
        return default
    return (float(value[0]), float(value[1]))


def color(effect: Effect, index: int, sampler: Sampler, default: RGBA, number: int | None = None) -> RGBA:
    return color_of(find(effect, index, number), sampler, default)


def switch(effect: Effect, index: int, sampler: Sampler, default: bool = False, number: int | None = None) -> bool:
    return round(scalar(effect, index, sampler, float(default), number)) != 0


def choice(effect: Effect, index: int, sampler: Sampler, default: int, number: int | None = None) -> int:
    """A drop-down menu's entry, counted from 1."""
    return int(scalar(effect, index, sampler, float(default), number))


def values_of(effect: Effect, index: int, number: int | None = None) -> set[float]:
    """The first numbers of all values that a parameter takes, at its keyframes too; none where it is missing."""
    prop = find(effect, index, number)
    if prop is None:
        return set()
    values = [prop.value, *(key.value for key in prop.keyframes), *(key.end for key in prop.keyframes if key.end)]
    return {value[0] for value in values if value and math.isfinite(value[0])}


def limits_of(effect: Effect, **beyond: tuple[int, int, frozenset[float]]) -> tuple[str, ...]:
    """The parameters that take other values than those that are drawn: by name, each with its index, its number and
    the values that are. Underscores in names stand for blanks."""
    return tuple(
        f"its {name.replace('_', ' ')}"
        for name, (index, number, drawn) in beyond.items()
        if values_of(effect, index, number) - drawn
    )


def style_scalar(style: LayerStyle, key: str, sampler: Sampler, default: float) -> float:
    return scalar_of(style.values.get(key), sampler, default)


def style_color(style: LayerStyle, key: str, sampler: Sampler, default: RGBA) -> RGBA:
    return color_of(style.values.get(key), sampler, default)


def scalar_of(prop: Property[Vector] | None, sampler: Sampler, default: float) -> float:
    """The number, or the default where there is none or it is not finite."""
    if prop is None:
        return default
    value = sampler.scalar(prop)
    return float(value) if math.isfinite(value) else default


def color_of(prop: Property[Vector] | None, sampler: Sampler, default: RGBA) -> RGBA:
    """Straight RGBA, each clamped to 0..1."""
    value = sampler.vector(prop) if prop is not None else default
    if len(value) < 3 or not all(math.isfinite(v) for v in value[:4]):
        return default
    r, g, b = (clamped(v) for v in value[:3])
    return (r, g, b, clamped(value[3]) if len(value) > 3 else 1.0)


def clamped(value: float, low: float = 0.0, high: float = 1.0) -> float:
    return min(max(float(value), low), high)
