"""Captions that follow words with times, as speech recognition and song files have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from velocity_charts.look import COLOR, FONT, STYLE, eased, faded, solid, with_opacity
from velocity_charts.shapes import rounded_box
from velocity_engine.display import COLOR_SCHEMA, RGBA, DrawCommand, FillSource, StrokeSource, command, rgba
from velocity_engine.errors import CustomizationError, Place
from velocity_engine.model.geometry import EMPTY_PATH, Bounds, Path, join_paths, translation
from velocity_engine.model.layers import Layer, PluginContent
from velocity_engine.model.shapes import Join
from velocity_engine.model.text import Justify, TextDocument
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler
from velocity_engine.typesetting import SetText, Typesetter

SECONDS: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 360_000}
LEADING = 1.2  # the height of a line, in sizes
FADE_SECONDS = 0.15
SLIDE_SECONDS = 0.12
LAST_SECONDS = 0.5  # how long a word without an end lasts, where no other follows
STAY_SECONDS = 0.8  # how long a page stays after its last word

DATA_SCHEMA: dict[str, Any] = {
    "title": "Karaoke captions",
    "description": "Words that light up at their times, some lines at once.",
    "type": "object",
    "properties": {
        "words": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2_000,
            "description": "The words in the order of their times",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "minLength": 1, "maxLength": 60, "description": "The word"},
                    "start": {**SECONDS, "description": "The second at which it begins, since the layer appeared"},
                    "end": {**SECONDS, "description": "The second at which it ends; by default when the next begins"},
                },
                "required": ["text", "start"],
                "additionalProperties": False,
            },
        },
        "lines": {
            "type": "integer",
            "minimum": 1,
            "maximum": 6,
            "description": "How many lines it shows, 2 by default",
        },
        "pause": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 3600,
            "description": "A silence of so many seconds begins a new page, 1 by default",
        },
        "color": {**COLOR, "description": "The colour of words that are still to come, white by default"},
        "highlight": {**COLOR_SCHEMA, "description": "The colour of words that have begun"},
        "mark": {**COLOR_SCHEMA, "description": "The colour of the box behind the present word; none by default"},
        "outline": {
            **COLOR_SCHEMA,
            "type": ["string", "null"],
            "description": "The colour around the letters; null for none",
        },
        "font": STYLE["font"],
    },
    "required": ["words"],
    "additionalProperties": False,
    "examples": [
        {
            "words": [
                {"text": "Never", "start": 0.2, "end": 0.5},
                {"text": "stop", "start": 0.5},
                {"text": "moving", "start": 0.9, "end": 1.6},
            ],
            "highlight": "#ffd84d",
            "mark": "#4f8cff",
        },
        {"words": [{"text": "One", "start": 0}, {"text": "two", "start": 4}], "lines": 1, "outline": None},
    ],
}


class Karaoke:
    key = "karaoke"
    lottie_types: tuple[int, ...] = ()
    data_schema: Mapping[str, Any] = DATA_SCHEMA

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, PluginContent)
        data = layer.content.data
        box, lines = context.box(layer), int(data.get("lines", 2))
        outline = data.get("outline", "#000000c0")
        room = _Room(context.typesetter(layer), data.get("font", FONT), box, lines)
        return PreparedKaraoke(
            pages=tuple(pages_of(timed(data["words"], layer.name), room, float(data.get("pause", 1.0)))),
            color=rgba(data.get("color", "#ffffff")),
            highlight=rgba(data.get("highlight", "#ffd84d")),
            mark=None if "mark" not in data else rgba(data["mark"]),
            outline=None if outline is None else rgba(outline),
        )


# --- words to pages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timed:
    text: str
    start: float
    end: float


def timed(words: Sequence[Mapping[str, Any]], layer: str) -> list[Timed]:
    """The words with their ends. Raises CustomizationError where one begins before the one before it, or ends before
    it begins."""
    starts = [float(word["start"]) for word in words]
    for number, (before, start) in enumerate(pairwise(starts), 1):
        if start < before:
            what = f"the word {words[number]['text'][:60]!r} begins at {start:g} s, before the one before it"
            place = Place(layer=layer, field=f"data.words[{number}].start")
            raise CustomizationError(what, place=place, hint="Sort the words by their times")
    found = []
    for number, word in enumerate(words):
        after = starts[number + 1] if number + 1 < len(words) else starts[number] + LAST_SECONDS
        end = float(word.get("end", after))
        if end < starts[number]:
            what = f"the word {word['text'][:60]!r} ends at {end:g} s, before it begins"
            raise CustomizationError(what, place=Place(layer=layer, field=f"data.words[{number}].end"))
        found.append(Timed(" ".join(word["text"].split()) or word["text"], starts[number], end))
    return found


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a page has to fit."""

    setter: Typesetter
    font: str
    box: Bounds
    lines: int

    @property
    def size(self) -> float:
        return (self.box[3] - self.box[1]) / (self.lines * LEADING + 0.3)

    def set(self, words: Sequence[Timed], *, tall: bool = False) -> SetText:
        """The words as they stand: shrunk to the box, or in one that is ``tall`` enough for any number of lines."""
        left, top, right, bottom = self.box
        return self.setter.set(
            TextDocument(
                text=" ".join(word.text for word in words),
                font=self.font,
                size=self.size,
                line_height=self.size * LEADING,
                justify=Justify.CENTER,
                box=(left, top, right - left, (bottom - top) * (100.0 if tall else 1.0)),
                fit=None if tall else "shrink",
            )
        )


