"""Bits of H.264 and AV1 headers: fixed and Exp-Golomb numbers, and the units of a stream with start codes.

Source: ISO/IEC 14496-10, 7.2, 7.4.1 and 9.1, and annex B.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

START_CODE = b"\x00\x00\x01"
_FORBIDDEN = re.compile(rb"\x00\x00(?=[\x00-\x03])")


class BitReader:
    """Reads numbers from the most significant bit on. ``at`` is how many bits were read."""

    def __init__(self, data: bytes) -> None:
        self._bits = int.from_bytes(data, "big")
        self._count = 8 * len(data)
        self.at = 0

    def fixed(self, count: int) -> int:
        """The number of the next ``count`` bits. EOFError where there are fewer."""
        if self.at + count > self._count:
            raise EOFError("the header ends early")
        self.at += count
        return (self._bits >> (self._count - self.at)) & ((1 << count) - 1)

    def flag(self) -> bool:
        return bool(self.fixed(1))

    def golomb(self) -> int:
        """ue(v)"""
        zeros = 0
        while not self.fixed(1):
            zeros += 1
        return (1 << zeros) - 1 + self.fixed(zeros)

    def signed_golomb(self) -> int:
        """se(v)"""
        code = self.golomb()
        return (code + 1) // 2 if code % 2 else -(code // 2)


class BitWriter:
    """Writes numbers one behind the other: ``value`` is what was written, ``count`` how many bits it has."""

    __slots__ = ("count", "value")

    def __init__(self, value: int = 0, count: int = 0) -> None:
        self.value, self.count = value, count

    def fixed(self, count: int, value: int) -> None:
        self.value = self.value << count | value
        self.count += count

    def golomb(self, value: int) -> None:
        """ue(v)"""
        self.fixed(2 * (value + 1).bit_length() - 1, value + 1)

    def signed_golomb(self, value: int) -> None:
        """se(v)"""
        self.golomb(2 * value - 1 if value > 0 else -2 * value)

    def end(self) -> bytes:
        """All, with the stop bit and the zeros that fill up the last byte."""
        self.fixed(1, 1)
        self.fixed(-self.count % 8, 0)
        return self.value.to_bytes(self.count // 8, "big")


def escaped(data: bytes) -> bytes:
    """With the bytes that keep start codes from appearing inside of a unit."""
    return _FORBIDDEN.sub(b"\x00\x00\x03", data)


def unescaped(data: bytes) -> bytes:
    return data.replace(b"\x00\x00\x03", b"\x00\x00")


def nal_units(stream: bytes) -> Iterator[bytes]:
    """The units between start codes, escaped as they are."""
    begin = stream.find(START_CODE) + len(START_CODE)
    while begin >= len(START_CODE):
        end = stream.find(START_CODE, begin)
        yield stream[begin:] if end < 0 else stream[begin:end].rstrip(b"\x00")
        begin = end + len(START_CODE)


def joined_units(units: Iterator[bytes] | list[bytes]) -> bytes:
    """A stream of units, each behind a start code."""
    return b"".join(b"\x00" + START_CODE + unit for unit in units)
