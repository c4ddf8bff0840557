"""What effects magnify is drawn in finer pixels first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import velocity_engine as ve
from velocity_engine.display import DrawCommand, EffectCall, FillSource, SolidPaint, command, group_source
from velocity_engine.evaluate.evaluation_pass import EVERYWHERE, Pass, Viewport
from velocity_engine.evaluate.finer import MAX_COMMANDS, in_finer_pixels, magnified
from velocity_engine.model.geometry import IDENTITY, rectangle_path

SIZE = 120


def still(k: Any) -> dict[str, Any]:
    return {"a": 0, "k": k}


def transform(**changes: Any) -> dict[str, Any]:
    return {key: still(value) for key, value in {"p": [0, 0], "a": [0, 0], "s": [100, 100], **changes}.items()}


def lines() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {"ty": "rc", "p": still([2.0 + 6 * k, 20.0]), "s": still([1.0, 30.0]), "r": still(0)} for k in range(6)
    ]
    return [{"ty": "gr", "it": [*items, {"ty": "fl", "c": still([0, 0, 0]), "o": still(100)}, {"ty": "tr"}]}]


def effect(scale: float) -> dict[str, Any]:
    values = [[0, 0], [0, 0], 1, scale, scale, 0, 0, 0, 100]
    kinds = [3, 3, 7, 0, 0, 0, 0, 0, 0]
    entries = [{"ty": kind, "ix": n + 1, "v": still(v)} for n, (kind, v) in enumerate(zip(kinds, values, strict=True))]
    names = (1, 2, 11, 3, 4, 5, 6, 7, 8)
    for entry, number in zip(entries, names, strict=True):
        entry["mn"] = f"ADBE Geometry2-{number:04d}"
    return {"ty": 5, "mn": "ADBE Geometry2", "nm": "Transform", "en": 1, "ef": entries}


def blur(amount: float) -> dict[str, Any]:
    entries = [{"ty": 0, "ix": n + 1, "v": still(v)} for n, v in enumerate((amount, 1, 0))]
    return {"ty": 29, "mn": "ADBE Gaussian Blur 2", "nm": "Blur", "en": 1, "ef": entries}


def layer(**more: Any) -> dict[str, Any]:
    return {"ty": 4, "ind": 1, "ip": 0, "op": 10, "st": 0, "ks": transform(), "shapes": lines(), **more}


def document(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"v": "5.7", "fr": 10, "ip": 0, "op": 10, "w": SIZE, "h": SIZE, "layers": list(layers), **more}


def drawn(folder: Path, made: dict[str, Any], size: tuple[int, int] | None = None) -> NDArray[np.int16]:
    path = folder / "document.json"
    path.write_text(json.dumps(made))
    return np.asarray(ve.render_still(ve.open_template(path), frame=0, size=size)).astype(np.int16)[..., 3]


def far(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float(np.abs(one - other).mean())


@pytest.mark.parametrize("scale", [150.0, 300.0])
def test_what_an_effect_magnifies_is_nearly_as_sharp_as_what_the_layer_does(tmp_path: Path, scale: float) -> None:
    wanted = drawn(tmp_path, document(layer(ks=transform(s=[scale, scale]))))
    assert far(drawn(tmp_path, document(layer(ef=[effect(scale)]))), wanted) < 1.0


def test_solids_in_precomps_and_masks_are_sharp_too(tmp_path: Path) -> None:
    mask = {"mode": "a", "inv": False, "o": still(100), "x": still(0), "pt": still(
        {"c": True, "v": [[0, 10], [30, 12], [20, 33]], "i": [[0, 0]] * 3, "o": [[0, 0]] * 3})}  # fmt: skip
    assets = [{"id": "c", "layers": [layer()]}]
    inner = {"ty": 0, "ind": 1, "ip": 0, "op": 10, "st": 0, "refId": "c", "w": 60, "h": 60, "masksProperties": [mask]}
    one = drawn(tmp_path, document({**inner, "ks": transform(), "ef": [effect(200.0)]}, assets=assets))
    other = drawn(tmp_path, document({**inner, "ks": transform(s=[200, 200])}, assets=assets))
    assert far(one, other) < 1.0


def test_effects_behind_the_last_that_magnifies_see_device_pixels(tmp_path: Path) -> None:
    one = drawn(tmp_path, document(layer(ef=[effect(200.0), blur(6.0)])))
    other = drawn(tmp_path, document(layer(ks=transform(s=[200, 200]), ef=[blur(6.0)])))
    assert far(one, other) < 1.0
    before = drawn(tmp_path, document(layer(ef=[blur(3.0), effect(200.0)])))
    assert far(before, other) < 2.0


def test_a_frame_without_room_for_finer_pixels_is_drawn_as_it_is(tmp_path: Path) -> None:
    large = drawn(tmp_path, document(layer(ef=[effect(200.0)])), (1600, 1600))
    assert large.max() == 255


def test_a_row_of_magnifying_effects_costs_no_frame_its_budget(tmp_path: Path) -> None:
    many = [layer(ind=k + 1, ef=[effect(110.0)]) for k in range(12)]
    assert drawn(tmp_path, document(*many), (1920, 1920)).max() == 255


# --- when -----------------------------------------------------------------------------------------------------------


def call(magnification: float) -> EffectCall:
    return EffectCall("any", (), magnification=magnification)


def content(count: int) -> list[DrawCommand]:
    one = command(FillSource(rectangle_path(0, 0, 9, 9), SolidPaint((0.0, 0.0, 0.0, 1.0))))
    return [command(group_source([one] * (count - 1)))]


def at(side: int = 200) -> Pass:
    return Pass(0.0, IDENTITY, (100.0, 100.0), Viewport(side, side, IDENTITY))


def test_steps_follow_the_magnification_and_the_frame() -> None:
    assert magnified([call(1.0)], at(), content(5)) is None
    assert magnified([call(1.4)], at(), content(5)) == (1, 2)
    assert magnified([call(1.0), call(3.0), call(1.0)], at(), content(5)) == (2, 4)
    assert magnified([call(1.5), call(1.6)], at(), content(5)) == (2, 4)
    assert magnified([call(9.0)], at(1000), content(5)) == (1, 2)


def test_not_within_finer_pixels_nor_without_a_frame_nor_for_much_content() -> None:
    assert magnified([call(3.0)], in_finer_pixels(at(), 2), content(5)) is None
    assert magnified([call(3.0)], replace(at(), viewport=EVERYWHERE), content(5)) is None
    assert magnified([call(3.0)], at(), content(MAX_COMMANDS)) is not None
    assert magnified([call(3.0)], at(), content(MAX_COMMANDS + 1)) is None
