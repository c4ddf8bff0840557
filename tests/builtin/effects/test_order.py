"""Where effects stand in the order of work of a layer, seen in rendered stills."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import velocity_engine as ve

RED_SHADOW = [
    {"ty": 2, "v": {"a": 0, "k": [1, 0, 0, 1]}},
    {"ty": 0, "v": {"a": 0, "k": 255}},
    {"ty": 0, "v": {"a": 0, "k": 90}},
    {"ty": 0, "v": {"a": 0, "k": 10}},
    {"ty": 0, "v": {"a": 0, "k": 0}},
    {"ty": 7, "v": {"a": 0, "k": 0}},
]
SHADOW = {"ty": 25, "nm": "shadow", "mn": "ADBE Drop Shadow", "en": 1, "ef": RED_SHADOW}
SQUARE = {"ty": "rc", "p": {"a": 0, "k": [5, 5]}, "s": {"a": 0, "k": [10, 10]}, "r": {"a": 0, "k": 0}}
BLUE = {"ty": "fl", "c": {"a": 0, "k": [0, 0, 1, 1]}, "o": {"a": 0, "k": 100}}


def still(tmp_path: Path, layer: dict[str, Any]) -> NDArray[np.uint8]:
    transform = {"p": {"a": 0, "k": [20, 20]}, "s": {"a": 0, "k": [200, 200]}}
    whole = {"nm": "it", "ip": 0, "op": 10, "st": 0, "ks": transform, **layer}
    document = {"v": "5.7.0", "fr": 25, "ip": 0, "op": 10, "w": 100, "h": 100, "layers": [whole]}
    path = tmp_path / "data.json"
    path.write_text(json.dumps(document))
    return ve.render_still(ve.open_template(path), frame=0)


def red_columns(picture: NDArray[np.uint8]) -> NDArray[np.intp]:
    row = picture[30]
    return np.flatnonzero((row[:, 0] == 255) & (row[:, 2] == 0) & (row[:, 3] == 255))


def test_effects_of_a_solid_are_scaled_with_it(tmp_path: Path) -> None:
    picture = still(tmp_path, {"ty": 1, "sw": 10, "sh": 10, "sc": "#0000ff", "ef": [SHADOW]})
    np.testing.assert_array_equal(red_columns(picture), np.arange(40, 60))


def test_effects_of_a_shape_act_after_its_transform(tmp_path: Path) -> None:
    picture = still(tmp_path, {"ty": 4, "shapes": [SQUARE, BLUE], "ef": [SHADOW]})
    np.testing.assert_array_equal(red_columns(picture), np.arange(40, 50))


def test_masks_cut_before_effects(tmp_path: Path) -> None:
    corners = [[0, 0], [5, 0], [5, 10], [0, 10]]
    nothing = [[0, 0]] * 4
    path = {"a": 0, "k": {"i": nothing, "o": nothing, "v": corners, "c": True}}
    mask = {"mode": "a", "inv": False, "pt": path, "o": {"a": 0, "k": 100}, "x": {"a": 0, "k": 0}}
    layer = {"ty": 1, "sw": 10, "sh": 10, "sc": "#0000ff", "hasMask": True, "masksProperties": [mask], "ef": [SHADOW]}
    picture = still(tmp_path, layer)
    np.testing.assert_array_equal(red_columns(picture), np.arange(40, 50))
    assert not picture[30, 30:40].any()


def test_effects_of_a_shape_have_the_box_of_its_composition(tmp_path: Path) -> None:
    """A shape in a precomp that is larger than the document is not cut to the document's box."""
    values = [50, 50, [150, 50], 0.5, 0, 1, 0]
    bulge = {"ty": 5, "mn": "ADBE Bulge", "en": 1, "ef": [{"ty": 0, "v": {"a": 0, "k": value}} for value in values]}
    shown = {"p": {"a": 0, "k": [-100, 0]}}
    square = {"ty": "rc", "p": {"a": 0, "k": [150, 50]}, "s": {"a": 0, "k": [80, 80]}, "r": {"a": 0, "k": 0}}
    inner = {"ty": 4, "nm": "it", "ip": 0, "op": 10, "st": 0, "ks": {}, "shapes": [square, BLUE], "ef": [bulge]}
    outer = {"ty": 0, "nm": "c", "refId": "c", "w": 200, "h": 100, "ip": 0, "op": 10, "st": 0, "ks": shown}
    document = {"v": "5.7.0", "fr": 25, "ip": 0, "op": 10, "w": 100, "h": 100, "layers": [outer]}
    path = tmp_path / "data.json"
    path.write_text(json.dumps(document | {"assets": [{"id": "c", "layers": [inner]}]}))
    assert ve.render_still(ve.open_template(path), frame=0)[50, 50].tolist() == [0, 0, 255, 255]
