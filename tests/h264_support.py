"""A judge of H.264 streams of progressive frames, written from the standard and knowing nothing of the engine's writer:
frame numbers, the order of showing, the marking of references, and the decoder's picture buffer.

Source: ISO/IEC 14496-10, 7.3, 7.4.3, 8.2.1.1, 8.2.4.1, 8.2.5 and C.4.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from velocity_engine.plugin_types import EncodedPacket

P, B, I = 0, 1, 2  # noqa: E741  # as the standard calls them


class Bits:
    def __init__(self, data: bytes) -> None:
        self._text = "".join(f"{byte:08b}" for byte in data)
        self._at = 0

    def fixed(self, count: int) -> int:
        self._at += count
        return int(self._text[self._at - count : self._at] or "0", 2)

    def golomb(self) -> int:
        zeros = self._text.index("1", self._at) - self._at
        self._at += zeros
        return self.fixed(zeros + 1) - 1

    def signed(self) -> int:
        code = self.golomb()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def units(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(nal_ref_idc, nal_unit_type, payload) of each unit."""
    for part in stream.split(b"\x00\x00\x01")[1:]:
        unit = part.rstrip(b"\x00")
        yield unit[0] >> 5 & 3, unit[0] & 31, unit[1:].replace(b"\x00\x00\x03", b"\x00\x00")


@dataclass(frozen=True)
class StreamParameters:
    """A sequence's parameter set."""

    frame_bits: int
    poc_kind: int
    poc_bits: int
    references: int
    reordered: int
    buffered: int

    @classmethod
    def read(cls, data: bytes) -> StreamParameters:
        bits = Bits(data)
        profile = bits.fixed(8)
        bits.fixed(16)
        bits.golomb()
        if profile == 100:
            assert bits.golomb() == 1
            assert (bits.golomb(), bits.golomb(), bits.fixed(2)) == (0, 0, 0)
        frame_bits, kind = bits.golomb() + 4, bits.golomb()
        poc_bits = bits.golomb() + 4 if kind == 0 else 0
        assert poc_bits <= 16
        references = bits.golomb()
        assert bits.fixed(1) == 0, "gaps in frame numbers are not allowed"
        bits.golomb()
        bits.golomb()
        assert bits.fixed(1) == 1, "frames alone"
        bits.fixed(1)
        if bits.fixed(1):
            for _ in range(4):
                bits.golomb()
        assert bits.fixed(1) == 1, "it says how it is used"
        if bits.fixed(1) and bits.fixed(8) == 255:
            bits.fixed(32)
        if bits.fixed(1):
            bits.fixed(1)
        if bits.fixed(1):
            bits.fixed(4)
            if bits.fixed(1):
                bits.fixed(24)
        if bits.fixed(1):
            bits.golomb()
            bits.golomb()
        if bits.fixed(1):
            bits.fixed(65)
        assert bits.fixed(2) == 0, "no model of a buffer in the stream"
        bits.fixed(1)
        assert bits.fixed(1) == 1, "it says how many frames are buffered"
        bits.fixed(1)
        for _ in range(4):
            bits.golomb()
        return cls(frame_bits, kind, poc_bits, references, bits.golomb(), bits.golomb())


@dataclass(frozen=True)
class PictureParameters:
    """A picture's parameter set."""

    arithmetic: int
    default_references: tuple[int, int]
    weighted: int
    bi_weighted: int

    @classmethod
    def read(cls, data: bytes) -> PictureParameters:
        bits = Bits(data)
        bits.golomb()
        bits.golomb()
        arithmetic = bits.fixed(1)
        assert (bits.fixed(1), bits.golomb()) == (0, 0)
        defaults = bits.golomb() + 1, bits.golomb() + 1
        return cls(arithmetic, defaults, bits.fixed(1), bits.fixed(2))


@dataclass
class Picture:
    """A picture by its slice's header. ``forgotten``: picture numbers that it unmarks; None for a sliding window."""

    pts: int
    size: int
    is_reference: bool
    is_idr: bool
    kind: int
    frame_number: int
    poc_lsb: int
    active: tuple[int, int]
    is_reordered: bool
    forgotten: list[int] | None = None
    poc: int = 0


def read_picture(packet: EncodedPacket, sequence: StreamParameters, parameters: PictureParameters) -> Picture:
    slices = [unit for unit in units(packet.data) if unit[1] in (1, 5)]
    assert len(slices) == 1, "a picture is one slice"
    importance, unit_kind, data = slices[0]
    bits = Bits(data[:200])
    assert bits.golomb() == 0, "the slice begins with the picture"
    kind = bits.golomb() % 5
    assert bits.golomb() == 0
    number = bits.fixed(sequence.frame_bits)
    if unit_kind == 5:
        bits.golomb()
    lsb = bits.fixed(sequence.poc_bits)
    if kind == B:
        bits.fixed(1)
    active = _active(bits, kind, parameters)
    is_reordered = False
    for _ in range((kind != I) + (kind == B)):
        if bits.fixed(1):
            is_reordered = True
            while bits.golomb() != 3:
                bits.golomb()
    if (kind == P and parameters.weighted) or (kind == B and parameters.bi_weighted == 1):
        _skip_weights(bits, active[: 1 + (kind == B)])
    picture = Picture(
        packet.pts, len(packet.data), bool(importance), unit_kind == 5, kind, number, lsb, active, is_reordered
    )
    if picture.is_idr:
        assert bits.fixed(2) == 0
    elif importance and bits.fixed(1):
        picture.forgotten = []
        while operation := bits.golomb():
            assert operation == 1, "x264 unmarks short-term references alone"
            picture.forgotten.append(bits.golomb() + 1)
    return picture


