"""Pictures: GIF, animated WebP and PNG, sequences of PNG or JPEG, posters."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Codec


@hookimpl
def velocity_codecs() -> list[Codec]:
    from velocity_pictures.animations import Apng, WebP
    from velocity_pictures.gif import Gif
    from velocity_pictures.stills import Jpeg, Png

    return [Gif(), WebP(), Apng(), Png(), Jpeg()]
