"""Layer styles, blend modes, mattes, masks and fits: each with a sentence and a picture."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from examples.authoring import Json, ellipse, gradient, group, picture, rectangle, shape, still, stroke, text, transform
from examples.pictures import NIGHT, encoded, landscape
from pages.scenes import (
    CENTRE,
    CORAL,
    INK,
    SEA,
    SUN,
    Scene,
    caption,
    glow,
    ground,
    mask,
    oval,
    photo,
    scene,
)


@dataclass(frozen=True, slots=True)
class Look:
    title: str
    sentence: str


BLENDS: Mapping[int, Look] = {
    0: Look("Normal", "The layer covers what is below it."),
    1: Look("Multiply", "Colours are multiplied: white does nothing, all else darkens."),
    2: Look("Screen", "The opposites are multiplied: black does nothing, all else brightens."),
    3: Look("Overlay", "Multiplies where the ground is dark, and screens where it is bright."),
    4: Look("Darken", "The darker of both, for each channel."),
    5: Look("Lighten", "The brighter of both, for each channel."),
    6: Look("Color Dodge", "Brightens the ground the more, the brighter the layer is."),
    7: Look("Color Burn", "Darkens the ground the more, the darker the layer is."),
    8: Look("Hard Light", "Multiplies where the layer is dark, and screens where it is bright."),
    9: Look("Soft Light", "A gentle hard light, as of a diffuse lamp."),
    10: Look("Difference", "How far the colours lie apart."),
    11: Look("Exclusion", "A difference with less contrast."),
    12: Look("Hue", "The hue of the layer with the saturation and luminosity of the ground."),
    13: Look("Saturation", "The saturation of the layer with the hue and luminosity of the ground."),
    14: Look("Color", "The hue and saturation of the layer with the luminosity of the ground."),
    15: Look("Luminosity", "The luminosity of the layer with the hue and saturation of the ground."),
    16: Look("Add", "The sum of both, for each channel."),
    17: Look("Hard Mix", "Each channel is all or nothing: eight colours remain."),
}

STYLES: Mapping[str, tuple[Look, Json]] = {
    "drop-shadow": (
        Look("Drop Shadow", "A soft shadow below the layer."),
        {"ty": 1, "c": (0, 0, 0, 1), "o": 60, "a": 120, "s": 16, "d": 14, "ch": 0, "bm": 1, "no": 0, "lc": 1},
    ),
    "inner-shadow": (
        Look("Inner Shadow", "A shadow of the layer's surroundings on it, as if it were cut out."),
        {"ty": 2, "c": (0, 0, 0, 1), "o": 75, "a": 120, "s": 8, "d": 6, "ch": 0, "bm": 1, "no": 0},
    ),
    "outer-glow": (
        Look("Outer Glow", "Light around the layer."),
        {"ty": 3, "c": (1, 0.6, 0, 1), "o": 100, "s": 22, "r": 50, "ch": 8, "bm": 1, "no": 0, "j": 0},
    ),
    "inner-glow": (
        Look("Inner Glow", "Light on the layer, from its edge or from its centre."),
        {"ty": 4, "c": (1, 0.95, 0.6, 1), "o": 95, "s": 10, "r": 50, "ch": 0, "bm": 1, "no": 0, "j": 0, "sr": 1},
    ),
    "bevel": (
        Look("Bevel and Emboss", "Edges that are lit on one side and shaded on the other."),
        {
            "ty": 5, "bs": 2, "bt": 1, "sr": 100, "bd": 1, "s": 9, "so": 30, "ga": 0, "a": 120, "ll": 30, "hm": 11,
            "hc": (1, 1, 1, 1), "ho": 85, "sm": 5, "sc": (0, 0, 0, 1),
        },
    ),
    "satin": (
        Look("Satin", "Folds of light and shade within the layer's shape."),
        {"ty": 6, "bm": 5, "c": (0.2, 0, 0.1, 1), "o": 70, "a": 19, "d": 9, "s": 10, "in": 1},
    ),
    "color-overlay": (
        Look("Color Overlay", "One colour over the layer, with an opacity and a blend mode."),
        {"ty": 7, "c": (0.1, 0.5, 0.56, 1), "o": 100, "bm": 1, "so": 0},
    ),
    "gradient-overlay": (
        Look("Gradient Overlay", "A gradient over the layer: linear, radial, angle, reflected or diamond."),
        {"ty": 8, "bm": 1, "o": 100, "gs": 100, "a": 0, "gt": 1, "re": 0, "al": 1, "s": 100, "of": (0, 0)},
    ),
    "stroke": (
        Look("Stroke", "A line around the layer's shape."),
        {"ty": 0, "c": (0.09, 0.1, 0.2, 1), "s": 5},
    ),
}  # fmt: skip

MASKS: Mapping[str, Look] = {
    "n": Look("None", "The mask cuts nothing; effects and texts may still follow its path."),
    "a": Look("Add", "What the mask covers is shown as well."),
    "s": Look("Subtract", "What the mask covers is cut away."),
    "i": Look("Intersect", "Only what the mask and those above it cover together is shown."),
    "l": Look("Lighten", "The greater of both coverages; it differs from Add where masks are partly clear."),
    "d": Look("Darken", "The lesser of both coverages; it differs from Intersect where masks are partly clear."),
    "f": Look("Difference", "What one of them covers, but not both."),
}

MATTES: Mapping[int, Look] = {
    1: Look("Alpha", "The layer is shown where its matte is opaque."),
    2: Look("Alpha inverted", "The layer is shown where its matte is clear."),
    3: Look("Luma", "The layer is shown where its matte is bright."),
    4: Look("Luma inverted", "The layer is shown where its matte is dark."),
}

FITS: Mapping[str, Look] = {
    "cover": Look("cover", "The picture fills the box and keeps its shape; what stands over is cut off."),
    "contain": Look("contain", "The whole picture is shown and keeps its shape; the rest of the box is clear."),
    "fill": Look("fill", "The picture is stretched to the box."),
    "none": Look("none", "The picture keeps its pixels, in the middle of the box."),
}

TEXT_FITS: Mapping[str | None, Look] = {
    None: Look("Without a fit", "The text keeps its size, and breaks into lines within its box."),
    "shrink": Look("shrink", "The text becomes smaller until all of it has room."),
    "wrap": Look("wrap", "The text breaks into lines, also where it was one line; those without room are left out."),
    "clip": Look("clip", "The text stays as it is, and is cut off at the edge of its room."),
}


def blend(mode: int) -> Scene:
    stops = ((0.0, SUN), (0.5, CORAL), (1.0, SEA))
    disc = group(ellipse((200, 200)), gradient(stops, (-100, -40), (100, 40)))
    return scene([shape("Disc", transform((240, 140)), disc, bm=mode), photo()])


def style(key: str) -> Scene:
    look, values = STYLES[key]
    entry: Json = {"nm": look.title, **{k: v if k == "ty" else still(v) for k, v in values.items()}}
    if key == "gradient-overlay":
        numbers = [number for at, color in ((0, SUN), (0.5, CORAL), (1, SEA)) for number in (at, *color)]
        entry["gf"] = {"p": 3, "k": still(numbers)}
    return scene([caption(size=96, sy=[entry]), ground()])


def mask_mode(mode: str) -> Scene:
    """A first mask on the left, which adds; a second on the right, with the mode. Both are a quarter clear."""
    left, right = oval((190, 135), 210, 210), oval((300, 135), 210, 210)
    masks = [mask(left, opacity=75), mask(right, mode, opacity=75)]
    return scene([photo(hasMask=True, masksProperties=masks), ground()])


def mask_edges() -> Mapping[str, tuple[Look, Scene]]:
    ring = oval(CENTRE, 300, 200)
    made = {
        "feather": (Look("Feather", "The edge is soft, by so many pixels."), mask(ring, feather=60)),
        "expansion": (Look("Expansion", "The edge lies so many pixels further out (or in)."), mask(ring, expansion=24)),
        "inverted": (Look("Inverted", "The mask covers what lies outside of its path."), mask(ring, inverted=True)),
    }
    return {
        key: (look, scene([photo(hasMask=True, masksProperties=[one]), ground()])) for key, (look, one) in made.items()
    }


def matte(mode: int) -> Scene:
    shown = glow((1.0, 1.0, 1.0), CENTRE, 250) if mode > 2 else caption("MATTE", 120)
    return scene([{**shown, "td": 1}, photo(tt=mode), ground()])


@cache
def _tall() -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(encoded(landscape(150, 220, NIGHT))).decode()}"


def fit(key: str) -> Scene:
    """A tall picture in a wide box, whose edge is drawn."""
    box = (300, 170)
    frame = shape("Box", transform(CENTRE), group(rectangle(*box), stroke(CORAL, 3)))
    own = transform(CENTRE, anchor=(240, 135), scale=(box[0] / 4.8, box[1] / 2.7))
    made = scene([frame, picture("Photo", own, "photo"), ground()])
    entry = {"layer": "Photo", "image": {"data": _tall()}, "fit": key}
    return Scene(document=made.document, customizations=[entry])


def text_fit(key: str | None) -> Scene:
    """A long text in the place of a short one, in a box whose edge is drawn."""
    left, top, width, height = 110, 85, 260, 100
    words = text("Words", "Short", transform((left, top)), 44, color=INK)
    words["t"]["d"]["k"][0]["s"].update({"sz": [width, height], "ps": [0, 0]})
    frame = shape("Box", transform(CENTRE), group(rectangle(width, height), stroke(CORAL, 3)))
    made = scene([frame, words, ground()])
    value: dict[str, Any] = {"value": "A headline that turned out longer than planned"}
    entry = {"layer": "Words", "text": value if key is None else {**value, "fit": key}}
    return Scene(document=made.document, customizations=[entry], overflows=key in (None, "clip"))
