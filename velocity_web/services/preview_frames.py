"""Which frames a preview shows, how large they are, and how a clip of them is encoded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import velocity_engine as engine
from velocity_web.schemas.preview import ClipRequest, PreviewRequest
from velocity_web.services.render_sources import NO_MAP

Errors = dict[str, list[str]]
MOST_PIXELS = 32 << 20
LONGEST_SIDE = 16_383
"""The longest that a WebP may have."""
CLIP_BYTES_A_SECOND = 250_000
CLIP_CODECS = {"mp4": ("h264", 4), "webm": ("av1", 5)}
"""With the preset: quick ones."""
LONGEST_FRAMES = 1e9  # of a video whose length is chosen, until who draws knows it


@dataclass(frozen=True, slots=True)
class Shown:
    """A template that can be drawn: its stored file, the name that it was uploaded with, what the analysis said of it,
    the fonts of its account, and the entries that an instance of it brings, as JSON."""

    file: str
    sha256: str
    name: str
    analysis: dict[str, Any]
    fonts: tuple[engine.FileReference, ...] = ()
    customizations: str = NO_MAP

    @property
    def first(self) -> float:
        return float(self.analysis["span"][0])

    @property
    def frame_count(self) -> int:
        return int(self.analysis["frame_count"])

    @property
    def rate(self) -> float:
        return float(self.analysis["frame_rate"])

    def size(self, width: int) -> tuple[int, int]:
        return width, max(1, round(self.analysis["height"] * width / self.analysis["width"]))


def frames_of(request: PreviewRequest, shown: Shown) -> tuple[tuple[float, ...], Errors]:
    """The frames, from 0 on, and what is wrong with them."""
    given = [name for name in ("frame", "marker", "frames") if getattr(request, name) is not None]
    if len(given) > 1:
        sentence = f"give one of frame, marker and frames; the request has {' and '.join(given)}"
        return (), {name: [sentence] for name in given}
    if request.marker is not None:
        moment, errors = _marker(request.marker, shown)
        return ((moment[0],), {}) if moment else ((), errors)
    frames = request.frames if request.frames is not None else [request.frame or 0]
    most = shown.frame_count if request.duration is None else math.inf  # who knows the length looks at them then
    wrong = [(number, frame) for number, frame in enumerate(frames) if frame >= most]
    errors = {}
    for number, frame in wrong:
        field = "frame" if request.frames is None else f"frames[{number}]"
        errors[field] = [_no_frame(frame, shown)]
    return tuple(float(frame) for frame in frames), errors


def _no_frame(frame: int, shown: Shown) -> str:
    return f"there is no frame {frame}; the composition has frames 0 to {shown.frame_count - 1}"


def _marker(name: str, shown: Shown) -> tuple[tuple[float, float] | None, Errors]:
    """The start and the duration of a marker, in frames from 0 on."""
    markers = shown.analysis["markers"]
    found = next((marker for marker in markers if marker["name"] == name), None)
    if found is None:
        names = ", ".join(repr(marker["name"]) for marker in markers[:10])
        has = f"its markers are {names}" if names else "it has no markers"
        return None, {"marker": [f"the template has no marker {name[:100]!r}; {has}"]}
    start = max(0.0, float(found["time"]) - shown.first)
    if start >= shown.frame_count:
        return None, {"marker": [f"the marker {name[:100]!r} lies past the end of the composition"]}
    return (start, float(found.get("duration") or 0.0)), {}


def span_of(request: ClipRequest, shown: Shown, most_seconds: float) -> tuple[tuple[float, float], Errors]:
    """The first frame of a clip and the one after its last, from 0 on, and what is wrong with them."""
    whole = (0.0, float(shown.frame_count) if request.duration is None else LONGEST_FRAMES)
    most = most_seconds * shown.rate
    if request.marker is not None:
        given = [name for name in ("start_frame", "end_frame") if getattr(request, name) is not None]
        if given:
            return whole, {"marker": ["give marker, or startFrame and endFrame, not both"]}
        moment, errors = _marker(request.marker, shown)
        if moment is None:
            return whole, errors
        start, lasts = moment
        return (start, min(whole[1], start + min(lasts or most, most))), {}
    start = float(request.start_frame or 0)
    if start >= whole[1]:
        return whole, {"startFrame": [_no_frame(int(start), shown)]}
    if request.end_frame is None:
        return (start, min(whole[1], start + max(1.0, float(int(most))))), {}
    end = float(request.end_frame)
    if not start < end <= whole[1]:
        return whole, {"endFrame": [f"it must be from {int(start) + 1} to {shown.frame_count}"]}
    if end - start > most + 1e-6:
        frames = f"{int(most)} frames of this template"
        return whole, {"endFrame": [f"a clip may last {most_seconds:g} seconds, which are {frames}"]}
    return (start, end), {}


def size_errors(size: tuple[int, int], columns: int, rows: int) -> Errors:
    width, height = size[0] * columns, size[1] * rows
    if max(width, height) <= LONGEST_SIDE and width * height <= MOST_PIXELS:
        return {}
    most = f"at most {LONGEST_SIDE} pixels a side and {MOST_PIXELS} in all"
    return {"width": [f"the picture would have {width}x{height} pixels; it may have {most}"]}


def clip_encoder(request: ClipRequest, size: tuple[int, int]) -> engine.EncoderConfig:
    codec, preset = CLIP_CODECS[request.format]
    return engine.EncoderConfig(
        codec=codec,
        container=request.format,
        preset=preset,
        bitrate=engine.BytesPerSecond(CLIP_BYTES_A_SECOND),
        fps_num=request.frame_rate,
        fps_den=1,
        resolution=size,
    )
