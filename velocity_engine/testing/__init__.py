"""Conformance suites for plugins: a plugin's own tests call ``check_...`` with the plugin's objects.

Each check returns None, or raises AssertionError with a sentence that says what the protocol asks and what was found.

Example:
    >>> from velocity_engine.testing import check_layer_type, plugin_content
    >>> def test_conforms():
    ...     check_layer_type(MyLayer(), plugin_content("mine", "some data", width=200, height=100))
"""

from __future__ import annotations

from velocity_engine.testing.codecs import check_codec
from velocity_engine.testing.doubles import BareContext, StillSampler, Watch, plugin_content, sample_effect
from velocity_engine.testing.effects import check_effect
from velocity_engine.testing.executors import check_executor
from velocity_engine.testing.fonts import check_font
from velocity_engine.testing.layers import check_layer_type
from velocity_engine.testing.storages import check_storage
from velocity_engine.testing.styles import check_style_type

__all__ = [
    "BareContext",
    "StillSampler",
    "Watch",
    "check_codec",
    "check_effect",
    "check_executor",
    "check_font",
    "check_layer_type",
    "check_storage",
    "check_style_type",
    "plugin_content",
    "sample_effect",
]
