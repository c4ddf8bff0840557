"""The soundtrack alone: WAV, FLAC, MP3, AAC."""

from __future__ import annotations

from velocity_engine.hookspecs import hookimpl
from velocity_engine.plugin_types import Codec


@hookimpl
def velocity_codecs() -> list[Codec]:
    from velocity_sound.codecs import Aac, Flac, Mp3, Wav

    return [Wav(), Flac(), Mp3(), Aac()]
