"""Held frames of H.264: x264 encodes distinct frames, and skip pictures are put between its own."""

from __future__ import annotations

from dataclasses import replace

from velocity_engine.encode.bit_strings import BitReader, joined_units, nal_units, unescaped
from velocity_engine.encode.h264_headers import StreamHeaders, headers_of
from velocity_engine.encode.h264_skip_pictures import SkipPictures
from velocity_engine.encode.h264_slices import HEAD, Marking, SliceStart, is_slice, with_marking, with_poc
from velocity_engine.plugin_types import EncodedPacket

POC_OF_FRAME = 2  # as each frame could be two fields
MANY_REFERENCES = 4
"""So many are kept where B-frames are references, though P-frames look at fewer."""


class H264Stream:
    """The stream of one segment: what x264 made of distinct frames, with the pictures that repeat them.

    ``add`` takes its packets in decoding order, ``repeated`` returns what goes between.
    """

    def __init__(self, extradata: bytes) -> None:
        self._headers = headers_of(extradata)
        self._skips = SkipPictures(self._headers)
        self._references = _References(self._headers)
        self._key_at = 0

    @property
    def extradata(self) -> bytes:
        return self._headers.extradata

    def add(self, packet: EncodedPacket, *, is_held: bool) -> EncodedPacket:
        """A packet of x264, whose pts counts output frames, as it stands in the stream. ``is_held``: it will be
        repeated."""
        units = [
            self._slice(unit, packet.pts, is_held=is_held) if is_slice(unit) else unit
            for unit in nal_units(packet.data)
        ]
        return replace(packet, data=joined_units(units))

    def _slice(self, unit: bytes, at: int, *, is_held: bool) -> bytes:
        bits = BitReader(unescaped(unit[1 : 1 + HEAD]))
        start = SliceStart.read(bits, unit, self._headers)
        if start.is_idr:
            self._key_at = at
        if start.is_reference:
            marking = Marking.read(bits, start, self._headers)
            spares = is_held and self._headers.is_arithmetic
            forgotten = self._references.add(start, marking, at, spares=spares)
            if forgotten is not None:
                return with_marking(unit, start, marking, self._headers, (self._poc(at), forgotten))
        return with_poc(unit, start, self._headers, self._poc(at))

    def repeated(self, at: int, dts: int) -> EncodedPacket:
        """The last reference that was added, shown again at output frame ``at``."""
        unit = self._skips.unit(self._references.last + 1, self._poc(at))
        return EncodedPacket(data=joined_units([unit]), pts=at, dts=dts, duration=1, key=False)

    def _poc(self, at: int) -> int:
        return POC_OF_FRAME * (at - self._key_at)


class _References:
    """The pictures that a decoder keeps: frame numbers and output frames, the last that was decoded behind.

    A picture that is repeated leaves one less than usual: the one that was shown longest ago, at which no frame of x264
    looks any more. Else the decoder's buffer would be full of references, with no room for pictures that wait to be
    shown. The standard does not need it; decoders with no picture to spare do.
    """

    def __init__(self, headers: StreamHeaders) -> None:
        self._most = max(1, headers.references)
        self._modulus = 1 << headers.frame_number_bits
        self._kept: list[tuple[int, int]] = []

    @property
    def last(self) -> int:
        """The frame number of the last."""
        return self._kept[-1][0]

    def add(self, start: SliceStart, marking: Marking, at: int, *, spares: bool) -> tuple[int, ...] | None:
        """A reference picture was decoded, of the output frame ``at``. Returns how far back in frame numbers those are
        that it is to forget, where it must say others than it does."""
        if start.is_idr:
            self._kept.clear()
        before = list(self._kept)
        if marking.forgotten is None:
            del self._kept[: max(0, len(self._kept) + 1 - self._most)]
        else:
            gone = {(start.frame_number - distance) % self._modulus for distance in marking.forgotten}
            self._kept = [one for one in self._kept if one[0] not in gone]
        told = marking.forgotten is None or len(before) - len(self._kept) == len(marking.forgotten)
        spared = spares and self._most >= MANY_REFERENCES and len(self._kept) + 1 == self._most
        if spared:
            self._kept.remove(min(self._kept, key=lambda one: one[1]))
        going = [
            (start.frame_number - number) % self._modulus for number, _at in before if (number, _at) not in self._kept
        ]
        self._kept.append((start.frame_number, at))
        return None if told and not spared else tuple(going)
