"""What of H.264's headers must be known, and changed, so that pictures can be put between those of x264.

A picture's place in the order of showing is its picture order count (POC), of which x264 writes a few bits only, since
it counts the pictures that it was given. Each slice gets whole bytes of it more: so all that follows keeps its place in
its byte and need not be read, whether it is arithmetic-coded or not.

Source: ISO/IEC 14496-10, 7.3.2.1 (sequence), 7.3.2.2 (picture) and 7.3.3 (slice).
"""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.encode.bit_strings import BitReader, BitWriter, escaped, joined_units, nal_units, unescaped
from velocity_engine.errors import RenderFailed

SLICE, IDR_SLICE, SEQUENCE, PICTURE = 1, 5, 7, 8  # nal_unit_type
HIGH_PROFILES = (100, 110, 122, 244)
ADDED_BITS = 8
ADDED_BITS_OF_NONE = 16  # where the order of showing is that of decoding, and slices have no POC
HEAD = 24  # bytes of a slice that hold its POC, whatever the numbers before it are


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHeaders:
    """What the headers of a stream say of its slices.

    ``frame_number_bits``: of ``frame_num``. ``poc_bits``: of the POC as x264 writes it, 0 where it writes none;
    ``added_bits`` more stand in the changed stream, whose ``extradata`` are these. ``macroblocks`` of a picture,
    ``quantiser`` of a slice that says no other. ``has_weights``, ``has_deblocking``: whether P slices tell weights, and
    slices the filter. ``is_arithmetic``: CABAC; else CAVLC.
    """

    extradata: bytes
    frame_number_bits: int
    poc_bits: int
    added_bits: int
    macroblocks: int
    is_arithmetic: bool
    has_weights: bool
    has_deblocking: bool
    quantiser: int

    @property
    def whole_poc_bits(self) -> int:
        return self.poc_bits + self.added_bits


def headers_of(extradata: bytes) -> StreamHeaders:
    """Reads what x264 wrote, and makes its POC longer.

    Args:
        extradata: The parameter sets of an encoder, with start codes.

    Raises:
        RenderFailed: They have what x264 does not write for progressive 4:2:0 frames.
    """
    units = {unit[0] & 31: unit for unit in nal_units(extradata)}
    try:
        sequence = _Sequence.read(units[SEQUENCE])
        picture = _Picture.read(BitReader(unescaped(units[PICTURE][1:])))
    except (KeyError, EOFError, ValueError) as error:
        raise RenderFailed("the headers of the H.264 encoder are of an unknown kind") from error
    return StreamHeaders(
        extradata=joined_units([sequence.unit, units[PICTURE]]),
        frame_number_bits=sequence.frame_number_bits,
        poc_bits=sequence.poc_bits,
        added_bits=sequence.added_bits,
        macroblocks=sequence.macroblocks,
        is_arithmetic=picture.is_arithmetic,
        has_weights=picture.has_weights,
        has_deblocking=picture.has_deblocking,
        quantiser=picture.quantiser,
    )


@dataclass(frozen=True, slots=True)
class _Sequence:
    """``unit``: the sequence's parameter set with its longer POC."""

    unit: bytes
    frame_number_bits: int
    poc_bits: int
    added_bits: int
    macroblocks: int

    @classmethod
    def read(cls, unit: bytes) -> _Sequence:
        data = unescaped(unit[1:])
        bits = BitReader(data)
        profile = bits.fixed(8)
        bits.fixed(16)  # constraints and level
        bits.golomb()
        if profile in HIGH_PROFILES:
            plain = bits.golomb() == 1, bits.golomb() == 0, bits.golomb() == 0  # 4:2:0 of 8 bits
            if not all(plain) or bits.flag() or bits.flag():
                raise ValueError("not 8-bit 4:2:0 with flat scaling")
        frame_number_bits = bits.golomb() + 4
        before = bits.at
        kind = bits.golomb()
        if kind not in (0, 2):
            raise ValueError("POC of type 1")
        poc_bits = bits.golomb() + 4 if kind == 0 else 0
        after = bits.at
        bits.golomb()
        bits.flag()
        macroblocks = (bits.golomb() + 1) * (bits.golomb() + 1)
        if not bits.flag():
            raise ValueError("fields")
        added = ADDED_BITS if kind == 0 else ADDED_BITS_OF_NONE
        longer = _with_poc_bits(data, before, after, poc_bits + added)
        return cls(unit[:1] + escaped(longer), frame_number_bits, poc_bits, added, macroblocks)


