"""JSON to effects and layer styles. Lottie specification has neither; the keys are Bodymovin's (``ef``, ``sy``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from velocity_engine.model.layers import Effect, EffectParameter, LayerStyle
from velocity_engine.model.properties import Property, Vector, still
from velocity_engine.parse.context import Context
from velocity_engine.parse.properties import ANY_LENGTH, optional_vector, read_property
from velocity_engine.parse.values import integer_of, list_of, text_of

MAX_PARAMETER_DEPTH = 16
GROUP_TYPE = 5


def effects(context: Context, raw: list[Any], pointer: str) -> tuple[Effect, ...]:
    """``ef`` of a layer; an effect is on unless ``en`` says 0."""
    found = []
    for entry, where in context.objects(raw, pointer, "an effect"):
        found.append(
            Effect(
                type=integer_of(entry, "ty", GROUP_TYPE),
                name=text_of(entry, "nm"),
                match_name=text_of(entry, "mn"),
                enabled=integer_of(entry, "en", 1) != 0,
                parameters=_parameters(context, list_of(entry, "ef"), f"{where}/ef", 0),
                pointer=where,
            )
        )
    return tuple(found)


def _parameters(context: Context, raw: list[Any], pointer: str, depth: int) -> tuple[EffectParameter, ...]:
    if depth >= MAX_PARAMETER_DEPTH:
        context.report("effect.depth", "an effect's groups are nested too deep", pointer)
        return ()
    found = []
    for entry, where in context.objects(raw, pointer, "an effect's value"):
        name = text_of(entry, "nm")
        found.append(
            EffectParameter(
                name=name,
                match_name=text_of(entry, "mn"),
                type=integer_of(entry, "ty", GROUP_TYPE if "ef" in entry else 0),
                value=optional_vector(context, entry, "v", where, name),
                children=_parameters(context, list_of(entry, "ef"), f"{where}/ef", depth + 1),
            )
        )
    return tuple(found)


def layer_styles(context: Context, raw: list[Any], pointer: str) -> tuple[LayerStyle, ...]:
    """``sy`` of a layer."""
    found = []
    for entry, where in context.objects(raw, pointer, "a layer style"):
        found.append(
            LayerStyle(
                type=integer_of(entry, "ty", -1),
                name=text_of(entry, "nm"),
                values=_style_values(context, entry, where),
                pointer=where,
            )
        )
    return tuple(found)


def _style_values(context: Context, raw: Mapping[str, Any], pointer: str) -> dict[str, Property[Vector]]:
    values = {}
    for key, given in raw.items():
        if key in ("ty", "nm", "mn") or isinstance(given, str | bool | None):
            continue
        inner = given.get("k") if isinstance(given, dict) else None
        holder = inner if isinstance(inner, dict) else given
        if isinstance(given, dict) and "p" in given:
            values[f"{key}.p"] = still(float(integer_of(given, "p", 0)))  # how many of a gradient's stops are colours
        values[key] = read_property(context, holder, ANY_LENGTH, f"{pointer}/{key}", key)
    return values
