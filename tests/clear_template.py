"""A template with a disc that moves over nothing, for what keeps alpha."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import velocity_engine as ve


def clear_template(folder: Path, frames: int, size: tuple[int, int] = (200, 130), rate: float = 25) -> ve.Template:
    """A half clear disc, of a straight colour, that moves and becomes opaque in ``frames`` frames. Close it."""
    ease: dict[str, Any] = {"i": {"x": [0.5], "y": [1]}, "o": {"x": [0.5], "y": [0]}}
    transform = {
        "a": {"k": [0, 0, 0]},
        "p": {"a": 1, "k": [{"t": 0, "s": [40, 40, 0], **ease}, {"t": frames, "s": [size[0] - 40, size[1] - 40, 0]}]},
        "s": {"k": [100, 100, 100]},
        "r": {"k": 0},
        "o": {"a": 1, "k": [{"t": 0, "s": [20], **ease}, {"t": frames, "s": [100]}]},
    }
    still = {"p": {"k": [0, 0]}, "a": {"k": [0, 0]}, "s": {"k": [100, 100]}, "r": {"k": 0}, "o": {"k": 100}}
    disc = [
        {"ty": "el", "p": {"k": [0, 0]}, "s": {"k": [90, 70]}},
        {"ty": "fl", "c": {"k": [0.9, 0.3, 0.1, 1]}, "o": {"k": 80}},
        {"ty": "tr", **still},
    ]
    layer = {
        "ty": 4, "nm": "Disc", "ind": 1, "ks": transform, "shapes": [{"ty": "gr", "it": disc}],
        "ip": 0, "op": frames, "st": 0,
    }  # fmt: skip
    document = {"v": "5.9.0", "fr": rate, "ip": 0, "op": frames, "w": size[0], "h": size[1], "assets": []}
    place = folder / "template"
    place.mkdir(exist_ok=True)
    (place / "data.json").write_text(json.dumps({**document, "layers": [layer]}))
    return ve.open_template(place)
