"""A cue laid out: at most so many lines, of about the same length, as large as there is room for."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from velocity_engine.captions.cues import Cue, Word, letters_of, timed_words
from velocity_engine.display import DrawCommand
from velocity_engine.model.geometry import EMPTY_PATH, Bounds, Path, join_paths, translation
from velocity_engine.model.text import Justify, TextDocument
from velocity_engine.placing import placed
from velocity_engine.typesetting import SetGlyph, SetText, Typesetter

LEADING = 1.2  # the height of a line, in sizes
ABOVE, BELOW = 0.92, 0.28  # what a line takes above its baseline and below, in sizes
LEAST_SCALE = 0.1
SCALE_STEPS, WIDTH_STEPS = 9, 6
SLACK = 1e-6
TALL = 1e6  # pixels: a box that holds any number of lines


@dataclass(frozen=True, slots=True)
class Room:
    """Where cues stand: in ``box``, ``pad`` (in sizes, to the sides and above) away from its edges, in letters of
    ``size`` pixels where there is room for them."""

    box: Bounds
    size: float
    lines: int
    font: str
    position: str
    pad: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedWord:
    """A word where it stands: its letters, what draws those that have colours of their own, what all of them cover,
    whether it is read to the left, and when it is said."""

    letters: Path
    colors: tuple[DrawCommand, ...]
    bounds: Bounds
    leftwards: bool
    size: float
    start: float
    end: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.bounds[0] + self.bounds[2]) / 2, (self.bounds[1] + self.bounds[3]) / 2


@dataclass(frozen=True, slots=True, eq=False)
class SetCue:
    """The words of a cue that have ink, all their ``letters`` and ``colors``, and the ``block`` about all lines."""

    words: tuple[PlacedWord, ...]
    letters: Path
    colors: tuple[DrawCommand, ...]
    block: Bounds
    size: float


def set_cue(cue: Cue, setter: Typesetter, room: Room) -> SetCue:
    """Lays a cue out. Its own lines stay where there are no more than the room's; else all are broken anew."""
    lines = cue.text.split("\n")
    text = cue.text if len(lines) <= room.lines else " ".join(lines)
    ink = _ink(_set(text, setter, room, room.size))
    return _placed(cue, _balanced(text, setter, room, _largest(text, setter, room, ink), ink), room)


# --- size and lines -------------------------------------------------------------------------------------------------


def _set(text: str, setter: Typesetter, room: Room, size: float, width: float | None = None) -> SetText:
    middle = (room.box[0] + room.box[2]) / 2
    width = _width(room, size) if width is None else width
    return setter.set(
        TextDocument(
            text=text,
            font=room.font,
            size=size,
            line_height=size * LEADING,
            justify=Justify.CENTER,
            box=(middle - width / 2, 0.0, width, TALL),
        )
    )


@dataclass(frozen=True, slots=True)
class _Ink:
    """What the letters of a text take beside each other, without its spaces, and the widest of them; in sizes."""

    letters: float
    widest: float

    def is_beyond(self, lines: int, width: float, size: float) -> bool:
        """Whether so many lines cannot hold the text however it is broken. A line is as wide as its room, or it is one
        letter."""
        return self.letters * size > lines * (width + self.widest * size) * (1.0 + SLACK)


def _ink(text: SetText) -> _Ink:
    advances = [glyph.advance / text.size for glyph in text.glyphs if glyph.word >= 0]
    return _Ink(sum(advances), max(advances, default=0.0))


def _width(room: Room, size: float) -> float:
    return max(room.box[2] - room.box[0] - 2 * room.pad[0] * size, 1.0)


def _fits(text: str, setter: Typesetter, room: Room, size: float) -> bool:
    found = _set(text, setter, room, size)
    height = (ABOVE + BELOW + 2 * room.pad[1] + (found.lines - 1) * LEADING) * size
    return found.lines <= room.lines and height <= room.box[3] - room.box[1] + 0.01 and not _is_broken(found, text)


def _is_broken(found: SetText, text: str) -> bool:
    """Whether a line ends within a word."""
    ends = [glyph.word for glyph in found.glyphs if glyph.word >= 0]
    return bool(ends) and max(ends) + 1 > len(text.split()) and " " in text


