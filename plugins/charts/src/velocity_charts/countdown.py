"""A countdown: seconds that run down in a ring that empties with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_charts.look import COLOR, PALETTE, STYLE, Words, color_of, faded, solid
from velocity_charts.shapes import arc
from velocity_engine.display import RGBA, DrawCommand, StrokeSource, altered, command
from velocity_engine.model.geometry import Bounds, multiply, scaling, translation
from velocity_engine.model.layers import Layer, PluginContent
from velocity_engine.model.shapes import Cap
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler

DATA_SCHEMA: dict[str, Any] = {
    "title": "Countdown",
    "description": "Seconds that run down to zero, in a ring that empties.",
    "type": "object",
    "properties": {
        "from": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 360_000,
            "description": "The seconds that it begins with; by default as long as the layer is shown",
        },
        "format": {
            "enum": ["seconds", "clock"],
            "description": 'Whether 90 is "90" or "1:30"; by default a clock from 60 seconds on',
        },
        "end": {"type": "string", "maxLength": 20, "description": 'What it says at the end, "0" by default'},
        "color": {**COLOR, "description": "The colour of the ring"},
        "ring": {"type": "boolean", "description": "Whether there is a ring, true by default"},
        "textColor": STYLE["textColor"],
        "font": STYLE["font"],
    },
    "additionalProperties": False,
    "examples": [{"from": 5, "color": "#ff7a59", "end": "Go!"}, {"from": 90}, {}],
}
POP_SECONDS = 0.25  # in which a new number settles


class Countdown:
    key = "countdown"
    lottie_types: tuple[int, ...] = ()
    data_schema: Mapping[str, Any] = DATA_SCHEMA

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, PluginContent)
        data = layer.content.data
        shown, gone = context.span(layer)
        start = float(data.get("from", max(gone - shown, 0.01)))
        return PreparedCountdown(
            box=context.box(layer),
            start=start,
            clock=data.get("format", "clock" if start >= 60 else "seconds") == "clock",
            end=data.get("end"),
            color=color_of(data.get("color"), PALETTE[0]),
            ring=data.get("ring", True),
            words=Words.of(data, context.typesetter(layer)),
        )


def written(seconds: int, clock: bool) -> str:
    if not clock:
        return str(seconds)
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCountdown:
    box: Bounds
    start: float
    clock: bool
    end: str | None
    color: RGBA
    ring: bool
    words: Words
    moves: bool = True

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        left, top, right, bottom = self.box
        x, y = (left + right) / 2, (top + bottom) / 2
        side = min(right - left, bottom - top)
        rest = max(self.start - sampler.time.seconds, 0.0)
        found: list[DrawCommand] = []
        if self.ring:
            width, radius = 0.07 * side, 0.455 * side
            track = StrokeSource(arc(x, y, radius, 0.0, 1.0), solid(faded(self.words.color, 0.15)), width)
            found.append(command(track))
            share = rest / self.start
            if share > 0.0:
                path = arc(x, y, radius, 1.0 - share, 1.0)
                found.append(command(StrokeSource(path, solid(self.color), width, Cap.ROUND)))
        return [*found, *self._number(rest, x, y, side)]

    def _number(self, rest: float, x: float, y: float, side: float) -> list[DrawCommand]:
        """The number, which is a little larger when it is new."""
        whole = math.ceil(rest - 1e-9)
        ended = whole <= 0 and self.end is not None
        size = (0.45 if self.ring else 0.9) * side
        room = (0.7 if self.ring else 1.0) * side
        text = self.words.set(str(self.end) if ended else written(whole, self.clock), size, width=room)
        age = whole - rest if whole > 0 else POP_SECONDS
        pop = 1.0 + 0.12 * (1.0 - min(age / POP_SECONDS, 1.0)) ** 2
        # Digits stand on the baseline and are 0.73 em high: their middle goes to the middle of the ring.
        matrix = multiply(translation(x, y), multiply(scaling(pop, pop), translation(0.0, 0.365 * text.size)))
        return [altered(one, matrix=multiply(matrix, one.matrix)) for one in text.commands]
