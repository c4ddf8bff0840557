"""Noto Sans for scripts of South and East Asia, which the engine's own fonts lack."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import ProvidedFont


@hookimpl
def velocity_fonts() -> list[ProvidedFont]:
    from velocity_fonts_noto.fonts import FONTS

    return list(FONTS)
