"""The conformance suite of layer styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from velocity_engine.display import (
    digest_of,
)
from velocity_engine.model.geometry import IDENTITY, Matrix
from velocity_engine.model.layers import LayerStyle
from velocity_engine.plugin_types import (
    StyleCall,
    StyledLayer,
    StyleType,
)
from velocity_engine.plugins import checks

if TYPE_CHECKING:
    pass
from velocity_engine.testing.doubles import StillSampler
from velocity_engine.testing.effects import check_pixels, sample_pictures
from velocity_engine.testing.sentences import require, require_protocol


def check_style_type(style_type: StyleType, *styles: LayerStyle, matrix: Matrix = IDENTITY) -> None:
    """Checks that a style type follows its protocol.

    It evaluates each style twice and applies the effect that the style calls to some pictures.

    Args:
        style_type: The style type.
        styles: Styles that it serves, at least one.
        matrix: The map from the layer's coordinates to device pixels.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
        PluginError: The effect that it calls is not installed.
    """
    from velocity_engine import plugins

    require_protocol(checks.STYLE, style_type)
    require(bool(styles), "give check_style_type at least one style that the style type serves")
    for style in styles:
        require(style.type in style_type.lottie_types, f"the style has the type {style.type}, which is not served")
        for feature, sentence in style_type.problems(style):
            require(bool(feature and sentence), "a problem must have a feature's name and a sentence")
        layer = StyledLayer(sampler=StillSampler(), matrix=matrix, styles=(style,))
        found, again = style_type.evaluate(style, layer), style_type.evaluate(style, layer)
        if found is None:
            continue
        require(isinstance(found, StyleCall), f"evaluate gave {type(found).__name__}, not a StyleCall")
        require(
            again is not None and digest_of(again.call.values) == digest_of(found.call.values),
            "evaluating the same moment twice gave different values",
        )
        effect = plugins.effect(found.call.effect)
        for pixels in sample_pictures():
            check_pixels(effect, found.call, pixels)
