"""Fonts by option: a folder of them, and letters that no font has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from proofs_support import write_template
from text_support import named_font

from velocity_engine.cli.app import run

Captured = pytest.CaptureFixture[str]


def told(capsys: Captured, *words: str) -> dict[str, Any]:
    assert run(list(words)) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def fonts_of_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What options leave in the environment goes with the test."""
    for name in ("VELOCITY_FONT_FOLDER", "VELOCITY_SYSTEM_FONTS"):
        monkeypatch.setenv(name, "")


@pytest.mark.usefixtures("fonts_of_a_test")
def test_a_folder_of_fonts_by_option(capsys: Captured, tmp_path: Path) -> None:
    template = write_template(tmp_path, words="ABC")
    data = json.loads((template / "data.json").read_text())
    data["layers"][0]["t"]["d"]["k"][0]["s"]["f"] = "Corporate-Regular"
    (template / "data.json").write_text(json.dumps(data))
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "c.ttf").write_bytes(named_font("DejaVuSans.ttf", "ABC", "Corporate"))
    picture = ["still", str(template), "-o", str(tmp_path / "a.png"), "--json"]
    assert [f["feature"] for f in told(capsys, *picture)["findings"]] == ["font.missing"]
    assert told(capsys, *picture, "--font-folder", str(tmp_path / "fonts"))["findings"] == []


@pytest.mark.usefixtures("fonts_of_a_test")
def test_letters_that_no_font_has_are_refused_by_option(capsys: Captured, tmp_path: Path) -> None:
    template = str(write_template(tmp_path, words="\U00012345"))
    for words in (
        ["render", template, "-o", str(tmp_path / "a.mp4")],
        ["still", template, "-o", str(tmp_path / "a.png")],
    ):
        assert run([*words, "--fonts", "strict"]) == 1
        assert "no font has the characters" in (error := capsys.readouterr().err) and "U+12345" in error
        assert run([*words, "--fonts", "loose"]) == 2
        assert "neither boxes nor strict" in capsys.readouterr().err
    assert not list(tmp_path.glob("a.*"))
    assert run(["still", template, "-o", str(tmp_path / "a.png")]) == 0
    assert "U+12345" in capsys.readouterr().err
