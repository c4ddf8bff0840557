"""A line chart: the line runs from left to right, with the ground below it, and its end tells the value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from velocity_charts.look import COLOR, PALETTE, STYLE, VALUE, Numbers, Words, color_of, downwards, eased, faded, solid
from velocity_charts.shapes import Curve, curve_through, cut, disc, line
from velocity_engine.display import RGBA, DrawCommand, FillSource, StrokeSource, command
from velocity_engine.model.geometry import Bounds, Path, join_contours
from velocity_engine.model.layers import Layer, PluginContent
from velocity_engine.model.shapes import Cap, Join
from velocity_engine.model.text import Justify
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler

DATA_SCHEMA: dict[str, Any] = {
    "title": "Line chart",
    "description": "A line through values, drawn from left to right.",
    "type": "object",
    "properties": {
        "values": {
            "type": "array",
            "items": VALUE,
            "minItems": 2,
            "maxItems": 1000,
            "description": "The values from left to right, at even distances",
        },
        "labels": {
            "type": "array",
            "items": {"type": "string", "maxLength": 100},
            "maxItems": 60,
            "description": "What stands below it, at even distances",
        },
        "color": COLOR,
        **STYLE,
    },
    "required": ["values"],
    "additionalProperties": False,
    "examples": [
        {"title": "Visitors", "values": [12, 19, 14, 28, 41], "labels": ["Mon", "Wed", "Fri"], "color": "#37c28b"},
        {"values": [0.5, -0.25], "suffix": " %"},
    ],
}


class LineChart:
    key = "line-chart"
    lottie_types: tuple[int, ...] = ()
    data_schema: Mapping[str, Any] = DATA_SCHEMA

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, PluginContent)
        data = layer.content.data
        values = [float(value) for value in data["values"]]
        words = Words.of(data, context.typesetter(layer))
        ticks = ticks_of(min(values), max(values))
        numbers, written = Numbers.of(data, values), Numbers.of(data, ticks)
        if "decimals" not in data:
            written = Numbers(written.prefix, written.suffix, _decimals(ticks))
        title, labels = data.get("title", ""), tuple(data.get("labels", ()))
        left, top, right, bottom = context.box(layer)
        height = bottom - top
        size = 0.055 * height
        margin = max(words.set(written.written(tick), size).width for tick in ticks) + 0.6 * size
        plot = (
            left + margin,
            top + (0.3 if title else 0.14) * height,
            right - 0.05 * height,
            bottom - (0.13 if labels else 0.04) * height,
        )
        scale = (plot[3] - plot[1]) / (ticks[-1] - ticks[0])
        steps = np.linspace(plot[0], plot[2], len(values))
        points = [(float(x), plot[3] - (value - ticks[0]) * scale) for x, value in zip(steps, values, strict=True)]
        still = _still(words, written, (left, top, right, bottom), plot, ticks)
        if title:
            still += words.set(title, 0.1 * height, width=right - left).moved((left + right) / 2, top + 0.1 * height)
        still += _labels(words, labels, plot, bottom - 0.025 * height, 0.065 * height)
        return PreparedLine(
            still=tuple(still),
            curve=curve_through(points),
            plot=plot,
            low=ticks[0],
            scale=scale,
            color=color_of(data.get("color"), PALETTE[0]),
            seconds=float(data.get("seconds", 1.5)),
            words=words,
            numbers=numbers,
        )


def ticks_of(low: float, high: float) -> list[float]:
    """Round values that hold all others between them, at even distances: three to six of them."""
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        low, high = low - 1.0, high + 1.0
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def _decimals(ticks: Sequence[float]) -> int:
    return next((count for count in range(6) if all(abs(round(t, count) - t) < 1e-9 * abs(t) for t in ticks)), 6)


def _still(words: Words, numbers: Numbers, box: Bounds, plot: Bounds, ticks: Sequence[float]) -> list[DrawCommand]:
    """The grid with its numbers."""
    height = box[3] - box[1]
    found: list[DrawCommand] = []
    for tick in ticks:
        y = plot[3] - (tick - ticks[0]) / (ticks[-1] - ticks[0]) * (plot[3] - plot[1])
        paint = solid(faded(words.color, 0.4 if tick == 0.0 else 0.16))
        found.append(command(StrokeSource(line([(plot[0], y), (plot[2], y)]), paint, 0.005 * height)))
        size = 0.055 * height
        found += words.set(numbers.written(tick), size, Justify.RIGHT).moved(plot[0] - 0.4 * size, y + 0.36 * size)
    return found


def _labels(words: Words, labels: tuple[str, ...], plot: Bounds, y: float, size: float) -> list[DrawCommand]:
    found: list[DrawCommand] = []
    for number, label in enumerate(labels):
        share = number / (len(labels) - 1) if len(labels) > 1 else 0.5
        width = 0.95 * (plot[2] - plot[0]) / len(labels)
        found += words.set(label, size, width=width).moved(plot[0] + share * (plot[2] - plot[0]), y)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedLine:
    still: tuple[DrawCommand, ...]
    curve: Curve
    plot: Bounds
    low: float
    scale: float
    color: RGBA
    seconds: float
    words: Words
    numbers: Numbers
    moves: bool = True

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        count = (len(self.curve) - 1) // 3
        shown = eased(sampler.time.seconds / self.seconds) * count
        if shown <= 1e-6:
            return self.still
        drawn = cut(self.curve, shown)
        height = self.plot[3] - self.plot[1]
        width = 0.022 * height
        stroke = StrokeSource(_path(drawn), solid(self.color), width, Cap.ROUND, Join.ROUND)
        area = FillSource(self._area(drawn), downwards(self.color, self.plot[1], self.plot[3], 0.45, 0.0))
        x, y = float(drawn[-1, 0]), float(drawn[-1, 1])
        ring = FillSource(disc(x, y, 2.2 * width), solid(faded(self.color, 0.35)))
        dot = FillSource(disc(x, y, 1.2 * width), solid(self.words.color))
        return [*self.still, command(area), command(stroke), command(ring), command(dot), *self._value(x, y, height)]

    def _area(self, drawn: Curve) -> Path:
        x0, x1, bottom = drawn[0, 0], drawn[-1, 0], self.plot[3]
        corners = np.array([drawn[-1], [x1, bottom], [x0, bottom], drawn[0]])
        below = np.empty((9, 2))
        below[0::3], below[1::3], below[2::3] = corners[:-1], corners[1:], corners[1:]
        return join_contours([(np.concatenate([drawn, below]), True)])

    def _value(self, x: float, y: float, height: float) -> tuple[DrawCommand, ...]:
        value = self.low + (self.plot[3] - y) / self.scale
        size = 0.11 * height
        text = self.words.set(self.numbers.written(value), size)
        inside = min(max(x, self.plot[0] + text.width / 2), self.plot[2] - text.width / 2)
        return text.moved(inside, y - 0.6 * size)


def _path(curve: Curve) -> Path:
    return join_contours([(curve, False)])
