"""The plugin as installed: found by its entry point, conforming, and readable where it is drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import segno

import velocity_engine
from velocity_engine import CustomizationError, plugins
from velocity_engine.display import DrawCommand, FillSource, SolidPaint
from velocity_engine.errors import Place
from velocity_engine.model.layers import Layer
from velocity_engine.testing import BareContext, StillSampler, check_layer_type, plugin_content
from velocity_qrcode.layer import QrCodeLayerType
from velocity_qrcode.symbol import QUIET_ZONE, dark_path, dark_rectangles, encode

TEXT = "https://example.com/offer?customer=10000"
WHOLE = {"text": TEXT, "error": "h", "dark": "#102030", "light": "#fff8e0"}


def one_square() -> dict[str, Any]:
    place = {
        "a": {"k": [0, 0, 0]},
        "p": {"k": [40, 20, 0]},
        "s": {"k": [100, 100, 100]},
        "r": {"k": 0},
        "o": {"k": 100},
    }
    code = {"ty": 1, "nm": "Code", "ks": place, "sw": 200, "sh": 200, "sc": "#ff0000", "ip": 0, "op": 25, "st": 0}
    return {"v": "5.9.0", "fr": 25, "ip": 0, "op": 25, "w": 320, "h": 240, "layers": [code], "assets": []}


def drawn(data: object, width: float = 300.0, height: float = 200.0) -> list[DrawCommand]:
    layer = Layer(content=plugin_content("qrcode", data, width=width, height=height), name="Code")
    return list(QrCodeLayerType().prepare(layer, BareContext()).draw(StillSampler()))


def test_it_is_installed_as_a_third_partys_plugin() -> None:
    assert isinstance(plugins.plugin_layer("qrcode"), QrCodeLayerType)
    report = next(report for report in plugins.installed() if report.name == "qrcode")
    assert (report.distribution, report.error, report.provides) == ("velocity-qrcode", None, ("layer type qrcode",))


def test_it_conforms() -> None:
    check_layer_type(QrCodeLayerType(), plugin_content("qrcode", TEXT), plugin_content("qrcode", WHOLE))


def test_the_rectangles_cover_the_dark_modules_once() -> None:
    modules = encode(TEXT, "q", Place())
    count = np.zeros(modules.shape, int)
    for x0, y0, x1, y1 in dark_rectangles(modules):
        count[y0:y1, x0:x1] += 1
    assert np.array_equal(count, modules.astype(int))


def test_the_modules_are_those_of_the_symbol_with_the_level_asked_for() -> None:
    modules = encode(TEXT, "h", Place())
    symbol = segno.make_qr(TEXT, error="h", boost_error=False)
    assert symbol.error == "H"
    assert np.array_equal(modules, np.array([list(row) for row in symbol.matrix], bool))


def test_all_dark_modules_are_one_path_on_whole_units_inside_the_box() -> None:
    ground, dark = drawn(TEXT)
    assert isinstance(dark.source, FillSource) and isinstance(ground.source, FillSource)
    assert np.array_equal(dark.source.path.points, np.round(dark.source.path.points))
    x0, y0, x1, y1 = ground.source.path.bounds() or (0, 0, 0, 0)
    assert 0 <= x0 < x1 <= 300 and 0 <= y0 < y1 <= 200 and x1 - x0 == y1 - y0
    inner = dark.source.path.bounds() or (0, 0, 0, 0)
    module = (x1 - x0) / (len(encode(TEXT, "m", Place())) + 2 * QUIET_ZONE)
    assert inner == (x0 + 4 * module, y0 + 4 * module, x1 - 4 * module, y1 - 4 * module)


def test_colours_and_a_clear_ground() -> None:
    ground, dark = drawn(WHOLE)
    assert isinstance(dark.source, FillSource) and isinstance(dark.source.paint, SolidPaint)
    assert dark.source.paint.color == pytest.approx((16 / 255, 32 / 255, 48 / 255, 1))
    assert isinstance(ground.source, FillSource) and isinstance(ground.source.paint, SolidPaint)
    assert ground.source.paint.color == pytest.approx((1, 248 / 255, 224 / 255, 1))
    assert len(drawn({"text": TEXT, "light": None})) == 1


def test_a_box_too_small_for_whole_units_is_still_filled() -> None:
    ground, _ = drawn(TEXT, 30, 30)
    assert isinstance(ground.source, FillSource)
    assert ground.source.path.bounds() == pytest.approx((0, 0, 30, 30), abs=1)


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        (17, "data", "It must be a text or an object"),
        ("", "data", "is empty"),
        ({"error": "m"}, "data.text", "lacks 'text'"),
        ({"text": "x", "eror": "m"}, "data.eror", "Did you mean error"),
        ({"text": "x", "error": "mm"}, "data.error", "one of"),
        ({"text": "x", "error": 3}, "data.error", "one of"),
        ({"text": "x", "dark": "black"}, "data.dark", "#ff8800"),
        ({"text": "x", "light": 0}, "data.light", "a text or null"),
        ("x" * 5000, "data", "does not fit"),
    ],
)
def test_wrong_data_is_refused_with_its_field(tmp_path: Path, data: object, field: str, message: str) -> None:
    (tmp_path / "data.json").write_text(json.dumps(one_square()))
    entries = [{"layer": "Code", "plugin": "qrcode", "data": data}]
    with velocity_engine.open_template(tmp_path / "data.json") as template:
        (told,) = template.check(customizations=entries)
        with pytest.raises(CustomizationError, match=message) as refused:
            velocity_engine.render_still(template, customizations=entries)
    assert str(told) == str(refused.value)
    assert refused.value.place == Place(layer="Code", field=f"customizationMap[0].{field}")


def test_the_path_of_no_dark_modules_is_empty() -> None:
    assert dark_path(np.zeros((3, 3), bool), 0, 0, 1).contours == 0


def test_a_customization_draws_it_in_the_box_of_the_old_layer(tmp_path: Path) -> None:
    """Each module is read back from the middle of its square in the drawn frame."""
    (tmp_path / "data.json").write_text(json.dumps(one_square()))
    entries = [{"layer": "Code", "plugin": "qrcode", "data": TEXT}]
    with velocity_engine.open_template(tmp_path / "data.json") as template:
        pixels = velocity_engine.render_still(template, customizations=entries)
    modules = np.pad(encode(TEXT, "m", Place()), QUIET_ZONE)
    size = 200 // len(modules)
    at = np.arange(len(modules)) * size + size // 2 + round((200 - size * len(modules)) / 2)
    read = pixels[np.ix_(at + 20, at + 40)]
    assert np.array_equal(read[..., 0] == 0, modules)
    assert np.array_equal(read[..., 0] == 255, ~modules)
    assert (pixels[:20, :, 3] == 0).all(), "something was drawn outside the box"
