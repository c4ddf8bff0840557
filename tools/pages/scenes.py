"""Small templates that show one thing each: a subject, what is done to it, and a ground."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from examples.authoring import (
    Json,
    document,
    ellipse,
    fill,
    gradient,
    group,
    picture,
    rectangle,
    shape,
    still,
    transform,
)
from examples.authoring import text as words
from examples.pictures import MORNING, disc, encoded, landscape

SIZE = (480, 270)
CENTRE = (240, 135)
INK, CREAM, SUN, CORAL, SEA = (
    (0.09, 0.1, 0.2),
    (0.97, 0.95, 0.91),
    (1.0, 0.77, 0.24),
    (0.95, 0.36, 0.33),
    (0.1, 0.5, 0.56),
)


class Subject(Enum):
    """What an effect is shown on."""

    PHOTO = "photo"
    DISC = "disc"
    WORDS = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A document, the frame that shows it best, and replacements. ``overflows``: it shows a text without room, which
    the engine tells by a finding."""

    document: Json
    frame: float = 0
    customizations: Sequence[dict[str, Any]] = field(default_factory=tuple)
    overflows: bool = False


@cache
def _photo() -> str:
    return _embedded(encoded(landscape(*SIZE, MORNING), quality=92), "jpeg")


@cache
def _disc() -> str:
    return _embedded(encoded(disc(220, 220, MORNING), "PNG"), "png")


def _embedded(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def assets() -> list[Json]:
    """The two pictures, each embedded, so that a document is whole by itself."""
    return [
        {"id": "photo", "w": 480, "h": 270, "u": "", "p": _photo(), "e": 1},
        {"id": "disc", "w": 220, "h": 220, "u": "", "p": _disc(), "e": 1},
    ]


def photo(**more: Any) -> Json:
    return picture("Photo", transform(CENTRE, anchor=CENTRE), "photo", **more)


def round_photo(**more: Any) -> Json:
    return picture("Disc", transform(CENTRE, anchor=(110, 110)), "disc", **more)


def caption(value: str = "Velocity", size: float = 84, *, color: Sequence[float] = CORAL, **more: Any) -> Json:
    return {**words("Words", value, transform((240, 164)), size, color=color, justify=2), **more}


def subject(kind: Subject, **more: Any) -> Json:
    made = {Subject.PHOTO: photo, Subject.DISC: round_photo, Subject.WORDS: caption}
    return made[kind](**more)


def ground(color: Sequence[float] = CREAM) -> Json:
    return shape("Ground", transform(CENTRE), group(rectangle(*SIZE), fill(color)))


def glow(color: Sequence[float], place: Sequence[float], size: float) -> Json:
    """A round light that fades to nothing dark: what blend modes and luma mattes can be seen on."""
    stops = ((0.0, color), (1.0, (0.0, 0.0, 0.0)))
    return shape(
        "Light", transform(place), group(ellipse((size, size)), gradient(stops, (0, 0), (size / 2, 0), radial=True))
    )


def hidden(entry: Json) -> Json:
    """A layer that is only looked at by others."""
    return {**entry, "hd": True}


def scene(layers: Sequence[Json], *, frame: float = 0, rate: float = 30) -> Scene:
    return Scene(document=document("Picture", SIZE, 60, layers, assets=assets(), rate=rate), frame=frame)


def with_effects(kind: Subject, entries: Sequence[Json], *below: Json, **more: Any) -> Scene:
    """The subject with effects, over layers that they may read and a ground."""
    return scene([subject(kind, ef=list(entries), **more), *below, ground()])


def effect(match_name: str, parameters: Sequence[tuple[int, Any]], numbers: Sequence[int] | None = None) -> Json:
    """``parameters`` as Bodymovin writes them: (type, value) in the order of After Effects; ``numbers`` are those of
    their match names."""
    controls = [
        {"ty": kind, "nm": f"Control {number}", "mn": f"{match_name}-{number:04}", "ix": at, "v": still(value)}
        for at, ((kind, value), number) in enumerate(zip(parameters, numbers or range(1, 100), strict=False), 1)
    ]
    return {"ty": 5, "nm": match_name, "mn": match_name, "np": len(controls) + 2, "ix": 1, "en": 1, "ef": controls}


def outline(points: Sequence[Sequence[float]], *, closed: bool = True) -> Json:
    """A polygon as a still path property."""
    none = [[0.0, 0.0] for _ in points]
    return {"a": 0, "k": {"c": closed, "v": [list(point) for point in points], "i": none, "o": none}}


def oval(centre: Sequence[float], width: float, height: float) -> Json:
    """An ellipse of four curves as a still path property."""
    (x, y), w, h, bend = centre, width / 2, height / 2, 0.5523
    return {
        "a": 0,
        "k": {
            "c": True,
            "v": [[x, y - h], [x + w, y], [x, y + h], [x - w, y]],
            "i": [[-w * bend, 0], [0, -h * bend], [w * bend, 0], [0, h * bend]],
            "o": [[w * bend, 0], [0, h * bend], [-w * bend, 0], [0, -h * bend]],
        },
    }


def mask(
    path: Json,
    mode: str = "a",
    *,
    feather: float = 0,
    expansion: float = 0,
    inverted: bool = False,
    opacity: float = 100,
) -> Json:
    return {
        "inv": inverted, "mode": mode, "pt": path, "o": still(opacity), "x": still(expansion),
        "f": still((feather, feather)), "nm": "Mask",
    }  # fmt: skip
