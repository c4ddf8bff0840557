"""Noto Color Emoji, which draws emoji in colour where the text's own font has none."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import ProvidedFont


@hookimpl
def velocity_fonts() -> list[ProvidedFont]:
    from velocity_fonts_emoji.font import EMOJI_FONT

    return [EMOJI_FONT]
