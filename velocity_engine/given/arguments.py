"""Arguments of the API, checked: frame ranges, sizes, rates."""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from threading import Event
from typing import Any, TypeAlias

from velocity_engine.errors import FrameRangeError, Place, wrong_type

FrameRange: TypeAlias = "tuple[float, float] | str | range | slice"
"""Frames of the composition: (start, end), ``range(start, end)`` or ``slice(start, end)``, half-open; or a marker."""
Cancelled: TypeAlias = "Callable[[], bool] | Event"
MAX_PIXELS = 16_384 * 8_192
RANGE = "Give (start, end), range(start, end), slice(start, end), or the name of a marker; one frame is (n, n + 1)"


def bounds(frames: object) -> tuple[float | None, float | None]:
    """Returns the start and the end of a range of frames, None where a side is open.

    Args:
        frames: (start, end), a ``range``, or a ``slice``, whose numbers are frames of the composition.

    Raises:
        WrongTypeError: It is none of these.
        FrameRangeError: It has steps, or is not finite.
    """
    if isinstance(frames, range | slice):
        if frames.step not in (None, 1):
            what = f"the frames have a step of {frames.step}"
            raise FrameRangeError(
                what, place=Place(field="frames"), hint="A video shows each frame: leave the step out"
            )
        pair: Sequence[Any] = (frames.start, frames.stop)
    elif isinstance(frames, Sequence) and not isinstance(frames, str | bytes) and len(frames) == 2:
        pair = frames
        if not all(map(_is_number, pair)):
            raise wrong_type("frames", frames, RANGE)
    else:
        raise wrong_type("frames", frames, RANGE)
    if not all(value is None or _is_number(value) for value in pair):
        raise wrong_type("frames", frames, RANGE)
    start, end = (None if value is None else float(value) for value in pair)
    for value in (start, end):
        if value is not None and not math.isfinite(value):
            raise FrameRangeError(f"the frame {value} is not finite", place=Place(field="frames"), hint=RANGE)
    return start, end


def require(name: str, value: object, kind: Any, right: str) -> None:
    """Raises WrongTypeError where an argument is not of a kind.

    Args:
        name: The argument's name.
        value: What was given.
        kind: What it must be.
        right: One sentence that says what would be right.
    """
    if not isinstance(value, kind):
        raise wrong_type(name, value, right)


def named_file(name: str, file: object, right: str = "Give a path") -> str:
    """Returns the path or URL of a file.

    Args:
        name: The argument's name.
        file: What was given.
        right: One sentence that says what would be right.

    Raises:
        WrongTypeError: It is neither a text nor a ``pathlib.Path``.
    """
    if not isinstance(file, str | os.PathLike) or not isinstance(path := os.fspath(file), str):
        raise wrong_type(name, file, right)
    return path


def number(name: str, value: object, right: str) -> float:
    """Returns a number that was given.

    Args:
        name: The argument's name.
        value: What was given.
        right: One sentence that says what would be right.

    Raises:
        WrongTypeError: It is not a finite number.
    """
    try:
        found = float(value) if _is_number(value) else math.nan  # type: ignore[arg-type]  # it is a number
    except OverflowError:  # of whole numbers with hundreds of digits
        found = math.nan
    if not math.isfinite(found):
        raise wrong_type(name, value, right)
    return found


def moment(frame: object) -> float:
    """Returns a moment in frames.

    Raises:
        WrongTypeError: It is not a number.
        FrameRangeError: It is not finite.
    """
    if not _is_number(frame):
        raise wrong_type("frame", frame, "Give a number of a frame, such as 75")
    value = float(frame)  # type: ignore[arg-type]  # it is a number
    if not math.isfinite(value):
        raise FrameRangeError(f"frame {value} is not a number", place=Place(field="frame"))
    return value


def sides(size: object) -> tuple[int, int]:
    """Returns (width, height) in pixels.

    Raises:
        WrongTypeError: They are not two whole numbers.
        FrameRangeError: They cannot be drawn.
    """
    right = "Give (width, height) in pixels, such as (640, 360)"
    if isinstance(size, str | bytes) or not isinstance(size, Sequence) or len(size) != 2:
        raise wrong_type("size", size, right)
    try:
        width, height = operator.index(size[0]), operator.index(size[1])
    except TypeError:
        raise wrong_type("size", size, right) from None
    if not (width >= 1 and height >= 1 and width * height <= MAX_PIXELS):
        what = f"the size {width}x{height} cannot be drawn"
        hint = "Each side must be at least 1 pixel"
        if width * height > MAX_PIXELS:
            share = math.sqrt(MAX_PIXELS / (width * height)) if min(width, height) > 0 else 1.0
            fitting = f"{max(1, int(width * share))}x{max(1, int(height * share))}"
            hint = f"A picture has at most {MAX_PIXELS} pixels: {fitting} is possible"
        raise FrameRangeError(what, place=Place(field="size"), hint=hint)
    return width, height


def rate(fps: object, exact: Callable[[float], Fraction]) -> Fraction:
    """Returns frames per second as an exact fraction.

    Args:
        fps: The number.
        exact: Returns the exact fraction of a rounded rate such as 29.97.

    Raises:
        WrongTypeError: It is not a number.
        FrameRangeError: It is not above 0 and at most 1000.
    """
    if not _is_number(fps):
        raise wrong_type("fps", fps, "Give a number of frames a second, such as 30, 29.97 or Fraction(30000, 1001)")
    value: Any = fps
    if not 0 < value <= 1000:
        hint = "It must be above 0 and at most 1000 frames a second"
        raise FrameRangeError(f"the frame rate is {value}", place=Place(field="fps"), hint=hint)
    return Fraction(value) if isinstance(value, int | Fraction) else exact(float(value))


def question(cancelled: object) -> Callable[[], bool]:
    """Returns the function that tells whether the caller wants to stop.

    Raises:
        WrongTypeError: It is neither a function nor an event.
    """
    if cancelled is None:
        return lambda: False
    asked = getattr(cancelled, "is_set", cancelled)  # events of threading and of multiprocessing
    if not callable(asked):
        raise wrong_type("cancelled", cancelled, "Give a function without arguments, or a threading.Event")
    return lambda: bool(asked())


def _is_number(value: object) -> bool:
    if value is None or isinstance(value, bool | str | bytes):
        return False
    return isinstance(value, int | float | Fraction) or (hasattr(value, "__float__") and not hasattr(value, "__len__"))
