"""``velocity test``: keeps stills, compares, and says what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from proofs_support import write_template

from velocity_engine.cli.app import run

Captured = pytest.CaptureFixture[str]


def test_from_the_first_stills_to_a_difference(tmp_path: Path, capsys: Captured) -> None:
    place = write_template(tmp_path)
    sheet, goldens = tmp_path / "sheet.png", tmp_path / "card.goldens"
    assert run(["test", str(place), "--sheet", str(sheet)]) == 1
    told = capsys.readouterr()
    assert "there are no goldens" in told.err and "--update" in told.err
    assert "Title: long, frame " in told.out and "beyond the right of the picture" in told.out
    with Image.open(sheet) as picture:
        assert picture.width > 1000

    assert run(["test", str(place), "--update", "--layer", "Title", "--frame", "5", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (goldens / "Title-long@5.png").is_file()
    assert run(["test", str(place)]) == 0
    told = capsys.readouterr()
    assert told.err == "" and "6 stills of 6 cases" in told.out

    write_template(tmp_path, words="Hallo")
    assert run(["test", str(place), "--quiet"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "as designed, frame 5: " in told.err and "pixels differ" in told.err
    shown = tmp_path / "card.goldens.differences" / "as-designed@5.png"
    assert str(shown) in told.err and shown.is_file()

    assert run(["test", str(place), "--update", "--quiet"]) == 0
    assert not shown.parent.exists(), "what differed once is still shown"


def test_json_says_all_of_it(tmp_path: Path, capsys: Captured) -> None:
    place = write_template(tmp_path)
    common = ["test", str(place), "--goldens", str(tmp_path / "kept"), "--layer", "Photo", "--size", "64x48", "--json"]
    assert run([*common, "--update"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [still["kind"] for still in told["stills"]] == ["as designed", "tall", "wide", "transparent"]
    assert told["differences"] == []
    (place / "images" / "photo.png").unlink()
    assert run(common) == 1
    told = json.loads(capsys.readouterr().out)
    assert "as designed" in {one["case"] for one in told["differences"]}
    assert any(finding["severity"] == "error" for finding in told["stills"][0]["findings"])


def test_mistakes_are_told(tmp_path: Path, capsys: Captured) -> None:
    place = str(write_template(tmp_path))
    assert run(["test", place, "--layer", "Nothing"]) == 2
    assert "no text or picture layer 'Nothing'" in capsys.readouterr().err
    assert run(["test", place, "--sheet", str(tmp_path / "sheet.gif")]) == 2
    assert ".png" in capsys.readouterr().err
    assert run(["test", place, "--frame", "4000"]) == 2
