"""Plugins: they are found by entry point, checked against their protocols, and looked up by name."""

from __future__ import annotations

from velocity_engine.plugins.loading import PluginReport
from velocity_engine.plugins.manager import (
    STRICT_VARIABLE,
    all_of_plugins,
    codec,
    codecs,
    effect,
    effect_for,
    effects_of_plugins,
    executor,
    fonts,
    installed,
    layer_type,
    plugin_layer,
    plugin_layers,
    provider_of,
    register,
    require_sound,
    reset,
    storage,
    style_type,
    unregister,
)

__all__ = [
    "STRICT_VARIABLE",
    "PluginReport",
    "all_of_plugins",
    "codec",
    "codecs",
    "effect",
    "effect_for",
    "effects_of_plugins",
    "executor",
    "fonts",
    "installed",
    "layer_type",
    "plugin_layer",
    "plugin_layers",
    "provider_of",
    "register",
    "require_sound",
    "reset",
    "storage",
    "style_type",
    "unregister",
]
