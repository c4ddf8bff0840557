"""The captions that a video has beside its pictures: a sidecar file, and a track of texts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePath

from velocity_engine.captions.cues import Cue
from velocity_engine.captions.writing import sidecar_text
from velocity_engine.errors import Finding
from velocity_engine.mux.text_track import TextTrack
from velocity_engine.order import RenderOrder
from velocity_engine.plugin_types import Container
from velocity_engine.plugins.text_tracks import text_track_problem


@dataclass(frozen=True, slots=True)
class VideoCaptions:
    """``cues`` with times of the video, where they go beside it, and the track of it that has them."""

    cues: tuple[Cue, ...]
    sidecar: str | None
    track: TextTrack | None


def captions_of(order: RenderOrder, seconds: tuple[float, Fraction], container: Container) -> VideoCaptions | None:
    """Returns the captions of an order's video, beside its pictures. None where there are none.

    Args:
        order: The order.
        seconds: The second of the composition at which the video begins, and how long it lasts.
        container: The container of the video.

    Raises:
        CaptionsError: The container takes no track of texts.
    """
    captions = order.captions
    if captions is None:
        return None
    if problem := text_track_problem(captions, container):
        raise problem
    cues = captions.between(seconds[0], seconds[0] + float(seconds[1]))
    track = TextTrack(cues, captions.language) if captions.text_track else None
    return VideoCaptions(cues, order.sidecar, track)


def captions_findings(order: RenderOrder, seconds: float) -> tuple[Finding, ...]:
    """Returns what of an order's captions its video does not show. Who chose a part of a video knows it.

    Args:
        order: The order.
        seconds: How long its video is.
    """
    return () if order.captions is None or order.frames is not None else order.captions.findings(seconds)


def write_sidecar(captions: VideoCaptions, path: Path) -> None:
    """Writes the sidecar file.

    Args:
        captions: The captions, which have one.
        path: The file to write.
    """
    assert captions.sidecar is not None
    ending = PurePath(captions.sidecar).suffix.lower()
    path.write_text(sidecar_text(captions.cues, ending), encoding="utf-8", newline="\n")
