"""What all of them share: colours, words, numbers, how things grow, and the parts of the data that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from velocity_engine.display import COLOR_SCHEMA, RGBA, GradientPaint, SolidPaint, rgba
from velocity_engine.model.shapes import GradientKind
from velocity_engine.model.text import Justify, TextDocument
from velocity_engine.typesetting import SetText, Typesetter

PALETTE = tuple(map(rgba, ("#4f8cff", "#ff7a59", "#37c28b", "#f5b53d", "#a06bff", "#f2617a")))
FONT = "Inter-Bold"

COLOR = {**COLOR_SCHEMA, "description": "Its colour"}
STYLE: dict[str, Any] = {
    "title": {"type": "string", "maxLength": 200, "description": "What stands above it"},
    "textColor": {**COLOR_SCHEMA, "description": "The colour of words and numbers, white by default"},
    "font": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The font of words and numbers"},
    "seconds": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 600,
        "description": "How many seconds it takes to appear, 1.5 by default",
    },
    "prefix": {"type": "string", "maxLength": 20, "description": "What stands before each number, such as $"},
    "suffix": {"type": "string", "maxLength": 20, "description": "What stands behind each number, such as %"},
    "decimals": {"type": "integer", "minimum": 0, "maximum": 6, "description": "How many decimals numbers have"},
}
VALUE = {"type": "number", "minimum": -1e12, "maximum": 1e12}


def color_of(text: str | None, default: RGBA) -> RGBA:
    return default if text is None else rgba(text)


def eased(share: float) -> float:
    """0 to 1: fast at first, and slower towards the end."""
    rest = 1.0 - min(max(share, 0.0), 1.0)
    return 1.0 - rest * rest * rest


def faded(color: RGBA, opacity: float) -> RGBA:
    return (*color[:3], color[3] * opacity)


def downwards(color: RGBA, top: float, bottom: float, upper: float, lower: float) -> GradientPaint:
    """From top to bottom: ``color`` with the opacities ``upper`` and ``lower``."""
    stops = np.array([[0.0, *faded(color, upper)], [1.0, *faded(color, lower)]])
    return GradientPaint(GradientKind.LINEAR, (0.0, top), (0.0, bottom), (0.0, top), stops)


def solid(color: RGBA) -> SolidPaint:
    return SolidPaint(color)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are written."""

    prefix: str
    suffix: str
    decimals: int

    @classmethod
    def of(cls, data: Mapping[str, Any], values: list[float]) -> Numbers:
        """As the data says; without a word, with a decimal where the values have some."""
        needed = 0 if all(float(value).is_integer() for value in values) else 1
        return cls(data.get("prefix", ""), data.get("suffix", ""), data.get("decimals", needed))

    def written(self, value: float) -> str:
        text = f"{abs(value):,.{self.decimals}f}"
        minus = "\u2212" if value < 0 and any(digit in text for digit in "123456789") else ""
        return f"{minus}{self.prefix}{text}{self.suffix}"


@dataclass(frozen=True, slots=True)
class Words:
    """Sets words in one font and colour."""

    setter: Typesetter
    font: str
    color: RGBA

    @classmethod
    def of(cls, data: Mapping[str, Any], setter: Typesetter) -> Words:
        return cls(setter, data.get("font", FONT), rgba(data.get("textColor", "#ffffff")))

    def set(self, text: str, size: float, justify: Justify = Justify.CENTER, width: float | None = None) -> SetText:
        """A line of text, smaller where it would be wider than ``width``."""
        document = TextDocument(text=text, font=self.font, size=size, fill=self.color, justify=justify)
        found = self.setter.set(document)
        if width is None or found.width <= width:
            return found
        smaller = TextDocument(
            text=text, font=self.font, size=size * width / found.width, fill=self.color, justify=justify
        )
        return self.setter.set(smaller)
