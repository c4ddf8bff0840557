"""In which frames two templates differ, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve

FRAMES = 20


def still(value: Any) -> dict[str, Any]:
    return {"a": 0, "k": value}


def layer(name: str, number: int, shown: tuple[int, int] = (0, FRAMES), **more: Any) -> dict[str, Any]:
    ks = {"o": still(100), "r": still(0), "p": still([8 * number, 8, 0]), "a": still([0, 0, 0])}
    own = {"ty": 1, "sc": "#0000ff", "sw": 12, "sh": 12, **more}
    return {
        "nm": name, "ind": number, "ip": shown[0], "op": shown[1], "st": 0,
        "ks": {**ks, "s": still([100, 100, 100])}, **own,
    }  # fmt: skip


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., ve.Template]:
    """A template of layers, by their names in the file's order."""
    made: list[ve.Template] = []

    def make(*layers: dict[str, Any], **more: Any) -> ve.Template:
        document = {
            "v": "5.9.0", "fr": 25, "ip": 0, "op": FRAMES, "w": 64, "h": 32, "assets": [], "layers": list(layers),
            **more,
        }  # fmt: skip
        file = tmp_path / f"{len(made)}.json"
        file.write_text(json.dumps(document))
        made.append(ve.open_template(file))
        return made[-1]

    return make


def told(one: ve.Template, other: ve.Template) -> list[tuple[int, int, dict[str, tuple[str, ...]]]]:
    found = ve.frame_differences(one, other)
    return [(run.first, run.last, {each.layer: each.aspects for each in run.layers}) for run in found]


def test_equal_templates_do_not_differ(opened: Callable[..., ve.Template]) -> None:
    assert told(opened(layer("A", 1), layer("B", 2)), opened(layer("A", 1), layer("B", 2))) == []


def changed(**ks: Any) -> dict[str, Any]:
    found = layer("A", 1, (5, 12))
    found["ks"] |= ks
    return found


@pytest.mark.parametrize(
    ("other", "aspects"),
    [
        ({**layer("A", 1, (5, 12)), "sc": "#ff0000"}, ("content",)),
        ({**layer("A", 1, (5, 12)), "sw": 10}, ("content",)),
        (changed(p=still([9, 9, 0])), ("position, scale or rotation",)),
        (changed(o=still(50)), ("opacity",)),
        ({**layer("A", 1, (5, 12)), "bm": 1}, ("blend mode",)),
        ({**changed(o=still(50)), "sc": "#ff0000"}, ("content", "opacity")),
    ],
)
def test_what_differs_of_a_layer_is_told(
    opened: Callable[..., ve.Template], other: dict[str, Any], aspects: tuple[str, ...]
) -> None:
    one = opened(layer("A", 1, (5, 12)), layer("B", 2))
    assert told(one, opened(other, layer("B", 2))) == [(5, 12, {"A": aspects})]


def test_a_layer_that_is_shown_at_other_times(opened: Callable[..., ve.Template]) -> None:
    one, other = opened(layer("A", 1, (0, 8)), layer("B", 2)), opened(layer("A", 1, (5, 12)), layer("B", 2))
    assert told(one, other) == [
        (0, 5, {"A": ("shown in the first only",)}),
        (8, 12, {"A": ("shown in the second only",)}),
    ]


def test_the_order_of_the_layers(opened: Callable[..., ve.Template]) -> None:
    one, other = opened(layer("A", 1), layer("B", 2)), opened(layer("B", 2), layer("A", 1))
    assert told(one, other) == [(0, FRAMES, {"": ("order of the layers",)})]


def test_customizations_are_compared_too(opened: Callable[..., ve.Template]) -> None:
    template = opened(layer("A", 1, (5, 12)), layer("B", 2))
    with template.customized([{"layer": "A", "color": "#00ff00"}]) as other:
        assert told(template, other) == [(5, 12, {"A": ("content",)})]


def test_what_differs_is_what_pixels_show(opened: Callable[..., ve.Template]) -> None:
    """The judge is the picture: frames that are told differ, the others do not."""
    one = opened(layer("A", 1, (2, 9)), layer("B", 2))
    other = opened({**layer("A", 1, (4, 11)), "sc": "#ff0000"}, layer("B", 2))
    differing = {number for run in ve.frame_differences(one, other) for number in range(run.first, run.last)}
    seen = {number for number in range(FRAMES) if not np.array_equal(_pixels(one, number), _pixels(other, number))}
    assert differing == seen == set(range(2, 11))


def _pixels(template: ve.Template, number: int) -> np.ndarray:
    return ve.render_still(template, frame=number)


def test_templates_of_other_sizes_cannot_be_compared(opened: Callable[..., ve.Template]) -> None:
    with pytest.raises(
        ve.FrameRangeError, match="no frame of 64x32 at 25 frames/s is like one of 64x64 at 25 frames/s"
    ):
        ve.frame_differences(opened(layer("A", 1)), opened(layer("A", 1), h=64))
