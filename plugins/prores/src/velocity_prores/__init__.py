"""Apple ProRes, 422 to 4444 with alpha."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Codec


@hookimpl
def velocity_codecs() -> list[Codec]:
    from velocity_prores.codec import ProRes

    return [ProRes()]