def _active(bits: Bits, kind: int, parameters: PictureParameters) -> tuple[int, int]:
    if kind == I:
        return 0, 0
    first, second = parameters.default_references
    if bits.fixed(1):
        first = bits.golomb() + 1
        second = bits.golomb() + 1 if kind == B else 0
    return first, second if kind == B else 0


def _skip_weights(bits: Bits, counts: Sequence[int]) -> None:
    bits.golomb()
    bits.golomb()
    for count in counts:
        for _ in range(count):
            for numbers in (2, 4):
                if bits.fixed(1):
                    for _ in range(numbers):
                        bits.signed()


@dataclass
class Buffer:
    """The decoder's picture buffer of C.4.5: frames that are references, or wait to be shown."""

    sequence: StreamParameters
    references: list[Picture] = field(default_factory=list)
    waiting: list[Picture] = field(default_factory=list)
    shown: list[Picture] = field(default_factory=list)

    def _frames(self) -> int:
        return len({id(one) for one in (*self.references, *self.waiting)})

    def _show(self, picture: Picture) -> None:
        self.waiting.remove(picture)
        self.shown.append(picture)

    def _first(self) -> Picture:
        return min(self.waiting, key=lambda one: one.poc)

    def add(self, picture: Picture) -> None:
        if picture.is_idr:
            for one in sorted(self.waiting, key=lambda one: one.poc):
                self._show(one)
            self.references.clear()
        elif picture.is_reference:
            self._mark(picture)
        while self._frames() >= self.sequence.buffered:
            assert self.waiting or not picture.is_reference, "the buffer is full of references"
            if not picture.is_reference and (not self.waiting or picture.poc < self._first().poc):
                self.shown.append(picture)
                return
            self._show(self._first())
        self.waiting.append(picture)
        if picture.is_reference:
            self.references.append(picture)

    def _mark(self, picture: Picture) -> None:
        most = 1 << self.sequence.frame_bits
        if picture.forgotten is None:
            if len(self.references) == max(1, self.sequence.references):
                self.references.pop(0)  # short-term references are in order of decoding
            return
        for difference in picture.forgotten:
            number = (picture.frame_number - difference) % most
            (found,) = [one for one in self.references if one.frame_number == number]
            self.references.remove(found)
        assert len(self.references) < max(1, self.sequence.references)

    def end(self) -> list[Picture]:
        for one in sorted(self.waiting, key=lambda one: one.poc):
            self._show(one)
        return self.shown


def judge(extradata: bytes, packets: Sequence[EncodedPacket]) -> list[Picture]:
    """Fails where a stream breaks the standard's rules. Returns its pictures in the order of decoding."""
    kinds = {kind: data for _importance, kind, data in units(extradata)}
    sequence, parameters = StreamParameters.read(kinds[7]), PictureParameters.read(kinds[8])
    assert sequence.poc_kind == 0
    assert sequence.references <= sequence.buffered and sequence.reordered <= sequence.buffered
    buffer, pictures = Buffer(sequence), [read_picture(one, sequence, parameters) for one in packets]
    previous_number, previous_poc, idr_at = 0, 0, 0
    for picture in pictures:
        if picture.is_idr:
            assert picture.frame_number == 0 and picture.poc_lsb == 0
            previous_poc, idr_at = 0, picture.pts
        else:
            assert picture.frame_number == (previous_number + 1) % (1 << sequence.frame_bits)
        picture.poc = _order_count(picture.poc_lsb, previous_poc, 1 << sequence.poc_bits)
        assert picture.poc == 2 * (picture.pts - idr_at), "the order of showing is that of the times"
        assert all(abs(picture.poc - one.poc) < 1 << 15 for one in buffer.references)
        if picture.kind == P and not picture.is_reference:
            _judge_repeat(picture, buffer)
        elif picture.kind != I:
            assert buffer.references
        buffer.add(picture)
        if picture.is_reference:
            previous_number, previous_poc = picture.frame_number, picture.poc
    assert [one.pts for one in buffer.end()] == list(range(len(packets))), "they come out of the buffer in order"
    for number, picture in enumerate(pictures):
        later = sum(one.pts > picture.pts for one in pictures[:number])
        assert later <= sequence.reordered, "more pictures wait than the stream says"
    return pictures


def _judge_repeat(picture: Picture, buffer: Buffer) -> None:
    """The first of its references, which it repeats, is the one that is shown last before it."""
    assert not picture.is_reordered and picture.active == (1, 0)
    assert buffer.references[-1].pts == max(one.pts for one in buffer.references)
    assert buffer.references[-1].pts < picture.pts


def _order_count(lsb: int, previous: int, most: int) -> int:
    """8.2.1.1"""
    high, low = previous - previous % most, previous % most
    if lsb < low and low - lsb >= most // 2:
        return high + most + lsb
    if lsb > low and lsb - low > most // 2:
        return high - most + lsb
    return high + lsb


def fullness(packets: Sequence[EncodedPacket], bits_per_frame: float, size: float, first: float) -> float:
    """The lowest that a decoder's buffer of ``size`` bits gets, that is filled with ``bits_per_frame`` and holds
    ``first`` of it before the first picture is taken (C.1)."""
    level, lowest = first * size, size
    for packet in packets:
        level -= 8 * len(packet.data)
        lowest = min(lowest, level)
        level = min(size, level + bits_per_frame)
    return lowest
