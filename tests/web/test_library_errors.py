"""What the libraries beneath say of damaged files (zipfile, zlib, json, Pillow, FFmpeg, fontTools, QuickJS) reaches
nobody: each error and finding is one of the sentences in ``sentences.txt``."""

from __future__ import annotations

import functools
import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from media_support import make_clip, make_sound, tone
from mutations import mutations
from PIL import Image
from web.support_sentences import faults
from web.support_source import BLANK
from web.support_templates import document, solid, template_zip
from web.test_every_sentence import STORED

import velocity_engine as ve
from velocity_engine.text.font_files import open_font

FONT = Path(ve.__file__).parent / "fonts" / "DejaVuSans.ttf"
RAW = re.compile(r"Errno|Bad CRC|zip file|zlib|Expecting|delimiter|cannot identify|Invalid data found|set_int_max")


@functools.cache
def known() -> re.Pattern[str]:
    """The sentences of the file, anything in their blanks; without those that are mostly blank."""
    lines = [line for line in STORED.read_text().splitlines() if line and not line.startswith("# ")]
    patterns = [".+".join(map(re.escape, line.split(BLANK))) for line in lines if len(line.replace(BLANK, "")) > 8]
    return re.compile("|".join(patterns), re.DOTALL)


def told(action: Callable[[], object]) -> list[str]:
    try:
        action()
    except ve.VelocityError as error:
        return [error.message, *([error.hint] if error.hint else [])]
    return []


def hold_to_the_file(sentences: Iterable[str]) -> set[str]:
    said = set(sentences)
    assert not [text for text in said if not known().fullmatch(text)]
    assert not [text for text in said if RAW.search(text) or faults(text, text if "customization" in text else "")]
    return said


def test_damaged_zips(tmp_path: Path) -> None:
    path = tmp_path / "promo.zip"
    whole = template_zip({"images/a.txt": b"a" * 3000})
    said: set[str] = set()
    end = whole.rindex(b"PK\5\6")
    for within in (None, (whole.index(b"PK\1\2"), end), (end, len(whole)), (0, 60)):
        for content in mutations(whole, 60, 5, within=within):
            path.write_bytes(content)
            said |= hold_to_the_file(told(lambda: ve.open_template(path).close()))
    assert len([text for text in said if text.startswith("the ZIP is damaged: ")]) > 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'{"layers": [}', "the file is not valid JSON: the mistake is at line 1, column 13"),
        (b'{"layers": [\n\x01]}', "the file is not valid JSON: the mistake is at line 2, column 1"),
        (b'{"w": ' + b"9" * 5000 + b"}", "the JSON holds a number with too many digits"),
        (b'{"w": NaN}', "the JSON holds NaN"),
        (b'{"w": "\xff"}', "the file is not valid UTF-8"),
        (b'{"layers": ' + b"[" * 600, "the JSON is nested deeper than 512"),
        ('{"w": "'.encode("utf-16"), "the file is not valid JSON: the mistake is at line 1, column 7"),
    ],
)
def test_texts_that_are_no_json(tmp_path: Path, text: bytes, sentence: str) -> None:
    (tmp_path / "data.json").write_bytes(text)
    assert sentence in hold_to_the_file(told(lambda: ve.open_template(tmp_path / "data.json")))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TGA"])
def test_damaged_pictures(tmp_path: Path, kind: str) -> None:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (24, 32, 3), np.uint8)).save(out, kind)
    path = tmp_path / "holiday.png"
    said: set[str] = set()
    for content in (out.getvalue()[:60], out.getvalue()[:200], b"", b"x" * 99, *mutations(out.getvalue(), 60, 4)):
        path.write_bytes(content)
        said |= hold_to_the_file(told(lambda: ve.probe_picture(path)))
    assert {"the picture is empty", "this is not a picture that can be decoded"} <= said


def test_damaged_clips_and_sounds(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "whole.mp4", 6).read_bytes()
    sound = make_sound(tmp_path / "whole.wav", tone(0.1)).read_bytes()
    path = tmp_path / "holiday"
    said: set[str] = set()
    for whole, probe in ((clip, ve.probe_clip), (clip, ve.probe_video), (sound, ve.probe_audio)):
        for content in (b"", b"x" * 99, whole[:40], whole[: len(whole) // 2], *mutations(whole, 60, 2)):
            path.write_bytes(content)
            said |= hold_to_the_file(told(functools.partial(probe, path)))
    assert len(said) > 8


def test_damaged_fonts() -> None:
    whole = FONT.read_bytes()[:40_000]
    damaged = (b"", whole[:100], b"wOFF" + whole[:500], b"wOF2" + whole[:500], *mutations(whole, 30, 6, within=(0, 99)))
    said: set[str] = set()
    for content in damaged:
        said |= hold_to_the_file(told(functools.partial(open_font, content, "brand.ttf")))
    assert {"this is not a font that can be read", "the web font cannot be unpacked"} <= said


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("{vertices: [[0, 0]]}", "the property needs a number or an array of numbers"),
        ("'wide'", "the property needs a number or an array of numbers"),
        ("[[1], {}]", "the result holds something that is no number"),
        ("thisComp.layer('Grond').effect('x')('y')", 'the composition "Test" has no layer "Grond"'),
        ("undefined", "the expression gives no value"),
    ],
)
def test_expressions_that_fail(tmp_path: Path, expression: str, reason: str) -> None:
    box = solid("Box", "#0000ff", 10)
    box["ks"]["o"] = {"a": 0, "k": 100, "x": f"var $bm_rt; $bm_rt = {expression};"}
    (tmp_path / "data.json").write_text(json.dumps(document(layers=[box])))
    with ve.open_template(tmp_path / "data.json") as template:
        (finding,) = template.findings
    hold_to_the_file([finding.message])
    assert reason in finding.message
