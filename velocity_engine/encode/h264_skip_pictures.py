"""Pictures of H.264 that repeat the reference picture before them: every macroblock of theirs is skipped.

A skipped macroblock of a P slice whose neighbours do not move is copied from the first reference picture, which is the
last one that was decoded. The pictures are no references themselves, so what comes after them does not know of them.

Source: ISO/IEC 14496-10, 7.3.3 (slice header), 7.3.4 (skipped macroblocks), 8.4.1.1 (their motion), 9.3.1.2 and 9.3.4
(arithmetic coding).
"""

from __future__ import annotations

from functools import lru_cache

from velocity_engine.encode.bit_strings import BitWriter, escaped
from velocity_engine.encode.h264_headers import StreamHeaders
from velocity_engine.encode.h264_slices import SLICE

ALL_P = 5  # slice_type of a picture of P slices alone
COARSEST = 51  # the quantiser, of which nothing is seen but that skipping is most likely
FIRST_STATE = 42  # pStateIdx of mb_skip_flag there, by table 9-13 with cabac_init_idc 0
LAST_STATE = 62
# Table 9-44 from FIRST_STATE on: rangeTabLPS by qCodIRangeIdx.
_UNLIKELY = (
    *((16, 20, 23, 27), (15, 19, 22, 25), (14, 18, 21, 24), (14, 17, 20, 23), (13, 16, 19, 22), (12, 15, 18, 21)),
    *((12, 14, 17, 20), (11, 14, 16, 19), (11, 13, 15, 18), (10, 12, 15, 17), (10, 12, 14, 16), (9, 11, 13, 15)),
    *((9, 11, 12, 14), (8, 10, 12, 14), (8, 9, 11, 13), (7, 9, 11, 12), (7, 9, 10, 12), (7, 8, 10, 11)),
    *((6, 8, 9, 11), (6, 7, 9, 10), (6, 7, 8, 9)),
)


class SkipPictures:
    """Makes the pictures for a stream. ``unit`` returns one, as a NAL unit."""

    def __init__(self, headers: StreamHeaders) -> None:
        self._headers = headers
        begin = BitWriter()
        begin.golomb(0)  # its first macroblock
        begin.golomb(ALL_P)
        begin.golomb(0)  # its parameter set
        self._begin = begin
        length = begin.count + headers.frame_number_bits + headers.whole_poc_bits
        self._rest = _behind_poc(headers, length)

    def unit(self, frame_number: int, poc: int) -> bytes:
        """A picture. ``frame_number`` is that of the last reference and one more; ``poc`` its place in the order of
        showing."""
        headers, rest = self._headers, self._rest
        made = BitWriter(self._begin.value, self._begin.count)
        made.fixed(headers.frame_number_bits, frame_number & ((1 << headers.frame_number_bits) - 1))
        made.fixed(headers.whole_poc_bits, poc & ((1 << headers.whole_poc_bits) - 1))
        made.fixed(rest.count, rest.value)
        return bytes((SLICE,)) + escaped(made.value.to_bytes(made.count // 8, "big"))


def _behind_poc(headers: StreamHeaders, before: int) -> BitWriter:
    """What follows the POC, up to the end of a byte, where ``before`` bits stand before it."""
    rest = BitWriter()
    rest.fixed(1, 1)
    rest.golomb(0)  # one reference
    rest.fixed(1, 0)  # the last that was decoded
    if headers.has_weights:
        rest.golomb(0)
        rest.golomb(0)
        rest.fixed(2, 0)  # it has none
    if headers.is_arithmetic:
        rest.golomb(0)
    rest.signed_golomb(COARSEST - headers.quantiser)
    if headers.has_deblocking:
        rest.golomb(1)  # not filtered
    if headers.is_arithmetic:
        ones = -(before + rest.count) % 8
        rest.fixed(ones, (1 << ones) - 1)
        value, count = arithmetic_skips(headers.macroblocks)
        rest.fixed(count, value)
    else:
        rest.golomb(headers.macroblocks)
        rest.fixed(1, 1)
    rest.fixed(-(before + rest.count) % 8, 0)
    return rest


@lru_cache(maxsize=16)
def arithmetic_skips(macroblocks: int) -> tuple[int, int]:
    """Slice data of nothing but skipped macroblocks, with the stop bit.

    Each flag has its likely value, so that the coder's lower end stays 0: it writes zeros, and at last what is left of
    its range.

    Returns:
        The bits as a number, and how many they are.
    """
    width, zeros, state = 510, 0, 0
    for left in range(macroblocks, 0, -1):
        width -= _UNLIKELY[state][width >> 6 & 3]
        state = min(state + 1, LAST_STATE - FIRST_STATE)
        if width < 256:
            width, zeros = width << 1, zeros + 1
        width -= 2  # end_of_slice_flag
        if left > 1 and width < 256:
            width, zeros = width << 1, zeros + 1
    return width | 1, zeros + 9
