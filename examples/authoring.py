"""Small functions that write Lottie documents by hand, as the bundled template and the benchmarks need them.

Lottie specification, sections "Properties", "Layers" and "Shapes". Times are frames, colours RGB from 0 to 1.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Numbers = Sequence[float]
FONTS = Path(__file__).resolve().parent.parent / "velocity_engine" / "fonts"
_DATE = (2026, 1, 1, 0, 0, 0)  # in every ZIP, so that the same template is the same file


# --- properties -----------------------------------------------------------------------------------------------------


def still(value: float | Numbers) -> Json:
    return {"a": 0, "k": list(value) if isinstance(value, Sequence) else value}


def moving(*keys: tuple[float, float | Numbers], ease: float = 0.4) -> Json:
    """Keyframes of (frame, value) with a symmetric easing; 0 is linear."""
    frames: list[Json] = []
    for at, (frame, value) in enumerate(keys):
        numbers = list(value) if isinstance(value, Sequence) else [value]
        key: Json = {"t": frame, "s": numbers}
        if at < len(keys) - 1:
            key["o"] = {"x": [ease] * len(numbers), "y": [0.0] * len(numbers)}
            key["i"] = {"x": [1 - ease] * len(numbers), "y": [1.0] * len(numbers)}
        frames.append(key)
    return {"a": 1, "k": frames}


def paced(*keys: tuple[float, float | Numbers, Numbers]) -> Json:
    """Keyframes of (frame, value, ease): ``ease`` are the four numbers of the cubic curve to the next one."""
    frames: list[Json] = []
    for frame, value, (x1, y1, x2, y2) in keys:
        numbers = list(value) if isinstance(value, Sequence) else [value]
        many = len(numbers)
        frames.append(
            {
                "t": frame,
                "s": numbers,
                "o": {"x": [x1] * many, "y": [y1] * many},
                "i": {"x": [x2] * many, "y": [y2] * many},
            }
        )
    for key in ("o", "i"):
        del frames[-1][key]
    return {"a": 1, "k": frames}


def _property(value: Json | float | Numbers) -> Json:
    return value if isinstance(value, dict) else still(value)


def transform(
    position: Json | Numbers = (0, 0),
    *,
    anchor: Json | Numbers = (0, 0),
    scale: Json | Numbers = (100, 100),
    rotation: Json | float = 0,
    opacity: Json | float = 100,
) -> Json:
    return {
        "p": _property(position),
        "a": _property(anchor),
        "s": _property(scale),
        "r": _property(rotation),
        "o": _property(opacity),
    }


# --- shapes ---------------------------------------------------------------------------------------------------------


def group(*items: Json, **moved: Any) -> Json:
    own = {"ty": "tr", **transform(**moved), "sk": still(0), "sa": still(0)}
    return {"ty": "gr", "nm": "Group", "it": [*items, own]}


def rectangle(width: float, height: float, roundness: float = 0) -> Json:
    return {"ty": "rc", "d": 1, "p": still((0, 0)), "s": still((width, height)), "r": still(roundness)}


def ellipse(size: Json | Numbers) -> Json:
    return {"ty": "el", "d": 1, "p": still((0, 0)), "s": _property(size)}


def star(points: int, outer: Json | float, inner: float) -> Json:
    return {
        "ty": "sr", "sy": 1, "d": 1, "p": still((0, 0)), "pt": still(points), "r": still(0),
        "or": _property(outer), "os": still(0), "ir": still(inner), "is": still(0),
    }  # fmt: skip


def fill(color: Numbers, opacity: float = 100) -> Json:
    return {"ty": "fl", "c": still((*color, 1)), "o": still(opacity), "r": 1}


def gradient(stops: Sequence[tuple[float, Numbers]], start: Numbers, end: Numbers, *, radial: bool = False) -> Json:
    numbers = [number for offset, color in stops for number in (offset, *color)]
    return {
        "ty": "gf", "t": 2 if radial else 1, "r": 1, "o": still(100),
        "g": {"p": len(stops), "k": still(numbers)}, "s": still(start), "e": still(end),
    }  # fmt: skip


def stroke(color: Numbers, width: float) -> Json:
    return {"ty": "st", "c": still((*color, 1)), "o": still(100), "w": still(width), "lc": 2, "lj": 2}


def trim(end: Json | float, offset: Json | float = 0) -> Json:
    return {"ty": "tm", "s": still(0), "e": _property(end), "o": _property(offset), "m": 1}


# --- layers and documents -------------------------------------------------------------------------------------------


def layer(kind: int, name: str, own: Json, **more: Any) -> Json:
    return {"ty": kind, "nm": name, "ks": own, "ddd": 0, "sr": 1, "ao": 0, "bm": 0, "st": 0, "ip": 0, **more}


def shape(name: str, own: Json, *items: Json, **more: Any) -> Json:
    return layer(4, name, own, shapes=list(items), **more)


def picture(name: str, own: Json, asset: str, **more: Any) -> Json:
    return layer(2, name, own, refId=asset, **more)


def text(
    name: str,
    words: str,
    own: Json,
    size: float,
    *,
    font: str = "Inter-Bold",
    color: Numbers = (1, 1, 1),
    justify: int = 0,
) -> Json:
    """``justify`` 0 left, 1 right, 2 centre."""
    document = {
        "t": words, "f": font, "s": size, "fc": list(color), "j": justify, "tr": 0, "lh": size * 1.2, "ls": 0,
    }  # fmt: skip
    style = {"d": {"k": [{"t": 0, "s": document}]}, "p": {}, "m": {"g": 1, "a": still((0, 0))}, "a": []}
    return layer(5, name, own, t=style)


def asset(key: str, file: str, width: float, height: float) -> Json:
    return {"id": key, "w": width, "h": height, "u": "images/", "p": file, "e": 0}


def document(
    name: str,
    size: tuple[int, int],
    frames: int,
    layers: Sequence[Json],
    *,
    assets: Sequence[Json] = (),
    markers: Sequence[Json] = (),
    rate: float = 30,
) -> Json:
    """A document with its layers numbered; the first is on top."""
    numbered = [{**one, "ind": at, "op": one.get("op", frames)} for at, one in enumerate(layers, 1)]
    fonts = [
        {"fName": f"Inter-{style}", "fFamily": "Inter", "fStyle": style, "ascent": 72.7}
        for style in ("Bold", "Regular")
    ]
    return {
        "v": "5.9.0", "nm": name, "fr": rate, "ip": 0, "op": frames, "w": size[0], "h": size[1], "ddd": 0,
        "assets": list(assets), "layers": numbered, "fonts": {"list": fonts}, "markers": list(markers),
    }  # fmt: skip


def write_package(path: Path, content: Json, files: Mapping[str, bytes] | None = None, *, fonts: bool = True) -> None:
    """A ZIP with ``data.json``, the files given and the two Inter fonts with their licence."""
    members = {"data.json": json.dumps(content, separators=(",", ":")).encode(), **(files or {})}
    if fonts:
        for name in ("Inter-Bold.otf", "Inter-Regular.otf", "Inter-OFL.txt"):
            members[f"fonts/{name}"] = (FONTS / name).read_bytes()
    with zipfile.ZipFile(path, "w") as package:
        for name, data in members.items():
            package.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED, 9)
