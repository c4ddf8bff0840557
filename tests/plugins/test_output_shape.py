"""What the video of a document is like: what it is tuned for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from velocity_engine.builtin.codecs.h264 import H264
from velocity_engine.encoder_config import EncoderConfig, Tune
from velocity_engine.model.document import Document
from velocity_engine.parse.document import parse_document
from velocity_engine.plugins.output_shape import exact_rate, tuned

KEYS = {"ip": 0, "op": 30, "st": 0, "ks": {}}
LETTERS = {"ty": 4, "ind": 9, "shapes": [], **KEYS}


def picture(identity: str, width: int, height: int) -> dict[str, Any]:
    return {"id": identity, "w": width, "h": height, "u": "images/", "p": f"{identity}.png", "e": 0}


def shows(identity: str, **more: Any) -> dict[str, Any]:
    return {"ty": 2, "ind": 1, "refId": identity, **KEYS, **more}


def document(*layers: dict[str, Any], assets: list[dict[str, Any]]) -> Document:
    made = {"v": "5.7", "w": 400, "h": 100, "fr": 30, "ip": 0, "op": 30, "assets": assets, "layers": [*layers, LETTERS]}
    return parse_document(json.dumps(made).encode(), file="data.json", package=None)


WITHIN = {"id": "inner", "layers": [shows("large")]}
PRECOMP = {"ty": 0, "ind": 2, "refId": "inner", "w": 400, "h": 100, **KEYS}
LARGE, SMALL, HALF = picture("large", 100, 100), picture("small", 99, 100), picture("half", 50, 100)


@pytest.mark.parametrize(
    ("layers", "assets", "tune"),
    [
        ([], [], "animation"),
        ([shows("large")], [LARGE], "film"),
        ([shows("small")], [SMALL], "animation"),
        ([shows("half"), shows("half")], [HALF], "animation"),
        ([shows("half"), shows("small")], [HALF, SMALL], "film"),
        ([shows("large", hd=True)], [LARGE], "animation"),
        ([], [LARGE], "animation"),
        ([PRECOMP], [LARGE, WITHIN], "film"),
    ],
    ids=["shapes", "a quarter", "less", "one twice", "two", "hidden", "not shown", "in a composition"],
)
def test_a_template_of_large_pictures_is_film(
    layers: list[dict[str, Any]], assets: list[dict[str, Any]], tune: Tune
) -> None:
    assert tuned(document(*layers, assets=assets), EncoderConfig()).tune == tune


@pytest.mark.parametrize("tune", ["film", "animation"])
def test_what_is_asked_for_stays(tune: Tune) -> None:
    for assets in ([], [LARGE]):
        asked = EncoderConfig(tune=tune)
        assert tuned(document(shows("large"), assets=assets), asked) == asked


@pytest.mark.parametrize("preset", range(6))
def test_presets_3_and_4_know_a_tune(preset: int) -> None:
    chosen = {
        tune: H264().settings(EncoderConfig(preset=preset, tune=tune), 640, 360, exact_rate(30))
        for tune in (None, "film", "animation")
    }
    assert chosen[None] == chosen["animation"]
    assert (chosen["film"] != chosen["animation"]) == (preset in (3, 4))
