"""The list of layers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from velocity_engine.customize.layer_infos import hex_of, layer_infos
from velocity_engine.parse import parse_document


def test_layer_infos() -> None:
    text = {"d": {"k": [{"t": 0, "s": {"t": "Hello", "s": 9, "f": "F"}}]}}
    fill = {"ty": "fl", "c": {"k": [1, 0, 0, 1]}}
    raw: dict[str, Any] = {
        "fr": 30,
        "op": 90,
        "w": 9,
        "h": 9,
        "assets": [
            {"id": "pic", "p": "a.png"},
            {"id": "own", "p": "data:,x"},
            {"id": "c", "nm": "Card", "layers": [{"ty": 5, "nm": "Title", "ip": 2, "op": 7, "t": text}]},
        ],
        "layers": [
            {"ty": 2, "nm": "Lost", "refId": "pic"},
            {"ty": 2, "nm": "Own", "refId": "own"},
            {"ty": 1, "nm": "Solid", "sc": "#102030"},
            {"ty": 4, "nm": "Shape", "shapes": [{"ty": "gr", "it": [fill]}]},
            {"ty": 4, "nm": "Line"},
            {"ty": 0, "nm": "Card 1", "refId": "c"},
            {"ty": 3},
            {"ty": 50, "nm": "Odd"},
        ],
    }
    found = layer_infos(parse_document(json.dumps(raw).encode(), file="", package=None))
    assert [(info.path, info.kind, info.value) for info in found] == [
        ("Lost", "image", "missing: a.png"),
        ("Own", "image", "embedded"),
        ("Solid", "solid", "#102030"),
        ("Shape", "shape", "#ff0000"),
        ("Line", "shape", ""),
        ("Card 1", "precomp", "Card"),
        ("", "null", ""),
        ("Odd", "unknown", "type 50"),
        ("Card/Title", "text", "Hello"),
    ]
    assert found[-1].name == "Title"
    assert (found[-1].in_point, found[-1].out_point) == (2.0, 7.0)
    assert found[0].customizable == ("image", "video", "visible", "plugin")
    assert found[3].customizable == ("color", "visible", "plugin")
    assert found[4].customizable == ("visible", "plugin")
    assert found[6].customizable == ()


@pytest.mark.parametrize(
    ("color", "text"),
    [((1.0, 0.5, 0.0), "#ff8000"), ((1.0, 0.0, 0.0, 1.0), "#ff0000"), ((2.0, -1.0, 0.0, 0.5), "#ff000080")],
)
def test_hex(color: tuple[float, ...], text: str) -> None:
    assert hex_of(color) == text
