"""Held frames of H.264: x264 encodes distinct frames, and skip pictures are put between its own."""

from __future__ import annotations

from dataclasses import replace

from velocity_engine.encode.bit_strings import joined_units, nal_units
from velocity_engine.encode.h264_headers import SliceStart, headers_of, is_slice, with_poc
from velocity_engine.encode.h264_skip_pictures import SkipPictures
from velocity_engine.plugin_types import EncodedPacket

POC_OF_FRAME = 2  # as each frame could be two fields


class H264Stream:
    """The stream of one segment: what x264 made of distinct frames, with the pictures that repeat them.

    ``add`` takes its packets in decoding order, ``repeated`` returns what goes between.
    """

    def __init__(self, extradata: bytes) -> None:
        self._headers = headers_of(extradata)
        self._skips = SkipPictures(self._headers)
        self._key_at = 0
        self._frame_number = 0

    @property
    def extradata(self) -> bytes:
        return self._headers.extradata

    def add(self, packet: EncodedPacket) -> EncodedPacket:
        """A packet of x264, whose pts counts output frames, as it stands in the stream."""
        units = []
        for unit in nal_units(packet.data):
            if not is_slice(unit):
                units.append(unit)
                continue
            start = SliceStart.read(unit, self._headers)
            if start.is_idr:
                self._key_at = packet.pts
            if start.is_reference:
                self._frame_number = start.frame_number
            units.append(with_poc(unit, start, self._headers, self._poc(packet.pts)))
        return replace(packet, data=joined_units(units))

    def repeated(self, at: int, dts: int) -> EncodedPacket:
        """The last reference that was added, shown again at output frame ``at``."""
        unit = self._skips.unit(self._frame_number + 1, self._poc(at))
        return EncodedPacket(data=joined_units([unit]), pts=at, dts=dts, duration=1, key=False)

    def _poc(self, at: int) -> int:
        return POC_OF_FRAME * (at - self._key_at)
