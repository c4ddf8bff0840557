"""WebM: VP9 and VP8 with alpha, and Opus sound."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Codec


@hookimpl
def velocity_codecs() -> list[Codec]:
    from velocity_webm.codecs import Vp8, Vp9

    return [Vp9(), Vp8()]
