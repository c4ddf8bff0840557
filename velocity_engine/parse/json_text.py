"""Bytes to a JSON value, bounded: encoding, byte order mark, depth, numbers (RFC 8259)."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, NoReturn

import numpy as np

from velocity_engine.errors import DocumentError, Place

MAX_DEPTH = 512
MAX_VALUES = 6_000_000
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BLOCK = 1 << 20


def json_value(data: bytes, file: str) -> Any:
    """The value of a JSON text in UTF-8, UTF-16 or UTF-32, with or without a byte order mark. DocumentError else."""
    place = Place(file=file or None)
    if not data.strip():
        raise DocumentError("the file is empty", place=place, hint="Export again")
    data = _utf8(data, place)
    depth, values = _measured(data)
    if depth > MAX_DEPTH:
        raise DocumentError(f"the JSON is nested deeper than {MAX_DEPTH}", place=place)
    if values > MAX_VALUES:
        raise DocumentError(f"the JSON holds more than {MAX_VALUES} values", place=place)
    try:
        return json.loads(data, parse_constant=_no_constant)
    except _Constant as found:
        hint = "JSON has no NaN and no Infinity: export again"
        raise DocumentError(f"the JSON holds {found}", place=place, hint=hint) from None
    except json.JSONDecodeError as problem:
        what = f"the file is not valid JSON: the mistake is at line {problem.lineno}, column {problem.colno}"
        raise DocumentError(what, place=place) from None
    except UnicodeError:
        raise DocumentError("the file is not valid UTF-8", place=place) from None
    except RecursionError:
        raise DocumentError("the JSON is nested too deep", place=place) from None
    except ValueError:
        raise DocumentError("the JSON holds a number with too many digits", place=place) from None


class _Constant(Exception):
    pass


def _no_constant(name: str) -> NoReturn:
    raise _Constant(name)


def _utf8(data: bytes, place: Place) -> bytes:
    encoding = json.detect_encoding(data)
    if encoding in ("utf-8", "utf-8-sig"):
        return data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode("utf-8", "surrogatepass")
    except UnicodeError:
        raise DocumentError(f"the file is not valid {encoding.upper()}", place=place) from None


def _measured(data: bytes) -> tuple[int, int]:
    """How deep brackets nest outside strings, and how many values there are, before one of them takes memory.

    Reading on beyond a fault is harmless: the JSON reader finds it.
    """
    marks = np.frombuffer(_STRINGS.sub(b"", data), np.uint8)
    deepest = level = values = 0
    for start in range(0, len(marks), _BLOCK):
        block = marks[start : start + _BLOCK]
        opening = (block == 0x5B) | (block == 0x7B)
        closing = (block == 0x5D) | (block == 0x7D)
        values += int(np.count_nonzero(opening | (block == 0x2C)))
        steps = opening.astype(np.int32) - closing
        if len(steps):
            levels = np.cumsum(steps)
            deepest = max(deepest, level + int(levels.max()))
            level += int(levels[-1])
    return deepest, values
