"""The charts as installed: conforming, and showing the data that they are given at each moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import velocity_engine as ve
from velocity_charts.bars import BarChart
from velocity_charts.countdown import Countdown, written
from velocity_charts.lines import LineChart, ticks_of
from velocity_charts.look import Numbers
from velocity_charts.shapes import arc, curve_through, cut, rounded_box
from velocity_engine import plugins
from velocity_engine.errors import Place
from velocity_engine.testing import check_layer_type, plugin_content

TYPES = (BarChart(), LineChart(), Countdown())
EXAMPLE = Path(__file__).resolve().parents[1] / "example"
WIDTH, HEIGHT, FRAMES = 400, 200, 100


def frame_of(folder: Path, plugin: str, data: Any, frame: float) -> NDArray[np.uint8]:
    box = {"ty": 1, "nm": "Box", "sw": WIDTH, "sh": HEIGHT, "sc": "#ff0000", "ks": {}, "ip": 0, "op": FRAMES, "st": 0}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": FRAMES, "w": WIDTH, "h": HEIGHT, "layers": [box], "assets": []}
    (folder / "data.json").write_text(json.dumps(document))
    with ve.open_template(folder / "data.json") as template:
        still = ve.still(template, frame, customizations=[{"layer": "Box", "plugin": plugin, "data": data}])
    assert {finding.feature for finding in still.findings} <= {"text.fallback"}
    return still.pixels


def colored(pixels: NDArray[np.uint8], color: tuple[int, int, int]) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = (np.abs(pixels[..., :3].astype(int) - color).max(axis=2) < 60) & (pixels[..., 3] > 200)
    return near


def test_they_are_installed_as_a_third_partys_plugin() -> None:
    report = next(report for report in plugins.installed() if report.name == "charts")
    assert (report.distribution, report.error, report.conflicts) == ("velocity-charts", None, ())
    assert report.provides == tuple(f"layer type {one.key}" for one in TYPES)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.key)
def test_they_conform_with_the_examples_of_their_schemas(kind: Any) -> None:
    schema: Mapping[str, Any] = kind.data_schema
    assert schema["title"] and schema["description"] and len(schema["examples"]) > 1
    check_layer_type(kind, *(plugin_content(kind.key, one, width=400, height=200) for one in schema["examples"]))


# --- bars -------------------------------------------------------------------------------------------------------------

RED, BLUE = (255, 0, 0), (0, 0, 255)
TWO = {"bars": [{"value": 10, "color": "#ff0000"}, {"value": 5, "color": "#0000ff"}], "seconds": 1}


def test_bars_are_as_high_as_their_values_once_they_have_grown(tmp_path: Path) -> None:
    pixels = frame_of(tmp_path, "bar-chart", TWO, 50)
    opaque = pixels[:, :, 3] > 180
    red, blue = (int(opaque[:196, x].sum()) for x in (75, 275))  # within a bar, left of its number
    assert red == pytest.approx(2 * blue, abs=4) and red > 0.5 * HEIGHT
    assert pixels[150, 100].argmax() == 0 and pixels[150, 300, :3].argmax() == 2


def test_bars_grow_one_after_the_other(tmp_path: Path) -> None:
    heights = []
    for frame in (0, 6, 14, 50):
        pixels = frame_of(tmp_path, "bar-chart", TWO, frame)
        heights.append([int((pixels[:190, x, 3] > 180).sum()) for x in (75, 275)])
    assert heights[0] == [0, 0]
    assert heights[1][0] > 0 and heights[1][1] == 0, "the second one waits"
    assert all(before[0] <= after[0] and before[1] <= after[1] for before, after in pairwise(heights))


def test_bars_below_zero_hang_from_the_axis(tmp_path: Path) -> None:
    data = {"bars": [{"value": 4, "color": "#ff0000"}, {"value": -4, "color": "#0000ff"}]}
    pixels = frame_of(tmp_path, "bar-chart", data, 60)
    above, below = (np.nonzero(pixels[:, x, 3] > 180)[0] for x in (75, 275))
    assert above.max() <= below.max() and above.min() < below.min()
    assert abs((above.max() - above.min()) - (below.max() - below.min())) <= 4


@pytest.mark.parametrize(
    ("data", "value", "text"),
    [
        ({}, 1234567, "1,234,567"),
        ({"prefix": "$", "decimals": 2}, -3.5, "\u2212$3.50"),
        ({"suffix": " %"}, 12.5, "12.5 %"),
        ({"decimals": 0}, -0.4, "0"),
    ],
)
def test_numbers_are_written_for_people(data: dict[str, Any], value: float, text: str) -> None:
    assert Numbers.of(data, [value]).written(value) == text


# --- lines ------------------------------------------------------------------------------------------------------------


def test_the_line_runs_to_the_right(tmp_path: Path) -> None:
    data = {"values": [0, 10, 5, 20], "color": "#ff0000", "seconds": 2}
    ends = []
    for frame in (5, 15, 50):
        seen = colored(frame_of(tmp_path, "line-chart", data, frame), RED)
        ends.append(int(np.nonzero(seen.any(axis=0))[0].max()))
    assert ends == sorted(ends) and ends[0] < 0.8 * WIDTH < ends[2]


def test_the_curve_goes_through_the_values_and_never_beyond_them() -> None:
    points = [(0.0, 1.0), (1.0, 3.0), (2.0, 3.0), (3.0, -2.0), (4.0, 0.0)]
    curve = curve_through(points)
    assert np.allclose(curve[0::3], points)
    share = np.linspace(0, 1, 50)[:, None]
    for k in range(4):
        a, b, c, d = curve[3 * k : 3 * k + 4]
        drawn = a * (1 - share) ** 3 + 3 * b * share * (1 - share) ** 2 + 3 * c * share**2 * (1 - share) + d * share**3
        low, high = sorted((points[k][1], points[k + 1][1]))
        assert drawn[:, 1].min() >= low - 1e-9 and drawn[:, 1].max() <= high + 1e-9
        assert (np.diff(drawn[:, 0]) > 0).all()
        half = cut(curve, k + 0.5)
        assert np.allclose(half[-1], (a + 3 * b + 3 * c + d) / 8)
    assert np.array_equal(cut(curve, 4.0), curve) and np.array_equal(cut(curve, 9.0), curve)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 100, [0, 25, 50, 75, 100]),
        (12, 41, [10, 20, 30, 40, 50]),
        (5, 5, [4, 4.5, 5, 5.5, 6]),
        (-3, 7, [-5, -2.5, 0, 2.5, 5, 7.5]),
    ],
)
def test_ticks_are_round_and_hold_all_values(low: float, high: float, expected: list[float]) -> None:
    assert ticks_of(low, high) == pytest.approx(expected)


def test_equal_and_huge_values_are_drawn(tmp_path: Path) -> None:
    for values in ([3, 3], [0, 0, 0], [1e12, -1e12], [1e-9, 2e-9]):
        assert frame_of(tmp_path, "line-chart", {"values": values}, 60).any()


# --- countdown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "clock", "text"),
    [(7, False, "7"), (90, False, "90"), (90, True, "1:30"), (3661, True, "1:01:01"), (0, True, "0:00")],
)
def test_seconds_are_written(seconds: int, clock: bool, text: str) -> None:
    assert written(seconds, clock) == text


def test_the_ring_empties_and_the_number_changes_with_the_second(tmp_path: Path) -> None:
    data = {"from": 4, "color": "#ff0000"}
    frames = {frame: frame_of(tmp_path, "countdown", data, frame) for frame in (0, 12, 24, 37, 75, 99)}
    ring = [int(colored(pixels, RED).sum()) for pixels in frames.values()]
    assert ring == sorted(ring, reverse=True) and ring[0] > 3 * ring[4]
    middle = {frame: pixels[60:140, 160:240] for frame, pixels in frames.items()}
    assert np.array_equal(middle[12], middle[24]), "the same second, and settled"
    assert not np.array_equal(middle[24], middle[37])


def test_it_says_its_end_and_counts_as_long_as_the_layer_where_nothing_is_said(tmp_path: Path) -> None:
    early = frame_of(tmp_path, "countdown", {"from": 1, "ring": False, "end": "Go!"}, 50)
    late = frame_of(tmp_path, "countdown", {"from": 1, "ring": False, "end": "Go!"}, 80)
    assert np.array_equal(early, late) and early.any()
    assert np.array_equal(frame_of(tmp_path, "countdown", {}, 30), frame_of(tmp_path, "countdown", {"from": 4}, 30))


@pytest.mark.parametrize(
    ("plugin", "data", "field", "words"),
    [
        ("bar-chart", {"bars": []}, "data.bars", "at least 1"),
        ("bar-chart", {"bars": [{"value": "3"}]}, "data.bars[0].value", "a number"),
        ("bar-chart", {"bars": [{"value": 1}], "colour": "#ffffff"}, "data.colour", "Did you mean color"),
        ("line-chart", {"values": [1]}, "data.values", "at least 2"),
        ("line-chart", {"values": [1, 2], "seconds": 0}, "data.seconds", "above 0"),
        ("countdown", {"from": -1}, "data.from", "above 0"),
        ("countdown", {"format": "hours"}, "data.format", "one of"),
    ],
)
def test_wrong_data_is_refused_with_its_field(tmp_path: Path, plugin: str, data: Any, field: str, words: str) -> None:
    with pytest.raises(ve.CustomizationError) as refused:
        frame_of(tmp_path, plugin, data, 0)
    assert refused.value.place == Place(layer="Box", field=f"customizationMap[0].{field}")
    assert words in str(refused.value)


# --- shapes -----------------------------------------------------------------------------------------------------------


def test_round_corners_stay_in_their_box_and_close() -> None:
    for radii in ((5.0, 0.0), (0.0, 5.0), (500.0, 500.0), (0.0, 0.0)):
        path = rounded_box((10.0, 20.0, 40.0, 30.0), *radii)
        assert path.bounds() == pytest.approx((10, 20, 40, 30))
        assert path.closed.all() and np.array_equal(path.points[0], path.points[-1])
        assert (len(path.points) - 1) % 3 == 0


def test_an_arc_lies_on_its_circle() -> None:
    path = arc(10.0, 20.0, 8.0, 0.1, 0.9)
    share = np.linspace(0, 1, 20)[:, None]
    for k in range((len(path.points) - 1) // 3):
        a, b, c, d = path.points[3 * k : 3 * k + 4]
        on = a * (1 - share) ** 3 + 3 * b * share * (1 - share) ** 2 + 3 * c * share**2 * (1 - share) + d * share**3
        assert np.allclose(np.hypot(*(on - (10.0, 20.0)).T), 8.0, atol=0.01)


# --- the example ------------------------------------------------------------------------------------------------------


def test_the_example_renders_without_findings(tmp_path: Path) -> None:
    entries = json.loads((EXAMPLE / "customizations.json").read_text())
    assert {entry["plugin"] for entry in entries} == {one.key for one in TYPES}
    with ve.open_template(EXAMPLE) as template:
        assert template.check(customizations=entries) == []
        config = ve.EncoderConfig(resolution=(320, 180), preset=5)
        said = ve.read_captions(EXAMPLE / "words.json", layer="Captions", style="karaoke")
        result = ve.render(template, tmp_path / "a.mp4", encoder=config, customizations=entries, captions=said)
    assert (result.frames, result.findings) == (150, ())
