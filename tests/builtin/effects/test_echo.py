"""Echo: a layer at other moments, joined as After Effects' manual says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from transforms_support import fixed, moving, transform

from velocity_engine.builtin.effects.echo import MAX_ECHOES
from velocity_engine.composite import Compositor
from velocity_engine.display import DisplayList
from velocity_engine.errors import FrameCostError
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.parse.document import parse_document
from velocity_engine.plan.plan import Plan, make_plan

CLEAR = (0.0, 0.0, 0.0, 0.0)
WIDTH, HEIGHT, RATE = 100, 20, 10
ADD, MAXIMUM, MINIMUM, SCREEN, BEHIND, BEFORE, MEAN = range(1, 8)


MOVING = transform(p=moving((0, [0, 0, 0]), (100, [1000, 0, 0])))  # ten pixels a frame


def echo(
    operator: int = BEHIND, count: float = 2, seconds: float = -0.1, first: float = 1.0, decay: float = 0.5
) -> Any:
    values = (seconds, count, first, decay, operator)
    names = ("Echo Time (seconds)", "Number Of Echoes", "Starting Intensity", "Decay", "Echo Operator")
    parameters = [
        {"ty": 7 if number == 4 else 0, "nm": names[number], "mn": f"ADBE Echo-{number + 1:04d}", "v": fixed(value)}
        for number, value in enumerate(values)
    ]
    return {"ty": 5, "nm": "Echo", "mn": "ADBE Echo", "en": 1, "ef": parameters}


def box(ks: dict[str, Any] = MOVING, color: tuple[float, ...] = (1, 0, 0, 1), **more: Any) -> dict[str, Any]:
    """A shape layer of 10 x 20 pixels."""
    shapes = [
        {"ty": "rc", "p": fixed(5, 10), "s": fixed(10, 20), "r": fixed(0)},
        {"ty": "fl", "c": fixed(*color), "o": fixed(100)},
    ]
    return {"ty": 4, "nm": "box", "ip": 0, "op": 100, "st": 0, "ks": ks, "shapes": shapes} | more


def plan_of(layers: list[dict[str, Any]], **more: Any) -> Plan:
    base = {"v": "5.7.0", "fr": RATE, "ip": 0, "op": 100, "w": WIDTH, "h": HEIGHT, "layers": layers, "assets": []}
    return make_plan(parse_document(json.dumps(base | more).encode(), file="data.json", package=None), None)


def shown(layers: list[dict[str, Any]], frame: float = 5.0, **more: Any) -> DisplayList:
    viewport = fit_viewport((WIDTH, HEIGHT), WIDTH, HEIGHT)
    return Evaluator(plan_of(layers, **more)).display_list(frame, viewport, CLEAR)


def row(layers: list[dict[str, Any]], frame: float = 5.0, **more: Any) -> NDArray[np.uint8]:
    canvas = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    Compositor().draw(shown(layers, frame, **more), canvas)
    middle: NDArray[np.uint8] = canvas[10]
    return middle


def alphas(pixels: NDArray[np.uint8]) -> list[int]:
    """In the middle of each ten pixels."""
    return [int(pixels[x, 3]) for x in range(5, WIDTH, 10)]


@pytest.mark.parametrize("operator", [ADD, MAXIMUM, SCREEN, BEHIND, BEFORE])
def test_echoes_trail_what_moves_and_decay(operator: int) -> None:
    drawn = row([box(ef=[echo(operator, count=3)])])
    assert alphas(drawn) == [0, 0, 32, 64, 128, 255, 0, 0, 0, 0]


def test_echoes_of_later_moments_lie_ahead() -> None:
    assert alphas(row([box(ef=[echo(seconds=0.2, count=2, decay=1.0)])])) == [0, 0, 0, 0, 0, 255, 0, 255, 0, 255]


def test_the_starting_intensity_is_that_of_the_frame_itself() -> None:
    assert alphas(row([box(ef=[echo(first=0.5, count=1)])]))[4:6] == [64, 128]
    assert alphas(row([box(ef=[echo(first=0.5, count=0)])]))[4:6] == [0, 128]
    plain = row([box()])
    assert np.array_equal(row([box(ef=[echo(count=0)])]), plain)


def test_composite_in_back_and_in_front_differ_in_what_is_on_top() -> None:
    changing = {"ty": "fl", "c": moving((0, [0, 0, 1, 1]), (5, [1, 0, 0, 1])), "o": fixed(100)}
    still = box(transform())
    still["shapes"][1] = changing
    behind = row([still | {"ef": [echo(BEHIND, count=5, decay=1.0)]}])[5]
    before = row([still | {"ef": [echo(BEFORE, count=5, decay=1.0)]}])[5]
    assert behind.tolist() == [255, 0, 0, 255] and before.tolist() == [0, 0, 255, 255]


def test_operators_join_colours() -> None:
    still = box(transform())
    still["shapes"][1] = {"ty": "fl", "c": moving((0, [0.2, 0.8, 0, 1]), (1, [0.6, 0.4, 0, 1])), "o": fixed(100)}
    wanted = {
        ADD: (0.8, 1.0), MAXIMUM: (0.6, 0.8), MINIMUM: (0.2, 0.4),
        SCREEN: (1 - 0.8 * 0.4, 1 - 0.2 * 0.6), MEAN: (0.4, 0.6),
    }  # fmt: skip
    for operator, (red, green) in wanted.items():
        drawn = row([still | {"ef": [echo(operator, count=1, decay=1.0)]}], frame=1.0)[5] / 255.0
        assert drawn[:2] == pytest.approx((red, green), abs=0.006), operator
        assert drawn[3] == 1.0


def test_the_minimum_is_clear_where_one_moment_is_and_the_mean_covers_in_part() -> None:
    slow = transform(p=moving((0, [0, 0, 0]), (100, [500, 0, 0])))
    drawn = row([box(slow, ef=[echo(MINIMUM, count=1, decay=1.0)])], frame=4.0)
    assert drawn[:, 3].nonzero()[0].tolist() == list(range(20, 25))
    assert alphas(row([box(ef=[echo(MEAN, count=3, decay=1.0)])])) == [0, 0, 64, 64, 64, 64, 0, 0, 0, 0]


def test_moments_at_which_the_layer_is_not_there_are_left_out() -> None:
    assert alphas(row([box(ef=[echo(count=4, decay=1.0)], ip=4)])) == [0, 0, 0, 0, 255, 255, 0, 0, 0, 0]


def test_effects_before_an_echo_count_for_nothing_and_later_ones_act_on_all() -> None:
    values = [(10, fixed(0)), (7, fixed(0)), (2, fixed(0, 1, 0, 1)), (7, fixed(0)), (0, fixed(0)), (0, fixed(0))]
    parameters = [{"ty": kind, "v": value} for kind, value in (*values, (0, fixed(1)))]
    fill = {"ty": 21, "mn": "ADBE Fill", "nm": "Fill", "ef": parameters}
    before, after = row([box(ef=[fill, echo()])]), row([box(ef=[echo(), fill])])
    assert before[55].tolist() == [255, 0, 0, 255]
    assert after[55].tolist() == [0, 255, 0, 255] and after[45].tolist() == [0, 128, 0, 128]


def test_other_layers_echo_what_they_show_not_where_they_stand() -> None:
    pre = {"ty": 0, "nm": "pre", "refId": "c", "w": WIDTH, "h": HEIGHT, "ip": 0, "op": 100, "st": 0, "ks": transform()}
    assets = [{"id": "c", "layers": [box()]}]
    assert alphas(row([pre | {"ef": [echo()]}], assets=assets)) == [0, 0, 0, 64, 128, 255, 0, 0, 0, 0]
    solid = {"ty": 1, "nm": "s", "sw": 10, "sh": 20, "sc": "#ff0000", "ip": 0, "op": 100, "st": 0, "ks": MOVING}
    assert alphas(row([solid | {"ef": [echo()]}])) == alphas(row([solid]))


def test_a_frame_in_which_no_moment_moves_is_held() -> None:
    waits = transform(p=moving((0, [0, 0, 0]), (10, [50, 0, 0])))
    layers = [box(waits, ef=[echo(count=3)])]
    digests = [shown(layers, frame).digest for frame in (12.0, 13.0, 14.0, 20.0)]
    assert digests[0] != digests[1] == digests[2] == digests[3]


def test_numbers_are_bounded_and_what_is_beyond_is_told() -> None:
    plan = plan_of([box(ef=[echo(count=1e9)])])
    assert [one.message for one in plan.findings] == [
        f"of the effect 'Echo', more than {MAX_ECHOES} echoes is not drawn"
    ]
    assert shown([box(ef=[echo(count=1e9, seconds=-1e12, first=-3, decay=9)])]) is not None
    assert not plan_of([box(ef=[echo(count=50)])]).findings


def test_echoes_of_echoes_of_echoes_are_refused() -> None:
    assets = []
    for depth in range(8):
        inner = box() if depth == 0 else _pre(depth - 1)
        assets.append({"id": f"c{depth}", "layers": [inner]})
    with pytest.raises(FrameCostError, match="more than"):
        shown([_pre(7)], frame=60.0, assets=assets)
    gone = [{**assets[0], "layers": [box(ip=98, op=99)]}, *assets[1:]]
    with pytest.raises(FrameCostError, match="more than"):
        shown([_pre(7)], frame=60.0, assets=gone)  # nothing of it is seen


def _pre(depth: int) -> dict[str, Any]:
    base = {"ty": 0, "nm": f"pre{depth}", "refId": f"c{depth}", "w": WIDTH, "h": HEIGHT, "ip": 0, "op": 100, "st": 0}
    return base | {"ks": transform(), "ef": [echo(count=50, seconds=-0.01)]}
