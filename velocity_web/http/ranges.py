"""Byte ranges of RFC 9110 14: what a Range header asks for, and the body that answers several at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import falcon

from velocity_web.storage.objects import Opened

MAX_RANGES = 16
HEADER_CHARACTERS = 1000
CHUNK = 1 << 18
_UNIT = re.compile(r"\s*bytes\s*=(.*)", re.IGNORECASE | re.DOTALL)
_RANGE = re.compile(r"\s*(\d{0,40})\s*-\s*(\d{0,40})\s*")


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes ``first`` to ``last``, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def wanted_ranges(header: str | None, size: int) -> tuple[Span, ...]:
    """What a Range header asks of a file of ``size`` bytes; none when the whole file is to be sent.

    Ranges that overlap or touch become one, and those past the end are left out. A header that is no set of byte
    ranges, or asks for more than ``MAX_RANGES``, is ignored, as RFC 9110 14.2 allows.

    Raises:
        falcon.HTTPRangeNotSatisfiable: All of the ranges are past the end.
    """
    match = _UNIT.fullmatch(header) if header and len(header) <= HEADER_CHARACTERS else None
    parts = [part for part in match[1].split(",") if part.strip()] if match else []
    if not 1 <= len(parts) <= MAX_RANGES:
        return ()
    found: list[Span] = []
    for part in parts:
        asked = _RANGE.fullmatch(part)
        if not asked or not (asked[1] or asked[2]) or (asked[1] and asked[2] and int(asked[2]) < int(asked[1])):
            return ()
        if (span := _span(asked[1], asked[2], size)) is not None:
            found.append(span)
    if not found:
        raise falcon.HTTPRangeNotSatisfiable(size)
    return _merged(found)


def _span(first: str, last: str, size: int) -> Span | None:
    """The part of the file that a range covers; None where it covers nothing."""
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    return Span(start, end) if start <= end else None


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """In the order in which they were asked for."""
    found: list[Span] = []
    for span in spans:
        whole = span
        apart = []
        for other in found:
            if other.first <= whole.last + 1 and whole.first <= other.last + 1:
                whole = Span(min(other.first, whole.first), max(other.last, whole.last))
            else:
                apart.append(other)
        found = [*apart, whole]
    return tuple(found)


class Multipart:
    """The body of a multipart/byteranges answer, read from ``opened`` as it is sent."""

    def __init__(self, opened: Opened, spans: tuple[Span, ...], content_type: str) -> None:
        boundary = uuid4().hex
        self.content_type = f"multipart/byteranges; boundary={boundary}"
        self._opened = opened
        self._spans = spans
        self._heads = [
            f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\n"
            f"Content-Range: bytes {span.first}-{span.last}/{opened.size}\r\n\r\n".encode()
            for span in spans
        ]
        self._end = f"\r\n--{boundary}--\r\n".encode()
        self.length = sum(map(len, self._heads)) + sum(span.length for span in spans) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for head, span in zip(self._heads, self._spans, strict=True):
            yield head
            stream = self._opened.part(span.first, span.last)
            left = span.length
            while left and (data := stream.read(min(CHUNK, left))):
                left -= len(data)
                yield data
        yield self._end

    def close(self) -> None:
        """The server calls this when the answer is sent, or its receiver gone."""
        self._opened.close()
