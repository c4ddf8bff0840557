"""A track of texts in MP4 and MOV (3GPP Timed Text, ``tx3g``): players offer it as subtitles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from velocity_engine.captions.cues import Cue

CODEC = "mov_text"
TIME_BASE = Fraction(1, 1000)
MAX_BYTES = 65_535  # of one text
_STYLE = (
    "[Script Info]\r\nScriptType: v4.00+\r\n[V4+ Styles]\r\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
    "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, "
    "MarginV, Encoding\r\n"
    "Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0\r\n"
)
"""What the muxer's description of the track is made of: white letters at the bottom."""


@dataclass(frozen=True, slots=True)
class TextTrack:
    """``cues`` with times of the video; ``language`` as three letters, or None for one that is not known."""

    cues: Sequence[Cue]
    language: str | None = None


class TextWriter:
    """Writes the texts of a track between the packets of the others, in the order of their times."""

    def __init__(self, file: Any, track: TextTrack) -> None:
        self._file = file
        self._stream: Any = file.add_stream(CODEC)
        self._stream.codec_context.subtitle_header = _STYLE.encode()
        self._stream.time_base = TIME_BASE
        if track.language is not None:
            self._stream.metadata["language"] = track.language
        self._waiting: Iterator[Cue] = iter(track.cues)
        self._next = next(self._waiting, None)

    @property
    def time(self) -> Fraction | None:
        """When the next text begins; None after the last."""
        return None if self._next is None else Fraction(self._next.start)

    def write(self, until: Fraction | None) -> None:
        """Writes the texts that begin before a second of the video; None for all that are left.

        Args:
            until: The second.
        """
        while self._next is not None and (until is None or self._next.start < until):
            self._file.mux(self._packet(self._next))
            self._next = next(self._waiting, None)

    def _packet(self, cue: Cue) -> Any:
        import av

        text = cue.text.encode()[:MAX_BYTES]
        packet: Any = av.Packet(len(text).to_bytes(2, "big") + text)
        packet.stream, packet.time_base = self._stream, TIME_BASE
        packet.pts = packet.dts = round(cue.start * 1000)
        packet.duration = max(round(cue.end * 1000) - packet.pts, 1)
        packet.is_keyframe = True
        return packet
