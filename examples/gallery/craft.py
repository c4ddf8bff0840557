"""What the templates of the gallery share: a palette, easings, and parts that move well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from examples.authoring import Json, Numbers, fill, group, paced, shape, still, text, transform

INK, NIGHT, PLUM = (0.071, 0.078, 0.165), (0.043, 0.047, 0.11), (0.25, 0.13, 0.36)
CREAM, WHITE, SLATE = (0.992, 0.965, 0.918), (1.0, 1.0, 1.0), (0.36, 0.38, 0.48)
CORAL, SUN, SEA = (0.949, 0.361, 0.329), (1.0, 0.773, 0.239), (0.102, 0.498, 0.557)

# Cubic curves from one key to the next: x1, y1, x2, y2.
ARRIVE = (0.16, 1.0, 0.3, 1.0)
LEAVE = (0.7, 0.0, 0.84, 0.0)
TRAVEL = (0.65, 0.0, 0.35, 1.0)
SPRING = (0.34, 1.5, 0.64, 1.0)
EVEN = (0.333, 0.333, 0.667, 0.667)
REST = EVEN
ASCENT = 0.727  # of Inter, as a share of its size


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A template: its document, the files of its ZIP, and an order that shows what can be replaced. ``use`` says in a
    sentence what it is for; ``poster`` is the frame to show where nothing moves."""

    name: str
    title: str
    use: str
    document: Json
    files: dict[str, bytes] = field(default_factory=dict)
    order: Sequence[dict[str, Any]] = ()
    poster: int = 0


def enters(at: float, start: Any, end: Any, length: float = 24, ease: Numbers = ARRIVE) -> Json:
    """One move that then rests."""
    return paced((at, start, ease), (at + length, end, REST))


def enters_and_leaves(spans: Sequence[float], hidden: Any, shown: Any, ease: Numbers = ARRIVE) -> Json:
    """``spans``: the frames at which it comes, is there, goes, is gone."""
    a, b, c, d = spans
    return paced((a, hidden, ease), (b, shown, REST), (c, shown, LEAVE), (d, hidden, REST))


def bar(name: str, place: Any, width: Json | float, height: float, color: Numbers, roundness: float = 0) -> Json:
    """A bar that grows to the right from ``place``, the middle of its left edge."""
    size = _sized(width, height)
    return shape(name, transform(place), group({**size, "r": still(roundness)}, fill(color)))


def _sized(width: Json | float, height: float) -> Json:
    if not isinstance(width, dict):
        return {"ty": "rc", "d": 1, "p": still((width / 2, 0)), "s": still((width, height))}
    sizes, places = [], []
    for key in width["k"]:
        rest = {k: _twice(v) for k, v in key.items() if k in "oi"}
        sizes.append({"t": key["t"], "s": [key["s"][0], height], **rest})
        places.append({"t": key["t"], "s": [key["s"][0] / 2, 0], **rest})
    return {"ty": "rc", "d": 1, "p": {"a": 1, "k": places}, "s": {"a": 1, "k": sizes}}


def _twice(handle: Json) -> Json:
    return {axis: [values[0], values[0]] for axis, values in handle.items()}


def line(name: str, words: str, place: Any, size: float, color: Numbers, **style: Any) -> Json:
    """One line from ``place``, its baseline. ``style``: ``bold``, ``justify``, ``tracking``, ``opacity``, ``scale``."""
    own = transform(place, opacity=style.get("opacity", 100), scale=style.get("scale", (100, 100)))
    font = "Inter-Bold" if style.get("bold", True) else "Inter-Regular"
    made = text(name, words, own, size, font=font, color=color, justify=style.get("justify", 0))
    document = made["t"]["d"]["k"][0]["s"]
    document["tr"] = style.get("tracking", -10 if size > 40 else 0)
    return made


def boxed(made: Json, width: float, height: float, leading: float | None = None) -> Json:
    """The line as a text in a box, whose top left corner is its place."""
    document = made["t"]["d"]["k"][0]["s"]
    document.update({"sz": [width, height], "ps": [0, 0]})
    if leading is not None:
        document["lh"] = leading
    return made


def roomy(made: Json, width: float) -> Json:
    """The line in a box of this width around it, so that a longer text with "fit": "shrink" uses all of the room."""
    document = made["t"]["d"]["k"][0]["s"]
    document.update({"sz": [width, 1.3 * document["s"]], "ps": [0, -ASCENT * document["s"]]})
    return made


def rises(made: Json, at: float, length: float = 26, *, by: int = 1, distance: float = 40) -> Json:
    """The text comes up and into sight, by characters (``by`` 1), words (3) or lines (4). It takes as long whatever
    the text is replaced by."""
    moved = paced((at, -100, TRAVEL), (at + length, 100, REST))
    selector = {
        "t": 0, "s": still(0), "e": still(100), "o": moved, "a": still(100),
        "b": by, "rn": 0, "sh": 2, "r": 1, "ne": still(0), "xe": still(60), "sm": still(100), "m": 1,
    }  # fmt: skip
    style = {"p": still((0, distance)), "o": still(0)}
    made["t"]["a"] = [{"nm": "Rise", "s": selector, "a": style}]
    return made


def oval(diameter: Json | float) -> Json:
    """An ellipse whose diameter may move."""
    if not isinstance(diameter, dict):
        return {"ty": "el", "d": 1, "p": still((0, 0)), "s": still((diameter, diameter))}
    sizes = [
        {**key, "s": [key["s"][0]] * 2, **{k: _twice(v) for k, v in key.items() if k in "oi"}} for key in diameter["k"]
    ]
    return {"ty": "el", "d": 1, "p": still((0, 0)), "s": {"a": 1, "k": sizes}}


def soft(radius: float) -> Json:
    """A Gaussian blur, for shadows."""
    controls = [(0, radius), (7, 1), (7, 0)]
    parts = [
        {"ty": kind, "nm": "Blur", "mn": f"ADBE Gaussian Blur 2-{number:04}", "ix": number, "v": still(value)}
        for number, (kind, value) in enumerate(controls, 1)
    ]
    return {"ty": 29, "nm": "Gaussian Blur", "mn": "ADBE Gaussian Blur 2", "np": 5, "ix": 1, "en": 1, "ef": parts}
