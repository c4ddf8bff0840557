"""What a plugin layer is given, from every way in: wrong data and missing plugins are mistakes of their entry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.cli.app import run
from velocity_engine.customize.plugin_data import PACKAGES, _how_to_get, assets_in
from velocity_engine.display import FillSource, SolidPaint, command
from velocity_engine.errors import Place
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.model.layers import Layer, PluginContent
from velocity_engine.plugin_types import LayerContext

PICTURE = Path(__file__).parents[2] / "examples" / "replacement.jpg"


class Gauge:
    """A bar whose length is the data, which is a number, or an object with a picture that it only reads."""

    key = "gauge"
    lottie_types = ()
    moves = False
    data_schema: Mapping[str, Any] = {
        "type": "object",
        "properties": {"value": {"type": "number"}, "logo": {"type": "object"}},
        "required": ["value"],
    }

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def prepare(self, layer: Layer, context: LayerContext) -> Gauge:
        assert isinstance(layer.content, PluginContent)
        data = layer.content.data
        if "logo" in data:
            context.picture(data["logo"])
        if data["value"] > 100:
            raise ve.CustomizationError(
                "value is above 100", place=Place(layer=layer.name, field="data.value"), hint="It is a percentage"
            )
        return Gauge(data["value"])

    def draw(self, sampler: Any) -> Any:
        return [command(FillSource(rectangle_path(0, 0, self.value, 10), SolidPaint((1.0, 0.0, 0.0, 1.0))))]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    box = {"ty": 1, "nm": "Box", "ks": {}, "sw": 100, "sh": 10, "sc": "#00ff00", "ip": 0, "op": 5, "st": 0}
    (tmp_path / "data.json").write_text(
        json.dumps({"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": 128, "h": 64, "layers": [box], "assets": []})
    )
    return tmp_path / "data.json"


@pytest.fixture
def template(path: Path, fresh_plugins: None) -> Iterator[ve.Template]:
    gauge = Gauge()
    plugins.register(gauge)
    with ve.open_template(path) as opened:
        yield opened
    plugins.unregister(gauge)


WRONG = [
    ({"plugin": "gauge", "data": {"value": "much"}}, "data.value", "It must be a number"),
    ({"plugin": "gauge", "data": {}}, "data.value", "lacks 'value'"),
    ({"plugin": "gauge"}, "data", "the entry has no data for the plugin gauge"),
    ({"plugin": "gauge", "data": None}, "data", "data is null"),
    ({"plugin": "gauge", "data": {"value": 101}}, "data.value", "value is above 100"),
    ({"plugin": "gauge", "data": {"value": 1, "logo": {"assetId": "hils"}}}, "data.logo.assetId", "Did you mean hills"),
    ({"plugin": "gage", "data": {"value": 1}}, "plugin", "Did you mean gauge"),
]


@pytest.mark.parametrize(("entry", "field", "message"), WRONG)
def test_wrong_data_is_a_mistake_of_its_entry_everywhere(
    template: ve.Template, tmp_path: Path, entry: dict[str, Any], field: str, message: str
) -> None:
    entries = [{"layer": "Box", "visible": True}, {"layer": "Box", **entry}]
    assets = {"hills": str(PICTURE)}
    (checked,) = template.check(customizations=entries, assets=assets)
    with pytest.raises(ve.CustomizationError) as still:
        ve.render_still(template, customizations=entries, assets=assets)
    with pytest.raises(ve.CustomizationError) as render:
        ve.render(template, tmp_path / "out.mp4", customizations=entries, assets=assets)
    for error in (checked, still.value, render.value):
        assert error.place.field == f"customizationMap[1].{field}"
        assert message in str(error)
    assert still.value.hint == render.value.hint == checked.hint
    assert not list(tmp_path.glob("*.mp4"))


@pytest.mark.parametrize("command", ["still", "render"])
@pytest.mark.parametrize(("entry", "field", "message"), WRONG)
def test_the_command_line_calls_it_a_mistake(
    template: ve.Template, path: Path, capsys: pytest.CaptureFixture[str], command: str, entry: dict[str, Any],
    field: str, message: str,
) -> None:  # fmt: skip
    entries = path.with_name("map.json")
    entries.write_text(json.dumps([{"layer": "Box", **entry}]))
    out = path.with_name("out.png" if command == "still" else "out.mp4")
    asset = ["--asset", f"hills={PICTURE}"]
    assert run([command, str(path), "-o", str(out), "--customize", str(entries), *asset]) == 2
    told = capsys.readouterr().err
    assert f"customizationMap[0].{field}" in told and message in told
    assert not out.exists()


def test_a_plugin_uses_what_was_uploaded(template: ve.Template) -> None:
    for source in ({"assetId": "hills"}, {"data": "data:image/jpeg;base64,AAAA"}):
        entries = [{"layer": "Box", "plugin": "gauge", "data": {"value": 50, "logo": source}}]
        problems = template.check(customizations=entries, assets={"hills": str(PICTURE)})
        assert [one.place.field for one in problems] == ([] if "assetId" in source else ["customizationMap[0].data"])


def test_assets_are_found_wherever_the_data_has_them() -> None:
    data = {
        "a": [1, {"assetId": "one"}],
        "b": {"c": {"assetId": "two"}},
        "d": {"assetId": "three", "fit": "cover"},
        "e": {"assetId": 4},
    }
    assert list(assets_in(data)) == [(".a[1]", "one"), (".b.c", "two"), (".d", "three")]
    assert list(assets_in({"assetId": "top"})) == [("", "top")]


def test_an_upload_may_stand_beside_other_keys(template: ve.Template) -> None:
    logo = {"assetId": "hills", "fit": "cover", "corner": 5}
    entries = [{"layer": "Box", "plugin": "gauge", "data": {"value": 50, "logo": logo}}]
    assert template.check(customizations=entries, assets={"hills": str(PICTURE)}) == []
    assert ve.render_still(template, customizations=entries, assets={"hills": str(PICTURE)})[5, 25].tolist()[0] == 255
    (problem,) = template.check(customizations=entries, assets={"sea": str(PICTURE)})
    assert problem.place.field == "customizationMap[0].data.logo.assetId"
    logo["file"] = "images/a.png"
    (both,) = template.check(customizations=entries, assets={"hills": str(PICTURE)})
    assert "names no picture or clip" in both.message


class Anything:
    """A layer plugin without a schema, which keeps what it was given."""

    key = "anything"
    lottie_types = ()
    moves = False

    def __init__(self) -> None:
        self.given: list[Any] = []

    def prepare(self, layer: Layer, context: LayerContext) -> Anything:
        assert isinstance(layer.content, PluginContent)
        self.given.append(layer.content.data)
        return self

    def draw(self, sampler: Any) -> Any:
        return []


def deep(levels: int) -> Any:
    data: Any = 1
    for _ in range(levels):
        data = [data]
    return data


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"bars": [1, float("nan")]}, "data.bars[1]", "bars[1] is a number that is not finite"),
        (float("-inf"), "data", "data is a number that is not finite"),
        ({"thing": object()}, "data.thing", "thing is of the type object, which JSON does not have"),
        ([{"at": b"bytes"}], "data[0].at", "[0].at is of the type bytes"),
        ({"a": {5: "x"}}, "data.a", "a is an object with a key that is no text"),
        (np.zeros(3), "data", "data is of the type ndarray"),
    ],
)
def test_data_that_json_does_not_have(
    template: ve.Template, register: Callable[[Any], None], data: Any, field: str, message: str
) -> None:
    for plugin in (Anything(), Gauge()):
        if isinstance(plugin, Anything):
            register(plugin)
        entries = [{"layer": "Box", "plugin": plugin.key, "data": data}]
        (problem,) = template.check(customizations=entries)
        assert isinstance(problem, ve.CustomizationError) and problem.hint
        assert problem.place.field == f"customizationMap[0].{field}" and message in problem.message
        with pytest.raises(ve.CustomizationError, match=re.escape(message)):
            ve.still(template, customizations=entries)


def test_data_that_is_nested_too_deeply(template: ve.Template, register: Callable[[Any], None]) -> None:
    register(Anything())
    entries = [{"layer": "Box", "plugin": "anything", "data": deep(5000)}]
    (problem,) = template.check(customizations=entries)
    assert "is nested too deeply" in problem.message
    assert template.check(customizations=[{**entries[0], "data": deep(200)}]) == []


def test_numbers_of_numpy_are_numbers(template: ve.Template, register: Callable[[Any], None]) -> None:
    plugin = Anything()
    register(plugin)
    data = {"half": np.float32(0.5), "three": np.int64(3), "yes": np.bool_(True), "pair": (1, np.float64(2.5))}
    ve.still(template, customizations=[{"layer": "Box", "plugin": "anything", "data": data}])
    (seen,) = plugin.given
    assert seen == {"half": 0.5, "three": 3, "yes": True, "pair": [1, 2.5]}
    assert [type(value) for value in seen.values()] == [float, int, bool, list]
    assert template.check(customizations=[{"layer": "Box", "plugin": "gauge", "data": {"value": np.float32(2)}}]) == []


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_plugin_of_a_package_that_is_missing_is_told_with_the_package(package: str) -> None:
    """Both ways: what is listed is what the packages have, and a missing one is named."""
    keys = PACKAGES[package]
    assert {key for key in plugins.plugin_layers() if key in keys} == set(keys)
    for key in keys:
        folder = package.removeprefix("velocity-")
        assert _how_to_get(key).startswith(f"The package {package} has it: pip install ./plugins/{folder} ")
    assert _how_to_get(keys[0][:-1]).startswith(f"Did you mean {keys[0]}?")
