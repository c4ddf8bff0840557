from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve
from velocity_engine.errors import MediaError
from velocity_engine.testing import check_font
from velocity_fonts_emoji.font import EMOJI_FONT, FOLDER, PackedFont

FAMILY, FLAG, WALES, THUMB = (
    "👨\u200d👩\u200d👧\u200d👦",
    "🇩🇪",
    "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "👍🏽",
)


def test_it_follows_the_protocol_and_draws_emoji() -> None:
    check_font(EMOJI_FONT, "😀👍❤🎉🚀")


def test_its_licence_lies_beside_it_and_it_takes_little_room() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "NotoColorEmoji-OFL.txt").read_text()
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 2_600_000


def test_a_damaged_package_is_told() -> None:
    with pytest.raises(MediaError, match="the font Lost cannot be read"):
        PackedFont("Lost", ("Lost",)).read()


def template(folder: Path, text: str, font: str = "Inter-Regular") -> ve.Template:
    shown = {"t": text, "f": font, "s": 80, "fc": [0, 0, 1], "j": 0, "tr": 0, "lh": 96, "ls": 0}
    layer: dict[str, Any] = {"ty": 5, "nm": "Title", "ip": 0, "op": 5, "st": 0}
    layer["ks"] = {"p": {"k": [20, 90, 0]}}
    layer["t"] = {"d": {"k": [{"t": 0, "s": shown}]}, "p": {}, "m": {"g": 1, "a": {"k": [0, 0]}}, "a": []}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": 200, "h": 120, "layers": [layer]}
    (folder / "data.json").write_text(json.dumps(document))
    return ve.open_template(folder / "data.json")


@pytest.mark.parametrize("text", [FAMILY, FLAG, WALES, THUMB, "❤\ufe0f", "1\ufe0f\u20e3"])
def test_a_sequence_is_one_picture_in_colour(tmp_path: Path, text: str) -> None:
    with template(tmp_path, text) as opened:
        still = ve.still(opened, fonts="strict")
    (finding,) = still.findings
    assert (finding.feature, finding.instead) == ("text.fallback", "Noto Color Emoji is used for them")
    columns = np.flatnonzero(still.pixels[..., 3].any(axis=0))
    assert 60 < np.ptp(columns) < 110, "one emoji wide"
    colours = still.pixels[still.pixels[..., 3] == 255][:, :3].astype(int)
    assert (colours != (0, 0, 255)).any(axis=1).all(), "nothing is in the colour of the text"


def test_a_text_that_asks_for_the_text_presentation_gets_it(tmp_path: Path) -> None:
    with template(tmp_path, "❤\ufe0e") as opened:
        pixels = ve.still(opened).pixels
    assert (pixels[pixels[..., 3] == 255][:, :3] == (0, 0, 255)).all()


def test_a_customization_can_name_it(tmp_path: Path) -> None:
    with template(tmp_path, "x") as opened:
        entry = {"layer": "Title", "text": {"value": "😀", "font": "Noto Color Emoji"}}
        assert ve.still(opened, customizations=[entry]).findings == ()


def test_its_bytes_are_part_of_the_build_of_renders() -> None:
    assert any(name.startswith("velocity-fonts-emoji") for name in ve.build_parts())
