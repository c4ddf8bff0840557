"""What H.264's parameter sets say, and what is changed of them so that pictures can be put between those of x264.

A picture's place in the order of showing is its picture order count (POC), of which x264 writes a few bits only, since
it counts the pictures that it was given. Each slice gets whole bytes of it more.

Source: ISO/IEC 14496-10, 7.3.2.1 (sequence) and 7.3.2.2 (picture).
"""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.encode.bit_strings import BitReader, BitWriter, escaped, joined_units, nal_units, unescaped
from velocity_engine.errors import RenderFailed

SEQUENCE, PICTURE = 7, 8  # nal_unit_type
HIGH_PROFILES = (100, 110, 122, 244)
ADDED_BITS = 8
ADDED_BITS_OF_NONE = 16  # where the order of showing is that of decoding, and slices have no POC


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHeaders:
    """What the headers of a stream say of its slices.

    ``frame_number_bits``: of ``frame_num``. ``poc_bits``: of the POC as x264 writes it, 0 where it writes none;
    ``added_bits`` more stand in the changed stream, whose ``extradata`` are these. ``references``: how many the decoder
    keeps. ``macroblocks`` of a picture, ``quantiser`` of a slice that says no other, ``active`` references of a slice
    that says no others, by list. ``has_weights``, ``has_deblocking``: whether P slices tell weights, and slices the
    filter. ``is_arithmetic``: CABAC; else CAVLC.
    """

    extradata: bytes
    frame_number_bits: int
    poc_bits: int
    added_bits: int
    references: int
    macroblocks: int
    active: tuple[int, int]
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
        references=sequence.references,
        macroblocks=sequence.macroblocks,
        active=picture.active,
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
    references: int
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
            raise ValueError("the order of the pictures is told as type 1")
        poc_bits = bits.golomb() + 4 if kind == 0 else 0
        after = bits.at
        references = bits.golomb()
        bits.flag()
        macroblocks = (bits.golomb() + 1) * (bits.golomb() + 1)
        if not bits.flag():
            raise ValueError("fields")
        added = ADDED_BITS if kind == 0 else ADDED_BITS_OF_NONE
        longer = _with_poc_bits(data, before, after, poc_bits + added)
        return cls(unit[:1] + escaped(longer), frame_number_bits, poc_bits, added, references, macroblocks)


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
    active: tuple[int, int]
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
        active = bits.golomb() + 1, bits.golomb() + 1
        has_weights = bits.flag()
        if bits.fixed(2) == 1:
            raise ValueError("weights of B slices")
        quantiser = 26 + bits.signed_golomb()
        bits.signed_golomb()
        bits.signed_golomb()
        has_deblocking = bits.flag()
        bits.flag()
        if bits.flag():
            raise ValueError("redundant pictures")
        return cls(is_arithmetic, active, has_weights, has_deblocking, quantiser)