@dataclass(frozen=True, slots=True, eq=False)
class PlacedWord:
    """A word where it stands: its letters, the box that marks it, and the number of its line."""

    letters: Path
    box: Bounds
    line: int
    start: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    words: tuple[PlacedWord, ...]
    letters: Path
    size: float
    start: float
    end: float


def pages_of(words: Sequence[Timed], room: _Room, pause: float) -> list[Page]:
    """As many words on a page as its lines hold; a silence begins a new one."""
    groups: list[list[Timed]] = [[]]
    for word in words:
        last = groups[-1]
        silent = bool(last) and word.start - last[-1].end >= pause
        if silent or (last and room.set([*last, word], tall=True).lines > room.lines):
            groups.append([word])
        else:
            last.append(word)
    ends = [after[0].start for after in groups[1:]] + [float("inf")]
    return [_page(group, room, end) for group, end in zip(groups, ends, strict=True)]


def _page(group: Sequence[Timed], room: _Room, end: float) -> Page:
    text = room.set(group)
    rows = [glyph.y for glyph in text.glyphs] or [0.0]
    middle = (min(rows) + max(rows)) / 2 - 0.36 * text.size  # capitals are 0.73 em high
    down = (room.box[1] + room.box[3]) / 2 - middle
    owners = [number for number, word in enumerate(group) for _ in word.text.split()]
    paths: list[list[Path]] = [[] for _ in group]
    spots: list[tuple[float, int]] = [(0.0, 0)] * len(group)
    for glyph in text.glyphs:
        if 0 <= glyph.word < len(owners):
            owner = owners[glyph.word]
            spots[owner] = (glyph.y + down, glyph.line)
            if glyph.outline is not None:
                paths[owner].append(glyph.outline.transformed(translation(glyph.x, glyph.y + down)))
    placed = [
        _placed(word, join_paths(found) if found else EMPTY_PATH, spot, text.size)
        for word, found, spot in zip(group, paths, spots, strict=True)
    ]
    letters = [word.letters for word in placed if word.letters.contours]
    stay = min(group[-1].end + STAY_SECONDS, end)
    return Page(tuple(placed), join_paths(letters) if letters else EMPTY_PATH, text.size, group[0].start, stay)


def _placed(word: Timed, letters: Path, spot: tuple[float, int], size: float) -> PlacedWord:
    bounds = letters.bounds() or (0.0, 0.0, 0.0, 0.0)
    pad = 0.16 * size
    box = (bounds[0] - pad, spot[0] - 0.92 * size, bounds[2] + pad, spot[0] + 0.3 * size)
    return PlacedWord(letters, box, spot[1], word.start, word.end)


# --- drawing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedKaraoke:
    pages: tuple[Page, ...]
    color: RGBA
    highlight: RGBA
    mark: RGBA | None
    outline: RGBA | None
    moves: bool = True

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        now = sampler.time.seconds
        page = self._page_at(now)
        if page is None:
            return []
        found: list[DrawCommand] = []
        if self.outline is not None and page.letters.contours:
            stroke = StrokeSource(page.letters, solid(self.outline), 0.14 * page.size, join=Join.ROUND)
            found.append(command(stroke))
        found += self._mark(page, now)
        for begun, color in ((False, self.color), (True, self.highlight)):
            letters = [word.letters for word in page.words if (word.start <= now) is begun and word.letters.contours]
            if letters:
                found.append(command(FillSource(join_paths(letters), solid(color))))
        return with_opacity(tuple(found), self._opacity(page, now))

    def _page_at(self, now: float) -> Page | None:
        """The page whose words are said. The first words of the next one can be read a moment before they begin."""
        for page, after in pairwise((*self.pages, None)):
            assert page is not None
            if after is not None and now >= max(page.end, after.start - FADE_SECONDS):
                continue
            return page if page.start - FADE_SECONDS <= now < page.end else None
        return None

    def _opacity(self, page: Page, now: float) -> float:
        return min(max((now - page.start + FADE_SECONDS) / FADE_SECONDS, 0.0), 1.0)

    def _mark(self, page: Page, now: float) -> list[DrawCommand]:
        """The box behind the present word, which slides there from the word before it."""
        present = [number for number, word in enumerate(page.words) if word.start <= now < word.end]
        if self.mark is None or not present:
            return []
        word = page.words[present[-1]]
        before = page.words[present[-1] - 1] if present[-1] else None
        share = eased((now - word.start) / SLIDE_SECONDS)
        box, opacity = word.box, share
        if before is not None and before.line == word.line and word.start - before.end < SLIDE_SECONDS:
            left, right = (a + share * (b - a) for a, b in zip(before.box[::2], word.box[::2], strict=True))
            box, opacity = (left, word.box[1], right, word.box[3]), 1.0
        radius = 0.2 * page.size
        return [command(FillSource(rounded_box(box, radius, radius), solid(faded(self.mark, opacity))))]
