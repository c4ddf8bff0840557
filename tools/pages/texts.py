"""Text animators: what they change, and how they select characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from examples.authoring import Json, still, text, transform
from pages.looks import Look
from pages.scenes import CORAL, INK, Scene, ground, mask, scene

WORDS = "Motion is"
LINES = "Motion is\rmeaning"

# By the field of the engine's TextStyle: what is written in a document, and its picture's value.
PROPERTIES: Mapping[str, tuple[Look, Json]] = {
    "position": (Look("Position", "Moves the characters."), {"p": (0, -60)}),
    "anchor": (Look("Anchor Point", "Moves the point about which the characters turn."), {"a": (0, 40), "r": 50}),
    "scale": (Look("Scale", "Makes the characters larger or smaller."), {"s": (170, 170)}),
    "rotation": (Look("Rotation", "Turns the characters."), {"r": 60}),
    "rotation_x": (Look("X Rotation", "Turns the characters about a level axis, in space."), {"rx": 75}),
    "rotation_y": (Look("Y Rotation", "Turns the characters about an upright axis, in space."), {"ry": 75}),
    "skew": (Look("Skew", "Slants the characters."), {"sk": 45}),
    "skew_axis": (Look("Skew Axis", "Says along which direction they are slanted."), {"sk": 35, "sa": 90}),
    "opacity": (Look("Opacity", "Fades the characters."), {"o": 0}),
    "fill": (Look("Fill Color", "Paints the characters in another colour."), {"fc": (0.95, 0.36, 0.33, 1)}),
    "fill_hue": (Look("Fill Hue", "Turns the hue of the fill."), {"fc": (0.95, 0.36, 0.33, 1), "fh": 200}),
    "fill_saturation": (
        Look("Fill Saturation", "Makes the fill stronger or greyer."), {"fc": (0.62, 0.5, 0.48, 1), "fs": 100}),
    "fill_brightness": (Look("Fill Brightness", "Makes the fill brighter or darker."), {"fb": 80}),
    "fill_opacity": (Look("Fill Opacity", "Fades the fill alone; the stroke stays."), {"fo": 0}),
    "stroke": (Look("Stroke Color", "Paints the stroke in another colour."), {"sc": (1, 0.77, 0.24, 1)}),
    "stroke_width": (Look("Stroke Width", "Makes the stroke wider."), {"sw": 8}),
    "stroke_opacity": (Look("Stroke Opacity", "Fades the stroke alone."), {"so": 0}),
    "tracking": (Look("Tracking", "Moves the characters apart or together."), {"t": 14}),
    "line_spacing": (Look("Line Spacing", "Moves the lines apart."), {"ls": (0, 46)}),
    "line_anchor": (Look("Line Anchor", "Says from which side tracking spreads a line."), {"t": 10, "la": 100}),
    "blur": (Look("Blur", "Blurs the characters, each by itself."), {"bl": (24, 24)}),
    "character_offset": (Look("Character Offset", "Shows letters further on in the alphabet."), {"co": 5}),
    "character_value": (Look("Character Value", "Shows one certain character by its number."), {"cv": 42}),
}  # fmt: skip
STROKED = ("fill_opacity", "stroke", "stroke_width", "stroke_opacity")
TWO_LINES = ("line_spacing", "line_anchor")

SHAPES: Mapping[int, Look] = {
    1: Look("Square", "All characters of the range fully, the others not at all."),
    2: Look("Ramp Up", "From not at all at the start to fully at the end."),
    3: Look("Ramp Down", "From fully at the start to not at all at the end."),
    4: Look("Triangle", "Most in the middle, evenly less towards both ends."),
    5: Look("Round", "Most in the middle, along a half circle."),
    6: Look("Smooth", "Most in the middle, along a soft curve."),
}
BASES: Mapping[int, Look] = {
    1: Look("Characters", "Each character counts."),
    2: Look("Characters without spaces", "Each character counts, but not the spaces between words."),
    3: Look("Words", "A word is selected as a whole."),
    4: Look("Lines", "A line is selected as a whole."),
}
OTHERS: Mapping[str, Look] = {
    "random": Look("Randomized order", "The range takes the characters in an order by chance, always the same one."),
    "wiggly": Look("Wiggly selector", "Amounts that wander by chance; a document by hand can have it, since Bodymovin "
                   "leaves it out."),
    "expression": Look("Expression selector", "JavaScript says how much of each character is selected."),
    "path": Look("Text on a path", "The text follows a mask of its layer."),
}  # fmt: skip


def _range(shape: int = 2, *, based_on: int = 1, start: float = 0, end: float = 100, randomized: bool = False) -> Json:
    return {
        "t": 0, "s": still(start), "e": still(end), "o": still(0), "a": still(100), "b": based_on,
        "rn": int(randomized), "sh": shape, "r": 1, "ne": still(0), "xe": still(0), "sm": still(100), "m": 1,
    }  # fmt: skip


def _animated(changes: Mapping[str, Any], selector: Json, words: str = WORDS, *, stroked: bool = False) -> Scene:
    lines = words.count("\r")
    layer = text("Words", words, transform((240, 158 - 32 * lines)), 76, color=INK, justify=2)
    if stroked:
        layer["t"]["d"]["k"][0]["s"].update({"sc": list(CORAL), "sw": 4})
    style = {key: still(value) for key, value in changes.items()}
    layer["t"]["a"] = [{"nm": "Animator", "s": selector, "a": style}]
    return scene([layer, ground()])


def changed(name: str) -> Scene:
    """A property under a selection that grows from character to character."""
    words = LINES if name in TWO_LINES else WORDS
    selector = _range(1, start=55) if name == "character_value" else _range()
    return _animated(PROPERTIES[name][1], selector, words, stroked=name in STROKED)


def shaped(shape: int) -> Scene:
    return _animated({"p": (0, -56), "fc": (*CORAL, 1)}, _range(shape, start=10, end=90), "Selection")


def based(number: int) -> Scene:
    return _animated({"p": (0, -20), "fc": (*CORAL, 1)}, _range(1, based_on=number, end=50), "All in due\rtime now")


def other(key: str) -> Scene:
    lift = {"p": (0, -50), "fc": (*CORAL, 1)}
    if key == "random":
        return _animated(lift, _range(2, randomized=True))
    if key == "wiggly":
        selector = {"t": 2, "mx": still(100), "mn": still(-100), "wf": still(2), "co": still(20), "tp": still(0),
                    "sp": still(0), "b": 1, "m": 1, "ld": 0, "rs": 4}  # fmt: skip
        return _animated(lift, selector)
    if key == "expression":
        code = "var $bm_rt = textIndex % 2 == 0 ? 100 : 0;"
        return _animated(lift, {"t": 1, "x": code, "b": 1})
    return _on_path()


def _on_path() -> Scene:
    layer = text("Words", "All the way round the hill and back", transform((0, 0)), 30, color=INK)
    curve: dict[str, Sequence[Sequence[float]]] = {
        "v": [[30, 210], [240, 90], [450, 210]], "i": [[0, 0], [-80, 0], [-60, -90]], "o": [[60, -90], [80, 0], [0, 0]],
    }  # fmt: skip
    layer.update(hasMask=True, masksProperties=[mask({"a": 0, "k": {"c": False, **curve}}, "n")])
    none = still(0)
    layer["t"]["p"] = {"m": 0, "f": none, "l": none, "r": none, "p": still(1), "a": none}
    return scene([layer, ground()])
