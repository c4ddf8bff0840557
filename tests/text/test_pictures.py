"""Texts as they look, beside pictures that were looked at: emoji in animators, spans, words of scripts without spaces.

``PYTHONPATH=tests python tests/text/test_pictures.py`` draws the pictures in ``pictures/`` anew.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from transforms_support import fixed

import velocity_engine as ve

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
EMOJI = ("TwemojiSubset-COLRv0", "NotoSubset-COLRv1", "NotoSubset-CBDT", "NotoSubset-sbix")
MEAN, FAR, MAX_FAR = 0.25, 24, 0.001
"""As of the goldens of documents: rounding differs a little between processors."""

Pixels = NDArray[np.uint8]
WIDTH, HEIGHT = 560, 120
ORANGE = "#ff8a00"


RISING = {
    "nm": "Rising",
    "s": {
        "t": 0,
        "b": 1,
        "r": 1,
        "sh": 2,
        "a": fixed(100),
        "s": fixed(0),
        "e": fixed(100),
        "xe": fixed(0),
        "ne": fixed(0),
    },
    "a": {"p": fixed(0, -24, 0), "r": fixed(30), "s": fixed(60, 60, 100), "o": fixed(30), "fc": fixed(0, 0.6, 0)},
}
"""Lifts, turns, shrinks, fades and recolours, the more the further to the right."""


def template(folder: Path, text: str, *, font: str = "Inter-Regular", files: Sequence[Path] = (), **more: Any) -> Path:
    """The folder of a template with one text on a light ground. ``more``: animators, or fields of the text."""
    animators = more.pop("animators", [])
    shown: dict[str, Any] = {
        "t": text,
        "f": font,
        "s": 44,
        "fc": [0.1, 0.15, 0.3],
        "j": 0,
        "tr": 0,
        "lh": 52,
        "ls": 0,
    } | more
    start = (10, 10, 0) if "sz" in shown else ({2: WIDTH / 2, 1: WIDTH - 20}.get(shown["j"], 20), 76, 0)
    title = {"ty": 5, "nm": "Title", "ind": 1, "ip": 0, "op": 5, "st": 0, "ks": {"p": fixed(*start)}}
    title["t"] = {"d": {"k": [{"t": 0, "s": shown}]}, "p": {}, "m": {"g": 1, "a": fixed(0, 0)}, "a": animators}
    ground = {"ty": 1, "nm": "Ground", "ind": 2, "ip": 0, "op": 5, "st": 0, "ks": {}, "sw": WIDTH, "sh": HEIGHT}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": WIDTH, "h": HEIGHT}
    document["layers"] = [title, ground | {"sc": "#e8eef4"}]
    (folder / "fonts").mkdir(parents=True)
    (folder / "data.json").write_text(json.dumps(document))
    for file in files:
        (folder / "fonts" / file.name).write_bytes(file.read_bytes())
    return folder


def drawn(folder: Path, text: Any = None) -> Pixels:
    entries = [] if text is None else [{"layer": "Title", "text": text}]
    with ve.open_template(folder) as opened:
        return ve.render_still(opened, frame=2, customizations=entries)


def emoji_in_animators(folder: Path) -> list[Pixels]:
    text = "Hi 😀❤\ufe0f👍🏽👨\u200d👩\u200d👧🇩🇪1\ufe0f\u20e3"
    rows = []
    for kind in EMOJI:
        files = (HERE / "emoji" / f"{kind}.ttf",)
        plain = drawn(template(folder / kind, text, files=files))
        moved = drawn(template(folder / f"{kind} moved", text, files=files, animators=[RISING]))
        rows += [np.concatenate((plain, moved), axis=1)]
    return rows


def spans(folder: Path) -> list[Pixels]:
    files = (HERE / "emoji" / "NotoSubset-COLRv1.ttf",)
    prices = [
        {"value": "Now "},
        {"value": "49", "size": 80, "font": "Inter-Bold", "color": ORANGE},
        {"value": ".99", "size": 30, "color": ORANGE},
        {"value": " only 😀"},
    ]
    right_to_left = [
        {"value": "שלום "},
        {"value": "עולם", "color": ORANGE},
        {"value": " مرح", "color": "#0070c0"},
        {"value": "با ", "color": "#c00040"},
        {"value": "ABC", "size": 24, "font": "Inter-Bold"},
    ]
    boxed = {"value": [{"value": "Several words that "}, {"value": "must all", "size": 66, "color": ORANGE},
                       {"value": " be in a box of two hands"}], "fit": "shrink"}  # fmt: skip
    box: dict[str, Any] = {"sz": [540, 100], "ps": [0, 0]}
    return [
        drawn(template(folder / "prices", "x", files=files), prices),
        drawn(template(folder / "moved", "x", files=files, animators=[RISING]), prices),
        drawn(template(folder / "rtl", "x", font="DejaVuSans", j=1), right_to_left),
        drawn(template(folder / "boxed", "x", **box), boxed),
        drawn(template(folder / "point", "Short text", j=2), boxed),
    ]


def words(folder: Path) -> list[Pixels]:
    lao = "ພາສາລາວເປັນພາສາທາງການຂອງປະເທດລາວ"
    box: dict[str, Any] = {"font": "DejaVuSans", "s": 30, "lh": 36, "sz": [300, 110], "ps": [0, 0]}
    return [drawn(template(folder / "lao", "x", **box), lao)]


CASES: dict[str, Callable[[Path], list[Pixels]]] = {
    "emoji-in-animators": emoji_in_animators,
    "spans": spans,
    "words": words,
}


def picture(name: str, folder: Path) -> Pixels:
    return np.concatenate(CASES[name](folder))


@pytest.mark.filterwarnings("ignore::velocity_engine.FindingWarning")
@pytest.mark.parametrize("name", CASES)
def test_it_looks_as_it_did(name: str, tmp_path: Path) -> None:
    with Image.open(PICTURES / f"{name}.png") as kept:
        wanted = np.asarray(kept.convert("RGB")).astype(float)
    difference = np.abs(picture(name, tmp_path)[..., :3] - wanted).max(axis=2)
    assert difference.mean() <= MEAN
    assert (difference > FAR).mean() <= MAX_FAR


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            Image.fromarray(picture(name, Path(folder))).convert("RGB").save(PICTURES / f"{name}.png", optimize=True)
            print(PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
