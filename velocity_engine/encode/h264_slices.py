"""Slices of x264, read as far as needed, and with another place in the order of showing.

A slice gets whole bytes more of its picture order count (POC): so all that follows keeps its place in its byte and need
not be read, whether it is arithmetic-coded or not. Only a picture that is repeated may get a longer header.

Source: ISO/IEC 14496-10, 7.3.3 (slice header), 7.4.3.3 and 8.2.5 (which references are kept).
"""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.encode.bit_strings import BitReader, BitWriter, escaped, unescaped
from velocity_engine.encode.h264_headers import StreamHeaders

SLICE, IDR_SLICE = 1, 5  # nal_unit_type
P, B, I = 0, 1, 2  # noqa: E741  # slice_type, as the standard calls them
HEAD = 160  # bytes of a slice in which its header lies
FORGET, END = 1, 0  # memory_management_control_operation
NO_FILTER = 1


def is_slice(unit: bytes) -> bool:
    return unit[0] & 31 in (SLICE, IDR_SLICE)


@dataclass(frozen=True, slots=True)
class SliceStart:
    """What a slice says first. ``at``: the bit, counted from behind the unit's first byte, where its POC stands."""

    is_reference: bool
    is_idr: bool
    kind: int
    frame_number: int
    at: int

    @classmethod
    def read(cls, bits: BitReader, unit: bytes, headers: StreamHeaders) -> SliceStart:
        is_idr = unit[0] & 31 == IDR_SLICE
        bits.golomb()  # its first macroblock
        kind = bits.golomb() % 5
        bits.golomb()  # its parameter set
        frame_number = bits.fixed(headers.frame_number_bits)
        if is_idr:
            bits.golomb()
        start = cls(bool(unit[0] & 0x60), is_idr, kind, frame_number, bits.at)
        bits.fixed(headers.poc_bits)
        return start


@dataclass(frozen=True, slots=True)
class Marking:
    """What a reference picture says of those before it. ``forgotten``: how far back in frame numbers those are that
    need not be kept; None where the oldest goes once there are too many. It stands in the bits from ``at`` to ``end``.
    """

    forgotten: tuple[int, ...] | None
    at: int
    end: int

    @classmethod
    def read(cls, bits: BitReader, start: SliceStart, headers: StreamHeaders) -> Marking:
        """``bits`` stand behind the POC."""
        _pass_references(bits, start.kind, headers)
        at, forgotten = bits.at, None
        if start.is_idr:
            bits.fixed(2)
        elif bits.flag():
            forgotten = tuple(_operations(bits))
        return cls(forgotten, at, bits.at)


def _operations(bits: BitReader) -> list[int]:
    found = []
    while (operation := bits.golomb()) != END:
        if operation != FORGET:
            raise ValueError("long-term references")
        found.append(bits.golomb() + 1)
    return found


def _pass_references(bits: BitReader, kind: int, headers: StreamHeaders) -> None:
    if kind == I:
        return
    if kind == B:
        bits.flag()
    active = headers.active
    if bits.flag():
        active = bits.golomb() + 1, bits.golomb() + 1 if kind == B else 0
    for _list in range(2 if kind == B else 1):
        if bits.flag():
            while bits.golomb() != 3:
                bits.golomb()
    if kind == P and headers.has_weights:
        bits.golomb()
        bits.golomb()
        for _reference in range(active[0]):
            for numbers in (2, 4):  # of luma, of both chroma
                if bits.flag():
                    for _number in range(numbers):
                        bits.golomb()


def _pass_rest(bits: BitReader, kind: int, headers: StreamHeaders) -> None:
    """From behind what is said of references to the end of an arithmetic-coded slice's header."""
    if kind != I:
        bits.golomb()
    bits.golomb()
    if headers.has_deblocking and bits.golomb() != NO_FILTER:
        bits.golomb()
        bits.golomb()


def with_poc(unit: bytes, start: SliceStart, headers: StreamHeaders, poc: int) -> bytes:
    """A slice with another POC, of ``headers.whole_poc_bits``."""
    needed = start.at + headers.poc_bits
    end = 1 + (needed + 7) // 8
    # Up to a byte behind which the rest can stay escaped as it is: no zeros stand before it, which would count.
    while end < len(unit) and (unit[end - 1] <= 3 or 8 * len(unescaped(unit[1:end])) < needed):
        end += 1
    head = unescaped(unit[1:end])
    made = _up_to_poc(head, start, headers, poc)
    made.fixed(8 * len(head) - needed, _bits(head, needed, 8 * len(head)))
    return unit[:1] + escaped(made.value.to_bytes(made.count // 8, "big")) + unit[end:]


def with_marking(
    unit: bytes, start: SliceStart, marking: Marking, headers: StreamHeaders, changed: tuple[int, tuple[int, ...]]
) -> bytes:
    """An arithmetic-coded slice with ``changed``: another POC, and how far back in frame numbers those pictures are
    that need not be kept any more."""
    data = unescaped(unit[1:])
    bits = BitReader(data[:HEAD])
    bits.fixed(marking.end)
    _pass_rest(bits, start.kind, headers)
    poc, forgotten = changed
    made = _up_to_poc(data, start, headers, poc)
    needed = start.at + headers.poc_bits
    made.fixed(marking.at - needed, _bits(data, needed, marking.at))
    made.fixed(1, 1)
    for distance in forgotten:
        made.golomb(FORGET)
        made.golomb(distance - 1)
    made.golomb(END)
    made.fixed(bits.at - marking.end, _bits(data, marking.end, bits.at))
    ones = -made.count % 8
    made.fixed(ones, (1 << ones) - 1)
    return unit[:1] + escaped(made.value.to_bytes(made.count // 8, "big") + data[-(-bits.at // 8) :])


def _up_to_poc(data: bytes, start: SliceStart, headers: StreamHeaders, poc: int) -> BitWriter:
    made = BitWriter(_bits(data, 0, start.at), start.at)
    made.fixed(headers.whole_poc_bits, poc & ((1 << headers.whole_poc_bits) - 1))
    return made


def _bits(data: bytes, begin: int, end: int) -> int:
    """The bits from ``begin`` to ``end``, as a number."""
    last = (end + 7) // 8
    return int.from_bytes(data[:last], "big") >> (8 * last - end) & ((1 << (end - begin)) - 1)
