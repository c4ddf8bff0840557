"""Features of shapes, layers, masks, mattes, blending, cameras, effects: each by a document of its own and its frames.

``documents`` holds the documents, ``frames`` what this engine drew after it was checked against Skottie, lottie-web and
the specification, ``notes.toml`` how near they come to one another and why they differ where they do.
``tools/update_golden.py`` draws the frames anew.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import velocity_engine as ve

HERE = Path(__file__).parent
NOTES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "notes.toml").read_text("utf-8"))
CASES = [(name, frame) for name, note in NOTES.items() for frame in note["frames"]]

# Rounding differs a little between processors: single steps of 255 do not count, and no pixel may be far off.
MEAN = 0.25
MAX_FAR = 0.001
FAR = 24


def premultiplied(rgba: NDArray[np.uint8]) -> NDArray[np.float64]:
    alpha = rgba[..., 3:].astype(np.float64) / 255.0
    return np.concatenate((rgba[..., :3] * alpha, rgba[..., 3:]), axis=2)


@pytest.mark.parametrize(("name", "frame"), CASES)
def test_frame(name: str, frame: int) -> None:
    with Image.open(HERE / "frames" / f"{name}.f{frame}.png") as picture:
        wanted = premultiplied(np.asarray(picture.convert("RGBA")))
    template = ve.open_template(HERE / "documents" / f"{name}.json")
    size, blur = (wanted.shape[1], wanted.shape[0]), NOTES[name].get("motion_blur", False)
    got = premultiplied(np.asarray(ve.render_still(template, frame=frame, size=size, motion_blur=blur)))
    assert got.shape == wanted.shape
    difference = np.abs(got - wanted).max(axis=2)
    assert difference.mean() <= MEAN
    assert (difference > FAR).mean() <= MAX_FAR


def test_notes_and_files_are_complete() -> None:
    documents = {path.stem for path in (HERE / "documents").glob("*.json")}
    frames = {path.stem for path in (HERE / "frames").glob("*.png")}
    assert documents == set(NOTES)
    assert frames == {f"{name}.f{frame}" for name, frame in CASES}
    unexplained = [name for name, note in NOTES.items() if note.get("skottie", 0.0) < 0.98 and not note.get("reason")]
    assert not unexplained
