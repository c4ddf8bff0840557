"""The built-in codecs, as a plugin. Adding one is a class that follows ``plugin_types.Codec`` and a line here."""

from __future__ import annotations

from velocity_engine.builtin.codecs.av1 import Av1
from velocity_engine.builtin.codecs.h264 import H264
from velocity_engine.builtin.codecs.h265 import H265
from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Codec


@hookimpl
def velocity_codecs() -> list[Codec]:
    return [H264(), H265(), Av1()]
