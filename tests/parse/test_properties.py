"""Properties: static values, keyframes old and new, split positions, slots, expressions, gradients, paths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from velocity_engine.errors import DocumentError
from velocity_engine.model.properties import Ease, Property, SplitPosition
from velocity_engine.parse.context import (
    KEYFRAMES_A_LAYER,
    MAX_KEYFRAMES,
    MAX_SHAPE_ITEMS,
    SHAPE_ITEMS_A_LAYER,
    Context,
    version_of,
)
from velocity_engine.parse.properties import (
    color_property,
    gradient_stops,
    path_property,
    position,
    scalar,
    vector,
)
from velocity_engine.parse.shapes import shape_items


def context(version: str = "5.9.0", slots: dict[str, Any] | None = None) -> Context:
    return Context(file="x.json", version=version_of(version), package=None, slots=slots or {})


def read(raw: Any, default: tuple[float, ...] = (0.0, 0.0, 0.0), **options: Any) -> Property[tuple[float, ...]]:
    return vector(context(**options), {"p": raw}, "p", default, "/ks", "position")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (None, (0.0, 0.0, 0.0)),
        ({"a": 0, "k": [1, 2, 3]}, (1.0, 2.0, 3.0)),
        ({"k": [1, 2]}, (1.0, 2.0, 0.0)),
        ({"k": ["1.5", "2", 0]}, (1.5, 2.0, 0.0)),
        ({"k": 7}, (7.0, 0.0, 0.0)),
        ([4, 5, 6], (4.0, 5.0, 6.0)),
        ({"a": 1, "k": [{"t": 0, "s": [1, 2, 3]}]}, (1.0, 2.0, 3.0)),
    ],
)
def test_static_values(raw: Any, value: tuple[float, ...]) -> None:
    prop = read(raw)
    assert prop.value == value
    assert not prop.moves


def test_new_keyframes() -> None:
    prop = read(
        {
            "a": 1,
            "k": [
                {"t": 0, "s": [0, 0, 0], "o": {"x": 0.3, "y": 0}, "i": {"x": [0.6, 0.7], "y": [1, 2]}},
                {"t": 10, "s": [5, 5, 5], "h": 1},
                {"t": 20, "s": [9, 9, 9]},
            ],
        }
    )
    first, second, third = prop.keyframes
    assert (first.time, first.value) == (0.0, (0.0, 0.0, 0.0))
    assert first.out == Ease((0.3,), (0.0,))
    assert first.into == Ease((0.6, 0.7), (1.0, 2.0))
    assert second.hold
    assert third.value == (9.0, 9.0, 9.0)
    assert prop.pointer == "/ks/p"


def test_old_keyframes_take_the_last_value_from_the_end_before() -> None:
    ease = {"i": {"x": [0.8], "y": [0.8]}, "o": {"x": [0.2], "y": [0.2]}}
    prop = read({"k": [{"t": 0, "s": [1], "e": [2], **ease}, {"t": 5, "s": [2], "e": [8], **ease}, {"t": 9}]}, (0.0,))
    assert [frame.value for frame in prop.keyframes] == [(1.0,), (2.0,), (8.0,)]
    assert prop.keyframes[0].out is None, "an ease along the diagonal is linear"


def test_spatial_tangents() -> None:
    frames = read(
        {
            "k": [
                {"t": 0, "s": [0, 0, 0], "to": [1, 2], "ti": [0, 0, 0]},
                {"t": 5, "s": [3, 3, 3], "to": [0, 0, 0], "ti": [0, 0, 0]},
                {"t": 9, "s": [4, 4, 4]},
            ]
        }
    ).keyframes
    assert frames[0].tangent_out == (1.0, 2.0, 0.0)
    assert frames[0].tangent_in == (0.0, 0.0, 0.0)
    assert frames[1].tangent_out is None


def test_keyframes_out_of_order_and_of_uneven_length() -> None:
    prop = read({"k": [{"t": 9, "s": [9, 9, 9, 9]}, {"t": 1, "s": [1]}]})
    assert [frame.time for frame in prop.keyframes] == [1.0, 9.0]
    assert [frame.value for frame in prop.keyframes] == [(1.0, 0.0, 0.0, 0.0), (9.0, 9.0, 9.0, 9.0)]


def test_eases_are_clamped_in_time_only() -> None:
    ease = {"o": {"x": [-1], "y": [-1]}, "i": {"x": [3], "y": [3]}}
    frame = read({"k": [{"t": 0, "s": [0], **ease}, {"t": 1, "s": [1]}]}, (0.0,)).keyframes[0]
    assert frame.out == Ease((0.0,), (-1.0,))
    assert frame.into == Ease((1.0,), (3.0,))


@pytest.mark.parametrize(
    "raw",
    [
        {"k": "abc"},
        {"k": []},
        {"k": None},
        {},
        {"k": [1, "x"]},
        {"k": [1e999, 0]},
        {"k": 10**400},
        {"k": {"a": 1}},
        {"k": [{"t": 0}]},
        {"k": [{"t": 0, "s": [1]}, 239]},
        {"k": [{"t": "x", "s": [1]}]},
        {"k": [[1, 2], [3, 4]]},
        True,
    ],
)
def test_what_cannot_be_read_is_reported_and_stands_at_its_default(raw: Any) -> None:
    carried = context()
    prop = vector(carried, {"s": raw}, "s", (100.0, 100.0, 100.0), "/layers/0/ks", "scale")
    if raw is True:
        assert prop.value == (1.0, 100.0, 100.0)
        return
    assert prop.value == (100.0, 100.0, 100.0)
    assert not prop.moves
    (finding,) = carried.findings
    assert finding.feature == "document.malformed"
    assert finding.place.pointer == "/layers/0/ks/s"


def test_split_positions() -> None:
    raw = {"s": True, "x": {"k": 3}, "y": {"a": 1, "k": [{"t": 0, "s": [1]}, {"t": 4, "s": [2]}]}}
    split = position(context(), {"p": raw}, "p", (0.0, 0.0, 0.0), "/ks")
    assert isinstance(split, SplitPosition)
    assert split.x.value == (3.0,)
    assert split.y.moves and split.moves
    assert split.z is None


def test_expressions_and_slots() -> None:
    prop = read({"k": [1, 2, 3], "x": "wiggle(1, 2)"})
    assert prop.expression == "wiggle(1, 2)"
    assert prop.moves
    carried = context(slots={"size": {"a": 0, "k": [7, 8, 9]}, "bare": 5})
    slotted = vector(carried, {"s": {"sid": "size", "k": [1, 1, 1]}}, "s", (0.0,), "", "scale")
    assert (slotted.value, slotted.slot) == ((7.0, 8.0, 9.0), "size")
    assert scalar(carried, {"o": {"sid": "bare"}}, "o", 100.0, "").value == (5.0,)
    unknown = scalar(carried, {"o": {"sid": "other", "k": 4}}, "o", 100.0, "")
    assert (unknown.value, unknown.slot) == ((4.0,), "other")
    assert carried.used_slots["other"] == {"k": 4}


@pytest.mark.parametrize(
    ("version", "raw", "value"),
    [
        ("5.9.0", [1, 0.5, 0, 1], (1.0, 0.5, 0.0, 1.0)),
        ("4.1.8", [255, 0, 51, 255], (1.0, 0.0, 0.2, 1.0)),
        ("1.0.0", [0.5, 0, 1, 1], (0.5, 0.0, 1.0, 1.0)),
        ("4.1.9", [1, 0, 0.2, 1], (1.0, 0.0, 0.2, 1.0)),
        ("", [1, 0, 0.2], (1.0, 0.0, 0.2)),
        ("5.0.0", "#ff0033", (1.0, 0.0, 0.2)),
    ],
)
def test_colors(version: str, raw: Any, value: tuple[float, ...]) -> None:
    assert color_property(context(version), {"c": {"k": raw}}, "c", "").value == pytest.approx(value)


def test_gradients() -> None:
    stops = [0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0.5]
    value = gradient_stops(context(), {"g": {"p": 2, "k": {"a": 0, "k": stops}}}, "g", "")
    assert value.count == 2
    assert value.stops.value == tuple(map(float, stops))
    assert gradient_stops(context(), {"g": {"p": 9, "k": {"k": stops[:8]}}}, "g", "").count == 2
    assert gradient_stops(context(), {"g": {"k": stops[:8]}}, "g", "").count == 2
    carried = context()
    assert gradient_stops(carried, {"g": {"p": 1, "k": {"k": [0, 1]}}}, "g", "").count == 1
    assert gradient_stops(carried, {"g": 4}, "g", "").count == 1
    assert len(carried.findings) == 2


SQUARE = {"v": [[0, 0], [1, 0], [1, 1]], "i": [[0, 0]] * 3, "o": [[0, 0.5]] * 3, "c": True}


@pytest.mark.parametrize("k", [SQUARE, [SQUARE]])
def test_paths(k: Any) -> None:
    prop = path_property(context(), {"ks": {"a": 0, "k": k}}, "ks", "")
    assert prop is not None
    assert prop.value.closed
    np.testing.assert_array_equal(prop.value.vertices, SQUARE["v"])
    np.testing.assert_array_equal(prop.value.outs, SQUARE["o"])


def test_moving_and_uneven_paths() -> None:
    raw = {"k": [{"t": 0, "s": [SQUARE], "e": [{**SQUARE, "c": False}]}, {"t": 5}]}
    prop = path_property(context(), {"ks": raw}, "ks", "")
    assert prop is not None
    assert [frame.value.closed for frame in prop.keyframes] == [True, False]
    short = path_property(context(), {"ks": {"k": {"v": [[1, 2], [3, 4]], "i": [[9, 9]]}}}, "ks", "", True)
    assert short is not None
    np.testing.assert_array_equal(short.value.ins, [[9, 9], [0, 0]])
    assert short.value.closed
    empty = path_property(context(), {"ks": {"k": {"v": [], "i": [], "o": []}}}, "ks", "")
    assert empty is not None
    assert empty.value.vertices.shape == (0, 2)


@pytest.mark.parametrize(
    "raw", [None, 3, {"k": 3}, {"k": {"v": 3}}, {"k": {"v": [[1], [2]]}}, {"k": {"v": [[None, 1]]}}]
)
def test_paths_that_cannot_be_read(raw: Any) -> None:
    carried = context()
    assert path_property(carried, {"ks": raw}, "ks", "/shapes/0") is None
    assert carried.findings[0].place.pointer == "/shapes/0/ks"


def test_findings_are_bounded() -> None:
    carried = context()
    for _ in range(3000):
        scalar(carried, {"o": {"k": "x"}}, "o", 0.0, "")
    found = carried.all_findings()
    assert len(found) == 1001
    assert "2000 more" in found[-1].message


@pytest.mark.parametrize(
    ("raw", "version"),
    [("5.9.0", (5, 9, 0)), ("4.1", (4, 1, 0)), (5, (5, 0, 0)), ("x", (99, 0, 0)), (None, (99, 0, 0)), ([], (99, 0, 0))],
)
def test_versions(raw: Any, version: tuple[int, int, int]) -> None:
    assert version_of(raw) == version


def test_more_keyframes_than_a_document_may_hold_are_refused() -> None:
    carried = context()
    carried.begin_layer("Layer")
    keys = [{"t": n, "s": [n], "h": 1} for n in range(KEYFRAMES_A_LAYER)]
    carried.count_keyframes(MAX_KEYFRAMES, "/ks/o")
    vector(carried, {"p": {"a": 1, "k": keys}}, "p", (0.0,), "/ks", "position")
    with pytest.raises(DocumentError, match="keyframes") as failure:
        vector(carried, {"p": {"a": 1, "k": keys[:1]}}, "p", (0.0,), "/ks", "position")
    assert failure.value.place.layer == "Layer"
    assert failure.value.place.pointer == "/ks/p"


def test_more_shape_items_than_a_document_may_hold_are_refused() -> None:
    carried = context()
    carried.begin_layer("Layer")
    carried.count_shape_items(MAX_SHAPE_ITEMS, "/shapes")
    rectangle = {"ty": "rc", "p": {"k": [0, 0]}, "s": {"k": [1, 1]}, "r": {"k": 0}}
    assert len(shape_items(carried, [rectangle] * SHAPE_ITEMS_A_LAYER, "/shapes")) == SHAPE_ITEMS_A_LAYER
    with pytest.raises(DocumentError, match="hold more than 50000 items") as failure:
        shape_items(carried, [rectangle], "/shapes")
    assert failure.value.place.layer == "Layer"
