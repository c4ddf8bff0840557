"""Emoji in captions: they have colours of their own in each style, and move with their word."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import velocity_engine as ve
from examples.authoring import document, write_package
from velocity_engine.captions.captions import STYLES

THUMB = "\U0001f44d\U0001f3fd"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> ve.Template:
    path = tmp_path_factory.mktemp("emoji") / "empty.zip"
    write_package(path, document("empty", (320, 180), 60, []), {})
    return ve.open_template(path)


def drawn(template: ve.Template, text: str, style: str, frame: float = 55) -> NDArray[np.uint8]:
    captions = ve.Captions(cues=[ve.Cue(0, 2, text)], style=style, color="#ffffff", highlight="#ffffff")
    return ve.still(template, frame=frame, captions=captions).pixels


def colored(pixels: NDArray[np.uint8]) -> int:
    """How many pixels are neither grey nor transparent."""
    shown = pixels[..., :3].astype(int)
    return int(((shown.max(axis=2) - shown.min(axis=2) > 40) & (pixels[..., 3] > 0)).sum())


@pytest.mark.parametrize("style", [style for style in STYLES if style != "none"])
@pytest.mark.parametrize("text", [THUMB, f"Well done {THUMB}", f"مرحبا {THUMB}"])
def test_emoji_have_their_colours(template: ve.Template, style: str, text: str) -> None:
    assert colored(drawn(template, text, style)) > 60
    assert colored(drawn(template, text.replace(THUMB, "x"), style)) == 0


def test_an_emoji_springs_up_with_its_word(template: ve.Template) -> None:
    early, late = (colored(drawn(template, THUMB, "pop", frame)) for frame in (1, 55))
    assert 0 < early < 0.9 * late