def _with_poc_bits(data: bytes, before: int, after: int, poc_bits: int) -> bytes:
    """A sequence's parameter set whose bits from ``before`` to ``after`` tell a POC of type 0 of ``poc_bits``."""
    whole, total = int.from_bytes(data, "big"), 8 * len(data)
    stop = (whole & -whole).bit_length()  # the stop bit and the zeros behind it
    made = BitWriter(whole >> (total - before), before)
    made.golomb(0)
    made.golomb(poc_bits - 4)
    rest = total - after - stop
    made.fixed(rest, (whole >> stop) & ((1 << rest) - 1))
    return made.end()


@dataclass(frozen=True, slots=True)
class _Picture:
    """What a picture's parameter set says."""

    is_arithmetic: bool
    has_weights: bool
    has_deblocking: bool
    quantiser: int

    @classmethod
    def read(cls, bits: BitReader) -> _Picture:
        bits.golomb()
        bits.golomb()
        is_arithmetic = bits.flag()
        if bits.flag() or bits.golomb():
            raise ValueError("fields or slice groups")
        bits.golomb()
        bits.golomb()
        has_weights = bits.flag()
        bits.fixed(2)
        quantiser = 26 + bits.signed_golomb()
        bits.signed_golomb()
        bits.signed_golomb()
        has_deblocking = bits.flag()
        bits.flag()
        if bits.flag():
            raise ValueError("redundant pictures")
        return cls(is_arithmetic, has_weights, has_deblocking, quantiser)


@dataclass(frozen=True, slots=True)
class SliceStart:
    """What a slice says first. ``at``: the bit, counted from behind the unit's first byte, where its POC stands."""

    is_reference: bool
    is_idr: bool
    frame_number: int
    at: int

    @classmethod
    def read(cls, unit: bytes, headers: StreamHeaders) -> SliceStart:
        is_idr = unit[0] & 31 == IDR_SLICE
        bits = BitReader(unescaped(unit[1 : 1 + HEAD]))
        bits.golomb()  # its first macroblock
        bits.golomb()  # its type
        bits.golomb()  # its parameter set
        frame_number = bits.fixed(headers.frame_number_bits)
        if is_idr:
            bits.golomb()
        return cls(bool(unit[0] & 0x60), is_idr, frame_number, bits.at)


def is_slice(unit: bytes) -> bool:
    return unit[0] & 31 in (SLICE, IDR_SLICE)


def with_poc(unit: bytes, start: SliceStart, headers: StreamHeaders, poc: int) -> bytes:
    """A slice of x264 with another POC, of ``headers.whole_poc_bits``."""
    needed = start.at + headers.poc_bits
    end = 1 + (needed + 7) // 8
    # Up to a byte behind which the rest can stay escaped as it is: no zeros stand before it, which would count.
    while end < len(unit) and (unit[end - 1] <= 3 or 8 * len(unescaped(unit[1:end])) < needed):
        end += 1
    head = unescaped(unit[1:end])
    value, rest = int.from_bytes(head, "big"), 8 * len(head) - needed
    made = BitWriter(value >> (rest + headers.poc_bits), start.at)
    made.fixed(headers.whole_poc_bits, poc & ((1 << headers.whole_poc_bits) - 1))
    made.fixed(rest, value & ((1 << rest) - 1))
    return unit[:1] + escaped(made.value.to_bytes(made.count // 8, "big")) + unit[end:]
