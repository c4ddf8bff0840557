"""A template with a text, a picture and a composition that holds a text, which is shown late."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image


def _moved(x: float, y: float) -> dict[str, Any]:
    return {"o": {"k": 100}, "r": {"k": 0}, "p": {"k": [x, y, 0]}, "a": {"k": [0, 0, 0]}, "s": {"k": [100, 100, 100]}}


def _layer(kind: int, name: str, at: tuple[float, float], span: tuple[int, int], **own: Any) -> dict[str, Any]:
    return {"ty": kind, "nm": name, "ks": _moved(*at), "ip": span[0], "op": span[1], "st": 0, **own}


def text_layer(name: str, words: str, at: tuple[float, float], span: tuple[int, int], size: int = 20) -> dict[str, Any]:
    """A text of the bundled font."""
    shown = {"t": words, "f": "Inter-Regular", "s": size, "fc": [1, 1, 1], "j": 0, "tr": 0, "lh": 24, "ls": 0}
    style = {"d": {"k": [{"t": 0, "s": shown}]}, "p": {}, "m": {"g": 1, "a": {"k": [0, 0]}}, "a": []}
    return _layer(5, name, at, span, t=style)


def write_template(folder: Path, *, frames: int = 40, name: str = "card", words: str = "Hello") -> Path:
    """A folder of 200x120 pixels: ``Title`` is shown throughout, ``Photo`` too, ``Inside`` from frame 30 on."""
    place = folder / name
    (place / "images").mkdir(parents=True, exist_ok=True)
    picture = io.BytesIO()
    Image.new("RGB", (50, 50), (200, 120, 40)).save(picture, "PNG")
    (place / "images" / "photo.png").write_bytes(picture.getvalue())
    inner = {"id": "comp_1", "nm": "Comp", "layers": [text_layer("Inside", "Late", (10, 100), (0, frames))]}
    document = {
        "v": "5.9.0", "nm": "Card", "fr": 25, "ip": 0, "op": frames, "w": 200, "h": 120,
        "assets": [{"id": "photo", "w": 50, "h": 50, "u": "images/", "p": "photo.png", "e": 0}, inner],
        "fonts": {"list": [{"fName": "Inter-Regular", "fFamily": "Inter", "fStyle": "Regular", "ascent": 72.7}]},
        "layers": [
            text_layer("Title", words, (10, 30), (0, frames)),
            _layer(2, "Photo", (140, 10), (0, frames), refId="photo"),
            _layer(0, "Shown", (0, 0), (30, frames), refId="comp_1", w=200, h=120),
        ],
    }  # fmt: skip
    (place / "data.json").write_text(json.dumps(document))
    return place
