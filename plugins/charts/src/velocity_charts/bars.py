"""A bar chart: the bars grow one after the other, and their numbers count with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_charts.look import COLOR, PALETTE, STYLE, VALUE, Numbers, Words, color_of, downwards, eased, faded, solid
from velocity_charts.shapes import line, rounded_box
from velocity_engine.display import RGBA, DrawCommand, FillSource, StrokeSource, command
from velocity_engine.model.geometry import Bounds
from velocity_engine.model.layers import Layer, PluginContent
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler

MAX_BARS = 60

DATA_SCHEMA: dict[str, Any] = {
    "title": "Bar chart",
    "description": "Bars that grow, with their numbers.",
    "type": "object",
    "properties": {
        "bars": {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_BARS,
            "description": "The bars from left to right",
            "items": {
                "type": "object",
                "properties": {
                    "value": {**VALUE, "description": "How high it is"},
                    "label": {"type": "string", "maxLength": 100, "description": "What stands below it"},
                    "color": COLOR,
                },
                "required": ["value"],
                "additionalProperties": False,
            },
        },
        "color": {**COLOR, "description": "The colour of bars that have none; without it each has another"},
        **STYLE,
    },
    "required": ["bars"],
    "additionalProperties": False,
    "examples": [
        {
            "title": "Sales by year",
            "bars": [{"label": "2023", "value": 42}, {"label": "2024", "value": 57, "color": "#ff7a59"}],
            "suffix": " k",
        },
        {"bars": [{"value": -3.5}, {"value": 8}], "color": "#37c28b", "seconds": 0.8},
    ],
}


class BarChart:
    key = "bar-chart"
    lottie_types: tuple[int, ...] = ()
    data_schema: Mapping[str, Any] = DATA_SCHEMA

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, PluginContent)
        data = layer.content.data
        bars = tuple(
            Bar(
                float(bar["value"]),
                bar.get("label", ""),
                color_of(bar.get("color", data.get("color")), PALETTE[number % len(PALETTE)]),
            )
            for number, bar in enumerate(data["bars"])
        )
        return PreparedBars(
            box=context.box(layer),
            bars=bars,
            title=data.get("title", ""),
            seconds=float(data.get("seconds", 1.5)),
            words=Words.of(data, context.typesetter(layer)),
            numbers=Numbers.of(data, [bar.value for bar in bars]),
        )


@dataclass(frozen=True, slots=True)
class Bar:
    value: float
    label: str
    color: RGBA


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedBars:
    box: Bounds
    bars: tuple[Bar, ...]
    title: str
    seconds: float
    words: Words
    numbers: Numbers
    moves: bool = True

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        left, top, right, bottom = self.box
        height = bottom - top
        values = [bar.value for bar in self.bars]
        low, high = min(0.0, *values), max(0.0, *values)
        upper = top + (0.27 if self.title else 0.12) * height
        lower = bottom - (0.12 if any(bar.label for bar in self.bars) else 0.02) * height
        lower -= 0.1 * height if low < 0.0 else 0.0
        scale = (lower - upper) / ((high - low) or 1.0)
        ground = lower + low * scale
        found: list[DrawCommand] = []
        if self.title:
            found += self.words.set(self.title, 0.1 * height, width=right - left).moved(
                (left + right) / 2, top + 0.1 * height
            )
        for number, bar in enumerate(self.bars):
            found += self._bar(bar, number, self._grown(number, sampler.time.seconds), ground, scale)
        axis = StrokeSource(
            line([(left, ground), (right, ground)]), solid(faded(self.words.color, 0.5)), 0.006 * height
        )
        return [*found, command(axis)]

    def _grown(self, number: int, seconds: float) -> float:
        """How much of a bar there is: each begins a little after the one before it."""
        share = seconds / self.seconds
        wait = 0.5 * number / len(self.bars)
        return eased((share - wait) / 0.5)

    def _bar(self, bar: Bar, number: int, grown: float, ground: float, scale: float) -> list[DrawCommand]:
        left, top, right, bottom = self.box
        height, slot = bottom - top, (right - left) / len(self.bars)
        middle, half = left + (number + 0.5) * slot, 0.31 * slot
        end = ground - bar.value * grown * scale
        box = (middle - half, min(end, ground), middle + half, max(end, ground))
        radius = 0.22 * half
        found: list[DrawCommand] = []
        if box[3] - box[1] > 0.01:
            path = rounded_box(box, radius, 0.0) if bar.value > 0 else rounded_box(box, 0.0, radius)
            found.append(command(FillSource(path, downwards(bar.color, box[1], box[3], 1.0, 0.75))))
        if grown > 0.0:
            size = min(0.08 * height, 0.5 * slot)
            written = self.words.set(self.numbers.written(bar.value * grown), size, width=0.95 * slot)
            found += written.moved(middle, end - 0.35 * size if bar.value >= 0 else end + 1.05 * size)
        if bar.label:
            label = self.words.set(bar.label, min(0.065 * height, 0.4 * slot), width=0.95 * slot)
            found += label.moved(middle, bottom - 0.025 * height)
        return found
