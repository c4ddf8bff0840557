"""Levels: what a codec standard lets a stream of a given level hold, and the lowest level that holds a given stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from velocity_engine.encoder_config import bad_setting
from velocity_engine.errors import EncoderConfigError, Place

LESS = {
    "resolution": "Give a smaller resolution",
    "fps_num": "Give fewer frames a second",
    "bitrate": "Give a lower bitrate",
}
"""What would be right, by the field that asks for more than the highest level holds."""


@dataclass(frozen=True, slots=True)
class Level:
    """A row of a standard's table of levels.

    ``number`` is the standard's own, ``name`` the usual one. ``picture`` in luma samples, ``width`` and ``height`` in
    samples, ``rate`` in luma samples a second, ``bits`` in bits a second, ``buffer`` in bits. The ``high_`` pair is
    of the high tier, where there is one.
    """

    number: int
    name: str
    picture: int
    width: int
    height: int
    rate: int
    bits: int
    buffer: int
    high_bits: int | None = None
    high_buffer: int | None = None

    def most_bits(self) -> int:
        return self.high_bits or self.bits

    def is_high_tier(self, bits: int | None) -> bool:
        return bits is not None and bits > self.bits

    def buffer_for(self, bits: int | None) -> int:
        """The size of the decoder's buffer, in bits, for a stream of ``bits`` a second."""
        return self.high_buffer or self.buffer if self.is_high_tier(bits) else self.buffer


@dataclass(frozen=True, slots=True)
class Stream:
    """What is held against a level: coded size, frames a second, peak bits a second (None where nothing bounds
    them)."""

    width: int
    height: int
    rate: Fraction
    bits: int | None

    @property
    def samples(self) -> int:
        return self.width * self.height


def shortfalls(level: Level, stream: Stream) -> list[tuple[str, str]]:
    """(field, sentence) for each limit of ``level`` that ``stream`` exceeds, the size first."""
    found = []
    if stream.width > level.width or stream.height > level.height or stream.samples > level.picture:
        sides = f"pictures of {level.picture:,} samples, {level.width} x {level.height} at most"
        found.append(("resolution", f"it holds {sides}; {stream.width} x {stream.height} has {stream.samples:,}"))
    elif stream.samples * stream.rate > level.rate:
        most = level.rate / stream.samples
        size = f"{stream.width} x {stream.height}"
        found.append(("fps_num", f"it holds {most:.4g} frames a second of {size}; {float(stream.rate):g} are asked"))
    if stream.bits is not None and stream.bits > level.most_bits():
        found.append(("bitrate", f"it holds {level.most_bits() // 8:,} bytes a second; {stream.bits // 8:,} are asked"))
    return found


def lowest_level(levels: Sequence[Level], stream: Stream) -> Level | None:
    """``levels`` from low to high."""
    return next((level for level in levels if not shortfalls(level, stream)), None)


def level_problems(title: str, levels: Sequence[Level], number: int | None, stream: Stream) -> list[EncoderConfigError]:
    """What stands between ``stream`` and level ``number`` (None: any level) of the codec called ``title``."""
    lowest = lowest_level(levels, stream)
    if number is None:
        if lowest is not None:
            return []
        return [
            bad_setting(field, f"{title} has no level for this: of the highest, {sentence}", LESS[field])
            for field, sentence in shortfalls(levels[-1], stream)
        ]
    level = next((level for level in levels if level.number == number), None)
    place = Place(field="level")
    if level is None:
        known = ", ".join(f"{level.number} = {level.name}" for level in levels)
        return [EncoderConfigError(f"{title} has no level {number}", place=place, hint=f"Levels are {known}")]
    reasons = shortfalls(level, stream)
    if not reasons:
        return []
    right = f"Give level {lowest.number} or higher, or leave level out" if lowest else "No level holds it"
    what = "; ".join(sentence for _, sentence in reasons)
    return [EncoderConfigError(f"{title} level {level.name} is too low: {what}", place=place, hint=right)]


def chosen_level(levels: Sequence[Level], number: int | None, stream: Stream) -> Level:
    """The level asked for, or the lowest that holds ``stream`` (the highest where none does)."""
    if number is not None:
        return next(level for level in levels if level.number == number)
    return lowest_level(levels, stream) or levels[-1]
