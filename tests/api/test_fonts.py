"""Fonts beside a template, and letters that no font has, as callers meet them."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from proofs_support import text_layer
from text_support import named_font

import velocity_engine as ve
from velocity_engine.errors import CustomizationError, RenderFailed, StorageError, WrongTypeError

CUNEIFORM = "\U00012345"
SMALL = ve.EncoderConfig(resolution=(200, 120), segment_seconds=0.4)


def write_template(folder: Path, *words: str, font: str = "Corporate-Regular", **own: Any) -> Path:
    layers = [text_layer(f"Title {n}" if n else "Title", text, (10, 40), (0, 20)) for n, text in enumerate(words)]
    for layer in layers:
        layer["t"]["d"]["k"][0]["s"].update(f=font)
        layer["t"]["d"].update(own)
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 20, "w": 200, "h": 120, "layers": layers}
    path = folder / "template" / "card.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    folder = tmp_path / "fonts"
    folder.mkdir()
    (folder / "c.ttf").write_bytes(named_font("DejaVuSans-Bold.ttf", "abcABC", "Corporate"))
    return folder


def features(told: Any) -> list[str]:
    return [finding.feature for finding in told.findings]


# --- a folder -------------------------------------------------------------------------------------------------------


def test_a_folder_of_fonts_draws_texts_in_stills_frames_and_renders(tmp_path: Path, fonts: Path) -> None:
    path = write_template(tmp_path, "ABC")
    with ve.open_template(path) as plain, ve.open_template(path, font_files=fonts) as own:
        assert [f.feature for f in plain.findings] == ["font.missing"]
        assert own.findings == ()
        still = ve.still(own)
        assert still.findings == ()
        assert not np.array_equal(still.pixels, ve.still(plain).pixels)
        with ve.frames(own, frames=(0, 1)) as frames:
            assert np.array_equal(next(iter(frames)).pixels, still.pixels)
        assert features(ve.render(own, tmp_path / "a.mp4", encoder=SMALL)) == []
        assert features(ve.render(plain, tmp_path / "b.mp4", encoder=SMALL)) == ["font.missing"]
        with own.customized([{"layer": "Title", "text": "CAB"}]) as changed:
            assert ve.still(changed).findings == ()
        assert pickle.loads(pickle.dumps(own)).findings == ()


def test_the_environment_names_a_folder(tmp_path: Path, fonts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_template(tmp_path, "ABC")
    monkeypatch.setenv("VELOCITY_FONT_FOLDER", str(fonts))
    with ve.open_template(path) as template:
        assert template.findings == ()
    with ve.open_template(path, font_files=()) as template:
        assert len(template.findings) == 1


def test_what_is_no_folder_or_no_path_is_told(tmp_path: Path) -> None:
    path = write_template(tmp_path, "ABC")
    with pytest.raises(StorageError, match=r"there are no fonts at .*nowhere"):
        ve.open_template(path, font_files=tmp_path / "nowhere")
    for wrong in (3, [b"bytes"], [""]):
        with pytest.raises(WrongTypeError, match="font_files"):
            ve.open_template(path, font_files=wrong)  # type: ignore[arg-type]
    with pytest.raises(WrongTypeError, match="system_fonts"):
        ve.open_template(path, system_fonts=3)  # type: ignore[arg-type]


def test_the_systems_fonts_are_asked_by_setting(tmp_path: Path, fonts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_template(tmp_path, "ABC")
    with ve.open_template(path, system_fonts=[fonts]) as template:
        assert template.findings == ()
    monkeypatch.setattr("velocity_engine.given.fonts.system_font_folders", lambda: (str(fonts),))
    monkeypatch.setenv("VELOCITY_SYSTEM_FONTS", "1")
    with ve.open_template(path) as template:
        assert template.findings == ()


# --- orders, the cache, manifests -----------------------------------------------------------------------------------


def test_an_order_holds_what_its_fonts_hold(tmp_path: Path, fonts: Path) -> None:
    path = write_template(tmp_path, "ABC")
    with ve.open_template(path, font_files=fonts) as template, ve.open_template(path) as plain:
        order = ve.order_for(template, tmp_path / "a.mp4", encoder=SMALL)
        without = ve.order_for(plain, tmp_path / "a.mp4", encoder=SMALL)
    assert [file.location for file in order.fonts] == [str(fonts)]
    assert ve.RenderOrder.from_json(order.to_json()) == order
    assert order.digest != without.digest
    assert "fonts" not in json.loads(without.to_json())
    assert order.relocated(lambda name: f"/there{name}").fonts[0].location == f"/there{fonts}"
    assert features(ve.render_order(order)) == []


def test_the_same_template_with_another_font_of_the_same_name_is_not_taken_from_the_cache(
    tmp_path: Path, fonts: Path
) -> None:
    path, cache = write_template(tmp_path, "ABC"), tmp_path / "cache"
    with ve.open_template(path, font_files=fonts) as template:
        first = ve.render(template, tmp_path / "a.mp4", encoder=SMALL, cache=cache)
        again = ve.render(template, tmp_path / "b.mp4", encoder=SMALL, cache=cache)
    (fonts / "c.ttf").write_bytes(named_font("DejaVuSans.ttf", "abcABC", "Corporate"))
    with ve.open_template(path, font_files=fonts) as template:
        other = ve.render(template, tmp_path / "c.mp4", encoder=SMALL, cache=cache)
        alone = ve.render(template, tmp_path / "d.mp4", encoder=SMALL)
    assert (first.reused_frames, again.reused_frames, other.reused_frames) == (0, first.frames, 0)
    assert (tmp_path / "c.mp4").read_bytes() == (tmp_path / "d.mp4").read_bytes() != (tmp_path / "a.mp4").read_bytes()
    assert alone.findings == ()


def test_a_manifest_names_the_fonts_by_content(tmp_path: Path, fonts: Path) -> None:
    with ve.open_template(write_template(tmp_path, "ABC"), font_files=fonts) as template:
        order = ve.order_for(template, tmp_path / "a.mp4", encoder=SMALL)
        manifest = ve.Manifest.of(template, order, ve.render_order(order))
    read = ve.Manifest.from_json(manifest.to_json())
    assert read.order.fonts[0].sha256 == order.fonts[0].sha256 != ""
    assert ve.verify(tmp_path / "a.mp4", read).same
    (fonts / "c.ttf").write_bytes(named_font("DejaVuSans.ttf", "abcABC", "Corporate"))
    told = ve.verify(tmp_path / "a.mp4", read)
    assert (told.same, told.reasons) == (False, (f"{fonts} is not the file that was rendered",))


# --- letters that no font has ---------------------------------------------------------------------------------------


def test_letters_without_a_glyph_are_told_everywhere(tmp_path: Path) -> None:
    with ve.open_template(write_template(tmp_path, f"a{CUNEIFORM}", font="Inter-Regular")) as template:
        for told in (template, ve.still(template), ve.render(template, tmp_path / "a.mp4", encoder=SMALL)):
            assert features(told) == ["text.glyph_missing"]
        with ve.frames(template, frames=(0, 1)) as frames:
            assert features(frames) == ["text.glyph_missing"]
        assert template.check(encoder=SMALL) == []


def test_strict_fonts_refuse_them_with_the_characters_by_layer(tmp_path: Path) -> None:
    path = write_template(tmp_path, f"a{CUNEIFORM}", "fine", "\u1b05", font="Inter-Regular")
    with ve.open_template(path) as template:
        problems = [str(one) for one in template.check(fonts="strict")]
        assert len(problems) == 2
        assert "U+12345" in problems[0] and "'Title'" in problems[0]
        assert "U+1B05" in problems[1] and "'Title 2'" in problems[1]
        for draw in (
            lambda: ve.render(template, tmp_path / "a.mp4", encoder=SMALL, fonts="strict"),
            lambda: ve.still(template, fonts="strict"),
            lambda: ve.frames(template, fonts="strict"),
        ):
            with pytest.raises(RenderFailed, match=r"no font has the characters .*U\+12345") as failed:
                draw()
            assert any("U+1B05" in note for note in failed.value.__notes__)
        assert not (tmp_path / "a.mp4").exists()
    with ve.open_template(write_template(tmp_path, "fine", font="Inter-Regular")) as template:
        assert ve.render(template, tmp_path / "a.mp4", encoder=SMALL, fonts="strict").findings == ()


def test_strict_fonts_name_the_customization_that_brings_them(tmp_path: Path) -> None:
    entries = [{"layer": "Title", "text": f"x{CUNEIFORM}"}]
    with ve.open_template(write_template(tmp_path, "fine", font="Inter-Regular")) as template:
        (problem,) = template.check(customizations=entries, fonts="strict")
        assert problem.place.field == "customizationMap[0].text"
        with pytest.raises(CustomizationError, match=r"U\+12345") as failed:
            ve.render(template, tmp_path / "a.mp4", encoder=SMALL, customizations=entries, fonts="strict")
        assert failed.value.place.field == "customizationMap[0].text"
        assert template.check(customizations=entries) == []


def test_a_video_with_boxes_in_the_cache_is_not_delivered_to_a_strict_order(tmp_path: Path) -> None:
    with ve.open_template(write_template(tmp_path, CUNEIFORM, font="Inter-Regular")) as template:
        ve.render(template, tmp_path / "a.mp4", encoder=SMALL, cache=tmp_path / "cache")
        with pytest.raises(RenderFailed):
            ve.render(template, tmp_path / "b.mp4", encoder=SMALL, cache=tmp_path / "cache", fonts="strict")
        order = ve.order_for(template, tmp_path / "b.mp4", encoder=SMALL, fonts="strict")
    assert ve.RenderOrder.from_json(order.to_json()).strict_fonts
    with pytest.raises(RenderFailed):
        ve.render_order(order)
    assert ve.render_order(replace(order, strict_fonts=False)).frames == 20


def test_texts_that_expressions_make_are_told_and_refused_too(tmp_path: Path) -> None:
    x = f"time > 0.3 ? '{CUNEIFORM}' : 'fine'"
    path = write_template(tmp_path, "fine", font="Inter-Regular", x=f"var $bm_rt; $bm_rt = {x};")
    with ve.open_template(path) as template:
        assert template.findings == ()
        assert features(ve.still(template, frame=0)) == []
        assert features(ve.render(template, tmp_path / "a.mp4", encoder=SMALL)) == ["text.glyph_missing"]
        with pytest.raises(RenderFailed, match=r"U\+12345"):
            ve.render(template, tmp_path / "b.mp4", encoder=SMALL, fonts="strict")
        assert not (tmp_path / "b.mp4").exists()


def test_only_two_words_are_known(tmp_path: Path) -> None:
    path = write_template(tmp_path, "fine")
    with ve.open_template(path) as template, pytest.raises(WrongTypeError, match='Give "boxes"'):
        ve.still(template, fonts="loose")  # type: ignore[arg-type]
