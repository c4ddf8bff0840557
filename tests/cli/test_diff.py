"""``velocity diff``: which frames a change touches, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from velocity_engine.cli.app import run

DEMO = str(Path(__file__).resolve().parents[2] / "examples" / "demo.zip")

Captured = pytest.CaptureFixture[str]


def test_a_replacement_against_the_template_itself(capsys: Captured) -> None:
    assert run(["diff", DEMO, "--set", "Headline=Hello", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["frames"] == [150, 150]
    assert {layer["layer"] for found in told["differences"] for layer in found["layers"]} == {"Headline"}
    assert run(["diff", DEMO, "--set", "Headline=Hello"]) == 0
    shown = capsys.readouterr().out
    assert "of 150 frames differ" in shown.splitlines()[0]
    assert "Headline (content)" in shown


def test_nothing_differs(capsys: Captured) -> None:
    assert run(["diff", DEMO, DEMO]) == 0
    assert capsys.readouterr().out == "0 of 150 frames differ\n"
