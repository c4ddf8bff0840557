"""A film strip of customized templates: 21 steps in one picture, each a bundled template with other values.

``tools/update_golden.py film_strip`` draws ``film_strip.png`` anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from media_support import make_clip
from numpy.typing import NDArray

import velocity_engine as ve

Pixels = NDArray[np.uint8]
EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
COLUMNS, CELL, GAP = 3, (256, 160), 4
GROUND = (24, 25, 30)


def gradient(width: int, height: int) -> Pixels:
    """A picture that shows how it is cut and turned: dark at its left top, red to the right, green to the bottom, with
    a white frame of four pixels."""
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., 0] = np.linspace(40, 250, width).astype(np.uint8)
    pixels[..., 1] = np.linspace(40, 200, height).astype(np.uint8)[:, None]
    pixels[..., 2], pixels[..., 3] = 90, 255
    for edge in (np.s_[:4], np.s_[-4:], np.s_[:, :4], np.s_[:, -4:]):
        pixels[edge] = (255, 255, 255, 255)
    return pixels


def transparent(side: int = 300) -> Pixels:
    """A disc that fades out to its edge, and is clear outside: straight alpha."""
    y, x = np.mgrid[:side, :side] / (side - 1) * 2.0 - 1.0
    alpha = np.clip(1.25 - 1.25 * np.hypot(x, y), 0.0, 1.0)
    pixels = np.zeros((side, side, 4), np.uint8)
    pixels[..., :3] = (40, 190, 255)
    pixels[..., 3] = np.rint(255 * alpha)
    return pixels


@dataclass(frozen=True, slots=True)
class Step:
    """One cell: what it shows, of which template, at which frame, with which values. ``values`` gets a folder for what
    has to be a file."""

    shows: str
    template: str
    frame: float
    values: Callable[[Path], Sequence[Mapping[str, Any]]]


def _text(layer: str, text: object, **more: Any) -> Callable[[Path], Sequence[Mapping[str, Any]]]:
    return lambda _: [{"layer": layer, "text": text, **more}]


def _texts(**texts: Any) -> Callable[[Path], Sequence[Mapping[str, Any]]]:
    return lambda _: [{"layer": layer, "text": text} for layer, text in texts.items()]


def _picture(layer: str, make: Callable[[], Pixels], **more: Any) -> Callable[[Path], Sequence[Mapping[str, Any]]]:
    return lambda _: [{"layer": layer, "image": make(), **more}]


def _values(*entries: Mapping[str, Any]) -> Callable[[Path], Sequence[Mapping[str, Any]]]:
    return lambda _: entries


def _clip(layer: str) -> Callable[[Path], Sequence[Mapping[str, Any]]]:
    return lambda folder: [
        {"layer": layer, "video": make_clip(folder / "clip.mp4", 20, size=(160, 90), left=(200, 60, 60))}
    ]


DEMO, CARD, LOWER, QUOTE = "demo.zip", "gallery/product-card.zip", "gallery/lower-third.zip", "gallery/quote.zip"
END, COUNTDOWN, CHART = "gallery/end-card.zip", "gallery/countdown.zip", "gallery/chart.zip"
FAMILY_FLAG_HEART = "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1ee\U0001f1f9 \u2764\ufe0f"
LONG = "A headline that says far more than its box was ever made for, and goes on"

STEPS = (
    Step("as it was made", DEMO, 75, _values()),
    Step("a short text", DEMO, 75, _text("Headline", "Hi")),
    Step("a long text that shrinks", DEMO, 75, _text("Headline", {"value": LONG, "fit": "shrink"})),
    Step("Arabic, right to left", DEMO, 75, _texts(Headline="مرحبا بالعالم", Tagline="قالب واحد و 3 كلمات")),
    Step("Hebrew with numbers", LOWER, 90, _texts(Name="שלום עולם 2026", Role="עברית ו-English יחד")),
    Step("emoji", DEMO, 75, _texts(Headline="Go \U0001f680 now", Tagline=FAMILY_FLAG_HEART)),
    Step("letters that no font has", DEMO, 75, _text("Headline", "Box \U000f1234\U000f1235 box")),
    Step("an empty text", DEMO, 75, _texts(Headline="", Tagline="The headline is gone")),
    Step("a text in spans", DEMO, 75, _text("Headline", [
        {"value": "now "}, {"value": "49", "size": 110, "color": "#ff8800"}, {"value": " euros", "size": 40}])),
    Step("a tall picture that covers", CARD, 75, _picture("Product", partial(gradient, 200, 600))),
    Step("a tall picture, contained", CARD, 75, _picture("Product", partial(gradient, 200, 600), fit="contain")),
    Step("a wide picture that covers", DEMO, 75, _picture("Photo", partial(gradient, 800, 160))),
    Step("a wide picture, contained", DEMO, 75, _picture("Photo", partial(gradient, 800, 160), fit="contain")),
    Step("a picture that is clear in part", CARD, 75, _picture("Product", transparent)),
    Step("a picture that fills", END, 120, _picture("First video", partial(gradient, 100, 300), fit="fill")),
    Step("colours", CARD, 75, _values(
        {"layer": "Pill", "color": "#0a7d4f"}, {"layer": "Disc", "color": "#bfe3d0"},
        {"layer": "Name", "color": "#0a7d4f"})),
    Step("hidden layers", LOWER, 90, _values(
        {"layer": "Panel", "visible": False}, {"layer": "Accent", "visible": False})),
    Step("a clip", END, 120, _clip("Second video")),
    Step("a long quote that shrinks", QUOTE, 160, _text("Quote", {"value": " ".join([LONG] * 3), "fit": "shrink"})),
    Step("an upright template", COUNTDOWN, 220, _texts(Headline="Es geht los", Detail="Straßenfest für alle")),
    Step("all at once", DEMO, 75, lambda _: [
        {"layer": "Headline", "text": "SPRING SALE"}, {"layer": "Headline", "color": "#ff8800"},
        {"layer": "Photo", "image": transparent()}, {"layer": "Backdrop", "color": "#102030"},
        {"layer": "Badge", "visible": False}]),
)  # fmt: skip


def drawn(step: Step, folder: Path) -> Pixels:
    """A step in the size of its cell: straight alpha."""
    with ve.open_template(EXAMPLES / step.template) as template:
        return ve.still(template, step.frame, CELL, customizations=list(step.values(folder))).pixels


def film_strip(folder: Path) -> Pixels:
    """All steps on an opaque ground, row by row: (h, w, 3) uint8.

    Args:
        folder: Where what has to be a file is written.
    """
    rows = -(-len(STEPS) // COLUMNS)
    width, height = (GAP + count * (side + GAP) for count, side in zip((COLUMNS, rows), CELL, strict=True))
    strip = np.empty((height, width, 3), np.uint8)
    strip[:] = GROUND
    for number, step in enumerate(STEPS):
        cell = cell_of(strip, number)
        pixels = drawn(step, folder)
        alpha = pixels[..., 3:].astype(np.float64) / 255.0
        cell[:] = np.rint(pixels[..., :3] * alpha + cell * (1.0 - alpha))
    return strip


def cell_of(strip: Pixels, number: int) -> Pixels:
    """The part of a strip that shows a step; what is written to it is written to the strip."""
    left, top = (GAP + at * (side + GAP) for at, side in zip((number % COLUMNS, number // COLUMNS), CELL, strict=True))
    return strip[top : top + CELL[1], left : left + CELL[0]]