def _largest(text: str, setter: Typesetter, room: Room, ink: _Ink) -> float:
    """What cannot fit by its width is not laid out to see that it does not."""

    def fits(size: float) -> bool:
        return not ink.is_beyond(room.lines, _width(room, size), size) and _fits(text, setter, room, size)

    if fits(room.size):
        return room.size
    low, high = LEAST_SCALE, 1.0
    for _ in range(SCALE_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(room.size * middle) else (low, middle)
    return room.size * low


def _balanced(text: str, setter: Typesetter, room: Room, size: float, ink: _Ink) -> SetText:
    """The narrowest setting with as few lines: so they are about as long as each other."""
    found = _set(text, setter, room, size)
    if found.lines == 1 or "\n" in text:
        return found
    low, high = found.width / found.lines, _width(room, size)
    for _ in range(WIDTH_STEPS):
        middle = (low + high) / 2
        if ink.is_beyond(found.lines, middle, size):
            low = middle
            continue
        tried = _set(text, setter, room, size, middle)
        if tried.lines <= found.lines and not _is_broken(tried, text):
            found, high = tried, middle
        else:
            low = middle
    return found


# --- places ---------------------------------------------------------------------------------------------------------


def _placed(cue: Cue, text: SetText, room: Room) -> SetCue:
    rows = [glyph.y for glyph in text.glyphs] or [0.0]
    size = text.size
    top, bottom = min(rows) - (ABOVE + room.pad[1]) * size, max(rows) + (BELOW + room.pad[1]) * size
    down = {
        "top": room.box[1] - top,
        "middle": (room.box[1] + room.box[3] - top - bottom) / 2,
        "bottom": room.box[3] - bottom,
    }[room.position]
    words = timed_words(cue)
    glyphs = _of_words(words, text)
    found = tuple(_word(word, own, size, down) for word, own in zip(words, glyphs, strict=True) if _has_ink(own))
    middle = (room.box[0] + room.box[2]) / 2
    half = text.width / 2 + room.pad[0] * size
    letters = join_paths([word.letters for word in found]) if found else EMPTY_PATH
    colors = tuple(entry for word in found for entry in word.colors)
    return SetCue(found, letters, colors, (middle - half, top + down, middle + half, bottom + down), size)


def _of_words(words: Sequence[Word], text: SetText) -> list[list[SetGlyph]]:
    """The glyphs of each word: they are told off by the letters that they say, since a word can be a syllable."""
    ends, said = [], 0
    for word in words:
        said += len(letters_of(word.text))
        ends.append(said)
    found: list[list[SetGlyph]] = [[] for _ in words]
    owner, at = 0, 0
    for glyph in text.glyphs:
        while owner < len(words) - 1 and at >= ends[owner]:
            owner += 1
        found[owner].append(glyph)
        at += len(letters_of(glyph.text))
    return found


def _has_ink(glyphs: Sequence[SetGlyph]) -> bool:
    return any(glyph.colors or (glyph.path is not None and glyph.path.contours) for glyph in glyphs)


def _word(word: Word, glyphs: Sequence[SetGlyph], size: float, down: float) -> PlacedWord:
    way = translation(0.0, down)
    paths = [path.transformed(way) for glyph in glyphs if (path := glyph.path) is not None and path.contours]
    letters = join_paths(paths) if paths else EMPTY_PATH
    colors = tuple(placed(entry, way) for glyph in glyphs for entry in glyph.placed_colors)
    covered = [(one.x, one.y + down - ABOVE * size, one.x + one.advance, one.y + down) for one in glyphs if one.colors]
    covered += [bounds] if (bounds := letters.bounds()) is not None else []
    strong = (unicodedata.bidirectional(char) for char in word.text)
    leftwards = next((kind in ("R", "AL") for kind in strong if kind in ("L", "R", "AL")), False)
    return PlacedWord(letters, colors, _about_all(covered), leftwards, size, word.start, word.end)


def _about_all(boxes: Sequence[Bounds]) -> Bounds:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
