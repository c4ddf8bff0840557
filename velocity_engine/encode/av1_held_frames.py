"""Held frames of AV1: SVT-AV1 encodes distinct frames, and what it has decoded is shown again.

A frame that lies in one of the decoder's slots is shown by a unit of five bytes, which decodes nothing and may be
repeated (but for key frames, which would begin the sequence anew). SVT-AV1 keeps each second frame of a sequence so,
since others are predicted from it, and shows it by such a unit itself.

Source: AV1 Bitstream & Decoding Process Specification, 5.9.2 and 6.8.2 (show_existing_frame), 7.20 and 7.21.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from velocity_engine.encode.distinct_frames import MIN_HELD, GivenFrame, Held, Prediction
from velocity_engine.errors import RenderFailed
from velocity_engine.plugin_types import EncodedPacket

if TYPE_CHECKING:
    import av

SHOWING = b"\x12\x00\x1a\x01"  # a temporal delimiter, and a frame header of one byte
SHOW_EXISTING = 0x80


@dataclass(slots=True, eq=False)
class EvenFrames:
    """Takes the frames of a segment with ``show``, which returns what the encoder is to be given by now; ``finish``
    returns what is left.

    What is held is given until it stands at an even place behind the first, where SVT-AV1 keeps it. The encoder counts
    the frames that it is given: ``shown_at`` says at which output frame one of them is shown.
    """

    _count: int = 0
    _waiting: Held | None = None  # not given yet
    _last: Held | None = None
    _times: list[int] = field(default_factory=list)  # the output frames, by the number of what was given
    _holds: dict[int, Held] = field(default_factory=dict)

    def show(self, frame: av.VideoFrame, *, held: bool) -> list[GivenFrame]:
        """The next frame. ``held``: it shows what the one before shows."""
        at, last = self._count, self._last
        self._count += 1
        if held and last is not None:
            last.held += 1
            last.holds = last.held >= MIN_HELD
            return self.finish() if last.holds else []
        given = self.finish()
        self._last = self._waiting = Held(frame, at)
        return given

    def finish(self) -> list[GivenFrame]:
        """The frame that waits, as often as it is to be given."""
        shown, self._waiting = self._waiting, None
        if shown is None:
            return []
        first, last = len(self._times), shown.held
        if shown.holds:
            last = shown.refined = first % 2 if first else 2
            self._holds[shown.at + last] = shown
        self._times += range(shown.at, shown.at + last + 1)
        return [GivenFrame(shown.frame, first + number, Prediction.CHOSEN) for number in range(last + 1)]

    def shown_at(self, pts: int) -> int:
        return self._times[pts]

    def hold_of(self, at: int) -> Held | None:
        """The hold whose frames repeat the output frame ``at``, once that was encoded. It may go on."""
        return self._holds.pop(at, None)


class Av1Stream:
    """The stream of one segment: what SVT-AV1 made of distinct frames, with what is shown again."""

    def __init__(self, extradata: bytes) -> None:
        self.extradata = extradata
        self._last = b""

    def add(self, packet: EncodedPacket, *, is_held: bool) -> EncodedPacket:
        """A packet of SVT-AV1 as it stands in the stream. ``is_held``: it will be repeated, if it can be."""
        if is_held and not _is_repeatable(packet.data):
            hint = "Choose encode for the held frames"
            raise RenderFailed("the AV1 encoder did not keep a frame that is held", hint=hint)
        self._last = packet.data
        return packet

    def repeated(self, at: int, dts: int) -> EncodedPacket:
        """The last frame that was added, shown again at output frame ``at``."""
        return EncodedPacket(data=self._last, pts=at, dts=dts, duration=1, key=False)


def _is_repeatable(unit: bytes) -> bool:
    return len(unit) == len(SHOWING) + 1 and unit.startswith(SHOWING) and unit[-1] >= SHOW_EXISTING
