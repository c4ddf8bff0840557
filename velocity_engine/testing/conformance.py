"""The suite that fits an object, with what can be tried of it without knowing more than the object itself says."""

from __future__ import annotations

from typing import Any

from velocity_engine.customize.data_schemas import data_faults
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.model.layers import LayerStyle
from velocity_engine.plugin_types import TakesData
from velocity_engine.plugins import checks
from velocity_engine.testing.codecs import check_codec
from velocity_engine.testing.doubles import plugin_content, sample_effect
from velocity_engine.testing.effects import check_effect
from velocity_engine.testing.executors import check_executor
from velocity_engine.testing.fonts import check_font
from velocity_engine.testing.layers import check_layer_type
from velocity_engine.testing.styles import check_style_type

SUITES = {
    checks.LAYER.hook: "check_layer_type",
    checks.EFFECT.hook: "check_effect",
    checks.STYLE.hook: "check_style_type",
    checks.CODEC.hook: "check_codec",
    checks.STORAGE.hook: "check_storage",
    checks.EXECUTOR.hook: "check_executor",
    checks.FONT.hook: "check_font",
}
"""The names of the suites, by the hook."""


def check_alone(kind: checks.Kind, thing: Any) -> bool:
    """Runs the suite of an object: a layer type with the examples of its data schema, an effect and a style by their
    first names, a codec with its defaults.

    Args:
        kind: Its kind.
        thing: The object.

    Returns:
        Whether there was anything to run: a storage backend needs a target, a layer type needs data.

    Raises:
        AssertionError, VelocityError: It does not hold.
    """
    if kind is checks.LAYER:
        examples = list(thing.data_schema.get("examples", ())) if isinstance(thing, TakesData) else []
        for example in examples:
            _require_example(thing, example)
        if examples:
            check_layer_type(thing, *(plugin_content(thing.key, example) for example in examples))
        return bool(examples)
    if kind is checks.EFFECT:
        check_effect(thing, sample_effect((*thing.match_names, "")[0], (*thing.lottie_types, 0)[0]))
    elif kind is checks.STYLE:
        check_style_type(thing, LayerStyle(type=(*thing.lottie_types, 0)[0]))
    elif kind is checks.CODEC:
        check_codec(thing, EncoderConfig(codec=thing.key))
    elif kind is checks.EXECUTOR:
        check_executor(thing)
    elif kind is checks.FONT:
        check_font(thing)
    return kind is not checks.STORAGE


def _require_example(thing: Any, example: Any) -> None:
    for fault in data_faults(thing.key, thing.data_schema, example):
        raise AssertionError(f"an example of the data schema does not fit the schema: {fault.message}")
