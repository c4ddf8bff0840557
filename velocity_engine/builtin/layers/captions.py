"""Captions in the built-in styles, drawn over a template or into the box of one of its layers."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence

from velocity_engine.captions.cues import Cue
from velocity_engine.display import Clip, DrawCommand, FillSource, SolidPaint, StrokeSource, altered, command, rgba
from velocity_engine.errors import Place
from velocity_engine.model.geometry import IDENTITY, Bounds, Matrix, Path, multiply, scaling, translation
from velocity_engine.model.layers import CaptionsContent, Layer
from velocity_engine.model.shapes import Join
from velocity_engine.model.text import TextDocument
from velocity_engine.placing import placed
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler
from velocity_engine.shapes.primitives import rounded_rectangle_path
from velocity_engine.text.cue_layout import PlacedWord, Room, SetCue, set_cue
from velocity_engine.text.typesetter import LayerTypesetter, catalogue_of
from velocity_engine.typesetting import Typesetter

KEPT = 64  # cues that a layer remembers, laid out
OUTLINE = 0.14  # the width of the outline, in sizes
PAD = (0.34, 0.16)  # of the box about the words, in sizes
ROUND = 0.22
POP_SECONDS = 0.18
POP_FROM, POP_OVER = 0.55, 0.09  # the size at which a word springs up, and by how much it overshoots


class CaptionsLayerType:
    key = "captions"
    lottie_types: tuple[int, ...] = ()

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, CaptionsContent)
        return PreparedCaptions(layer.content, context, layer)


class PreparedCaptions:
    """Lays a cue out when it is first drawn: a long film has thousands, and a picture shows one."""

    moves = True

    def __init__(self, content: CaptionsContent, context: LayerContext, layer: Layer) -> None:
        captions = content.captions
        self._content = content
        # What no font has is told once, in ``_report_missing``.
        self._setter = LayerTypesetter(catalogue_of(context), Place(layer=layer.name), lambda _finding: None)
        self._room = Room(
            box=content.box, size=content.size, lines=captions.lines, font=captions.font, position=captions.position,
            pad=PAD if captions.style == "box" else (OUTLINE / 2, OUTLINE / 2),
        )  # fmt: skip
        self._starts = [cue.start for cue in captions.cues]
        self._paint = SolidPaint(rgba(captions.color))
        self._said = SolidPaint(rgba(captions.highlight))
        self._behind = SolidPaint(rgba(captions.background))
        self._kept: OrderedDict[int, SetCue] = OrderedDict()
        self._lock = threading.Lock()
        self._report_missing(context.typesetter(layer))

    def _report_missing(self, setter: Typesetter) -> None:
        """Sets every character once, so that what no font has is known before the first frame."""
        characters = {char: None for cue in self._content.captions.cues for char in cue.text if not char.isspace()}
        text = "".join(characters)
        setter.set(TextDocument(text=text, font=self._room.font, size=self._room.size))

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        content = self._content
        now = (sampler.frame - content.first) / content.rate
        number = bisect_right(self._starts, now + 1e-9) - 1
        cues = content.captions.cues
        if number < 0 or now >= cues[number].end - 1e-9:
            return ()
        laid = self._laid(number, cues[number])
        match content.captions.style:
            case "box":
                return self._box(laid)
            case "karaoke":
                return [*self._outlined(laid), *self._sung(laid.words, now)]
            case "highlight":
                return [*self._outlined(laid), *self._present(laid.words, now)]
            case "pop":
                return self._popped(laid.words, now)
            case _:
                return self._outlined(laid)

    def _laid(self, number: int, cue: Cue) -> SetCue:
        with self._lock:
            found = self._kept.get(number)
            if found is None:
                found = self._kept[number] = set_cue(cue, self._setter, self._room)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return found

    def _fill(self, path: Path, paint: SolidPaint) -> DrawCommand:
        return command(FillSource(path, paint))

    def _box(self, laid: SetCue) -> list[DrawCommand]:
        left, top, right, bottom = laid.block
        middle = (left + right) / 2, (top + bottom) / 2
        box = rounded_rectangle_path(*middle, right - left, bottom - top, ROUND * laid.size)
        return [self._fill(box, self._behind), self._fill(laid.letters, self._paint), *laid.colors]

    def _outlined(self, laid: SetCue) -> list[DrawCommand]:
        """One outline about all letters, so that those of two words do not darken each other."""
        stroke = StrokeSource(laid.letters, self._behind, 2 * OUTLINE * laid.size, join=Join.ROUND)
        return [command(stroke), self._fill(laid.letters, self._paint), *laid.colors]

    def _outline(self, word: PlacedWord) -> DrawCommand:
        return command(StrokeSource(word.letters, self._behind, 2 * OUTLINE * word.size, join=Join.ROUND))

    def _sung(self, words: Sequence[PlacedWord], now: float) -> list[DrawCommand]:
        """The colour runs through each word in the direction in which it is read."""
        found = []
        for word in words:
            if now >= word.end:
                found.append(self._fill(word.letters, self._said))
            elif now > word.start:
                share = (now - word.start) / (word.end - word.start)
                drawn = self._fill(word.letters, self._said)
                found.append(altered(drawn, clips=(Clip(_part(word, share), IDENTITY),)))
        return found

    def _present(self, words: Sequence[PlacedWord], now: float) -> list[DrawCommand]:
        return [self._fill(word.letters, self._said) for word in words if word.start <= now < word.end]

    def _popped(self, words: Sequence[PlacedWord], now: float) -> list[DrawCommand]:
        found: list[DrawCommand] = []
        for word in words:
            if now < word.start:
                continue
            matrix = _about(word.middle, _spring((now - word.start) / POP_SECONDS))
            drawn = (self._outline(word), self._fill(word.letters, self._paint), *word.colors)
            found += drawn if matrix is None else [placed(one, matrix) for one in drawn]
        return found


def _part(word: PlacedWord, share: float) -> Bounds:
    left, top, right, bottom = word.bounds
    reach = share * (right - left)
    return (right - reach, top, right, bottom) if word.leftwards else (left, top, left + reach, bottom)


def _spring(share: float) -> float:
    """A factor that grows to a little more than 1, and comes back to it."""
    if share >= 1.0:
        return 1.0
    rise = 1.0 - (1.0 - share) ** 3
    return POP_FROM + (1.0 - POP_FROM) * rise + POP_OVER * 4.0 * share * (1.0 - share)


def _about(middle: tuple[float, float], factor: float) -> Matrix | None:
    if factor == 1.0:
        return None
    x, y = middle
    return multiply(translation(x, y), multiply(scaling(factor, factor), translation(-x, -y)))
