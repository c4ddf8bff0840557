"""Plain values of the JSON: numbers, vectors, flags, texts, colours, paths. Anything else is ``Malformed``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.properties import Bezier, Vector

_HEX = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z")


class Malformed(Exception):
    """A value of the wrong kind; whoever reads the property or item around it reports it and goes on."""


def described(raw: Any) -> str:
    """A short account of a JSON value for a message."""
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, dict):
        return "an object"
    if isinstance(raw, list):
        return f"an array of {len(raw)}"
    if isinstance(raw, float) and not math.isfinite(raw):
        return "a huge number"  # 1e400 reads as infinity
    if isinstance(raw, int | float):
        return f"{raw:.6g}" if isinstance(raw, float) or abs(raw) < 1 << 53 else "a huge number"
    text = str(raw)
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'


def number(raw: Any) -> float:
    """A finite number; also one written as a string, or alone in an array."""
    if isinstance(raw, list):
        if not raw or isinstance(raw[0], list):
            raise Malformed(f"{described(raw)} stands where a number should")
        raw = raw[0]
    try:
        value = float(raw)
    except (TypeError, ValueError, OverflowError):
        raise Malformed(f"{described(raw)} stands where a number should") from None
    if not math.isfinite(value):
        raise Malformed(f"{described(raw)} is not a finite number")
    return value


def numbers(raw: Any) -> Vector:
    """A vector of one number or more; a bare number is a vector of one."""
    if type(raw) is not list:
        return (number(raw),)
    try:
        values = tuple(map(float, raw))
    except (TypeError, ValueError, OverflowError):
        raise Malformed(f"{described(raw)} does not hold numbers only") from None
    if not values:
        raise Malformed("an empty array stands where numbers should")
    if not all(map(math.isfinite, values)):
        raise Malformed(f"{described(raw)} holds a number that is not finite")
    return values


def number_of(owner: Mapping[str, Any], key: str, default: float) -> float:
    """``owner[key]`` as a number, or ``default`` where it is absent or no number (for what bears no report)."""
    raw = owner.get(key)
    if raw is None:
        return default
    try:
        return number(raw)
    except Malformed:
        return default


def integer_of(owner: Mapping[str, Any], key: str, default: int) -> int:
    return int(number_of(owner, key, default))


def flag_of(owner: Mapping[str, Any], key: str) -> bool:
    """Lottie writes flags as true, 1 or "true"."""
    raw = owner.get(key)
    return raw in (True, "true", "1") if isinstance(raw, bool | int | float | str) else False


def text_of(owner: Mapping[str, Any], key: str, default: str = "") -> str:
    """A text; numbers become their decimal form, anything else ``default``. Lone surrogates are replaced."""
    raw = owner.get(key)
    if isinstance(raw, str):
        return raw if raw.isascii() else clean_text(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return f"{raw:.15g}" if isinstance(raw, float) or abs(raw) < 1 << 53 else default
    return default


def clean_text(text: str) -> str:
    """``text`` as valid Unicode: JSON can hold halves of a surrogate pair, which no encoder takes."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def list_of(owner: Mapping[str, Any], key: str) -> list[Any]:
    raw = owner.get(key)
    return raw if isinstance(raw, list) else []


def object_of(owner: Mapping[str, Any], key: str) -> dict[str, Any]:
    raw = owner.get(key)
    return raw if isinstance(raw, dict) else {}


def hex_color(text: str) -> Vector:
    """``#rgb``, ``#rgba``, ``#rrggbb`` or ``#rrggbbaa`` as straight RGB or RGBA, 0..1."""
    match = _HEX.match(text.strip())
    if match is None:
        raise Malformed(f"{described(text)} is no colour like #rrggbb")
    digits = match.group(1)
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    return tuple(int(digits[i : i + 2], 16) / 255.0 for i in range(0, len(digits), 2))


def color(raw: Any) -> Vector:
    """Three or four numbers, or a hexadecimal colour."""
    values = hex_color(raw) if isinstance(raw, str) else numbers(raw)
    if len(values) < 3:
        raise Malformed(f"{described(raw)} is no colour: it has fewer than three numbers")
    return values[:4]


def bezier(raw: Any, closed: bool | None = None) -> Bezier:
    """A path value ``{"v", "i", "o", "c"}``, also alone in an array. ``closed`` overrides ``c`` unless None."""
    if isinstance(raw, list) and raw:
        raw = raw[0]
    if not isinstance(raw, dict):
        raise Malformed(f"{described(raw)} stands where a path should")
    if closed is None:
        closed = flag_of(raw, "c")
    vertices, ins, outs = raw.get("v"), raw.get("i"), raw.get("o")
    if not vertices:
        empty = np.zeros((0, 2))
        return Bezier(empty, empty, empty, closed)
    try:
        whole = np.array((vertices, ins, outs), np.float64)
    except (TypeError, ValueError, OverflowError):
        whole = _uneven(vertices, ins, outs)
    if whole.ndim != 3 or whole.shape[2] < 2:
        raise Malformed("a path's vertices are not pairs of numbers")
    if not np.isfinite(whole).all():
        raise Malformed("a path holds a value that is not a finite number")
    return Bezier(whole[0, :, :2], whole[1, :, :2], whole[2, :, :2], closed)


def _uneven(vertices: Any, ins: Any, outs: Any) -> NDArray[np.float64]:
    """Vertices and tangents of different lengths: missing tangents are zero, surplus ones are dropped."""
    try:
        points = np.array(vertices, np.float64)
        if points.ndim != 2 or points.shape[1] < 2:
            raise Malformed("a path's vertices are not pairs of numbers")
        whole = np.zeros((3, len(points), 2))
        whole[0] = points[:, :2]
        for row, tangents in ((1, ins), (2, outs)):
            if isinstance(tangents, list) and tangents:
                given = np.array(tangents[: len(points)], np.float64)
                whole[row, : len(given)] = given[:, :2]
    except (TypeError, ValueError, OverflowError, IndexError):
        raise Malformed("a path's vertices and tangents are not pairs of numbers") from None
    return whole
