from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.errors import MediaError
from velocity_engine.testing import check_font
from velocity_engine.text.font_files import open_font
from velocity_fonts_noto.fonts import FOLDER, FONTS, PackedFont

SAMPLES = {
    "Thai": "สวัสดีชาวโลก",
    "Lao": "ສະບາຍດີຊາວໂລກ",
    "Devanagari": "नमस्ते दुनिया।",
    "Tamil": "வணக்கம்",
    "Bengali": "ওহে বিশ্ব",
    "Khmer": "សួស្តីពិភពលោក",
    "SC": "你好，世界！汉语拼音",
    "TC": "繁體中文歡迎",
    "JP": "日本語とカタカナ、漢字。",
    "KR": "안녕하세요세계",
}


def family_of(font: PackedFont) -> str:
    return font.families[0].rpartition(" ")[2]


@pytest.mark.parametrize("font", FONTS, ids=lambda font: font.key)
def test_each_follows_the_protocol_and_draws_its_scripts(font: PackedFont) -> None:
    check_font(font, SAMPLES[family_of(font)].replace(" ", ""))
    assert open_font(font.read(), font.key)[0].names.postscript == font.key


def test_licences_lie_beside_them() -> None:
    for font in FONTS:
        licence = FOLDER / f"{font.families[0].replace(' ', '')}-OFL.txt"
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence.read_text()


def test_all_take_little_room() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 9_500_000


def test_a_damaged_package_is_told() -> None:
    lost = PackedFont("Lost-Regular", ("Lost",), 400, ("Thai",), ())
    with pytest.raises(MediaError, match="the font Lost-Regular cannot be read"):
        lost.read()


def template(folder: Path, text: str, font: str = "Inter-Regular", **more: Any) -> ve.Template:
    shown = {"t": text, "f": font, "s": 40, "fc": [1, 1, 1], "j": 0, "tr": 0, "lh": 48, "ls": 0, **more}
    layer: dict[str, Any] = {"ty": 5, "nm": "Title", "ip": 0, "op": 5, "st": 0}
    layer["ks"] = {"p": {"k": [20, 70, 0]}}
    layer["t"] = {"d": {"k": [{"t": 0, "s": shown}]}, "p": {}, "m": {"g": 1, "a": {"k": [0, 0]}}, "a": []}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": 600, "h": 100, "layers": [layer]}
    (folder / "data.json").write_text(json.dumps(document))
    return ve.open_template(folder / "data.json")


@pytest.mark.parametrize(("name", "text"), SAMPLES.items())
def test_a_text_in_another_font_is_drawn_and_the_helper_is_told(tmp_path: Path, name: str, text: str) -> None:
    with template(tmp_path, text) as opened:
        still = ve.still(opened, fonts="strict")
    assert still.pixels[..., 3].any()
    (finding,) = still.findings
    assert finding.feature == "text.fallback"
    assert finding.instead.startswith("Noto Sans ")
    if name not in ("TC", "JP"):
        assert finding.instead == f"Noto Sans {name} Regular is used for them"


def test_bold_texts_take_bold_letters(tmp_path: Path) -> None:
    with template(tmp_path, "สวัสดี", "Inter-Bold") as opened:
        (finding,) = ve.still(opened).findings
    assert finding.instead == "Noto Sans Thai Bold is used for them"


def pixels_of(folder: Path, text: str, font: str = "Inter-Regular") -> np.ndarray[Any, Any]:
    with template(folder, text, font) as opened:
        return ve.still(opened).pixels


def test_lines_of_lao_break_between_words(tmp_path: Path) -> None:
    """As many words as there is room for stand on a line: the picture is the one with the lines broken by hand."""
    pytest.importorskip("icu")
    words = ["ພາສາ", "ລາວ", "ເປັນ", "ພາສາ", "ທາງການ"]
    box = {"s": 20, "lh": 24, "sz": [190, 100], "ps": [0, -60]}
    with template(tmp_path, "".join(words), "NotoSansLao-Regular", **box) as opened:
        wrapped = ve.still(opened)
    by_hand = {}
    for number in range(1, len(words)):
        text = "".join(words[:number]) + "\r" + "".join(words[number:])
        with template(tmp_path, text, "NotoSansLao-Regular", **box) as opened:
            by_hand[number] = ve.still(opened).pixels
    assert wrapped.findings == ()
    assert [number for number, pixels in by_hand.items() if np.array_equal(pixels, wrapped.pixels)] == [4]


def test_kana_in_a_text_makes_its_ideographs_japanese(tmp_path: Path) -> None:
    """The ideograph for "bone" is drawn otherwise in China and in Japan."""
    with template(tmp_path, "骨の") as opened:
        (finding,) = ve.still(opened).findings
    assert finding.instead == "Noto Sans JP Regular is used for them"
    chinese, japanese = pixels_of(tmp_path, "骨"), pixels_of(tmp_path, "骨", "NotoSansJP-Regular")
    assert not np.array_equal(chinese, japanese)
    assert np.array_equal(chinese, pixels_of(tmp_path, "骨", "NotoSansSC-Regular"))


def test_it_is_found_under_the_names_of_the_same_letters(tmp_path: Path) -> None:
    with template(tmp_path, "日本", "SourceHanSans-Bold") as opened:
        (finding,) = ve.still(opened).findings
    assert finding.feature == "font.substitute"
    assert finding.instead == "Noto Sans JP Bold, whose letters are as wide, is used"
    with template(tmp_path, "日本", "Noto Sans JP-Bold") as opened:
        assert ve.still(opened).findings == ()


def test_its_bytes_are_part_of_the_build_of_renders() -> None:
    installed = [one for one in plugins.fonts() if one.key == "NotoSansThai-Bold"]
    assert installed
    assert any(name.startswith("velocity-fonts-noto") for name in ve.build_parts())
