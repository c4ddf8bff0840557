"""Which containers can have captions as a track."""

from __future__ import annotations

from velocity_engine.captions.captions import Captions
from velocity_engine.errors import CaptionsError, Place
from velocity_engine.plugin_types import Container


def text_track_problem(captions: Captions, container: Container) -> CaptionsError | None:
    """Returns what is wrong where captions are asked for as a track of the video, or None.

    Args:
        captions: The captions.
        container: The container of the video.
    """
    if not captions.text_track or (container.format or container.key) in ("mp4", "mov"):
        return None
    what = f"{container.key} takes no text track"
    return CaptionsError(what, place=Place(field="text_track"), hint="Choose mp4 or mov, or leave the text track out")
