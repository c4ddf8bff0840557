"""Motion blur: which layers are blurred, by how much, and what stays as it is without."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from transforms_support import fixed, moving, transform

from velocity_engine.composite import Compositor, FrameCompositor
from velocity_engine.composite.cost import FrameCosts
from velocity_engine.display import DisplayList, DrawCommand, MeanSource
from velocity_engine.errors import FrameCostError
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.order import MotionBlur
from velocity_engine.parse.document import parse_document
from velocity_engine.plan.plan import make_plan

CLEAR = (0.0, 0.0, 0.0, 0.0)
WIDTH, HEIGHT = 160, 40
HALF = MotionBlur()
WHOLE = MotionBlur(samples=64, shutter_angle=360, shutter_phase=-180)


def to_the_right(pixels: float = 8.0, first: float = 20.0) -> dict[str, Any]:
    """A transform that moves by so many pixels each frame from x = ``first`` on."""
    return transform(p=moving((0, [first, 5, 0]), (100, [first + 100 * pixels, 5, 0])))


def solid(ks: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"ty": 1, "nm": "box", "sw": 40, "sh": 20, "sc": "#ffffff", "ip": 0, "op": 100, "st": 0, "mb": True}
    return base | {"ks": ks} | more


def rectangle(ks: dict[str, Any], **more: Any) -> dict[str, Any]:
    shapes = [
        {"ty": "rc", "p": fixed(20, 10), "s": fixed(40, 20), "r": fixed(0)},
        {"ty": "fl", "c": fixed(1, 1, 1, 1), "o": fixed(100)},
    ]
    return {"ty": 4, "nm": "box", "ip": 0, "op": 100, "st": 0, "mb": True, "ks": ks, "shapes": shapes} | more


def evaluator_of(layers: list[dict[str, Any]], blur: MotionBlur | None = HALF, **more: Any) -> Evaluator:
    base = {"v": "5.7.0", "fr": 25, "ip": 0, "op": 100, "w": WIDTH, "h": HEIGHT, "layers": layers, "assets": []}
    plan = make_plan(parse_document(json.dumps(base | more).encode(), file="data.json", package=None), None)
    plan.motion_blur = blur
    return Evaluator(plan)


def shown(layers: list[dict[str, Any]], blur: MotionBlur | None = HALF, frame: float = 5.0, **more: Any) -> DisplayList:
    viewport = fit_viewport((WIDTH, HEIGHT), WIDTH, HEIGHT)
    return evaluator_of(layers, blur, **more).display_list(frame, viewport, CLEAR)


def drawn(display: DisplayList) -> NDArray[np.uint8]:
    canvas = np.zeros((display.height, display.width, 4), np.uint8)
    Compositor().draw(display, canvas)
    return canvas


def one(display: DisplayList) -> DrawCommand:
    (entry,) = display.commands
    return entry


@pytest.mark.parametrize("make", [solid, rectangle])
def test_a_rectangle_that_moves_evenly_becomes_a_ramp(make: Any) -> None:
    """Its edges rise in a straight line over as many pixels as it moves by while the shutter is open."""
    alpha = drawn(shown([make(to_the_right(8.0))], WHOLE))[15, :, 3] / 255.0
    left = 20.0 + 5 * 8.0  # at the moment of the frame
    centres = np.arange(WIDTH) + 0.5
    rise = np.clip((centres - (left - 4.0)) / 8.0, 0.0, 1.0)
    fall = np.clip(((left + 44.0) - centres) / 8.0, 0.0, 1.0)
    # A pixel covers a part of the slope, which only its ends show, and so does each of the 64 steps of 1/8 pixel.
    assert np.abs(alpha - np.minimum(rise, fall)).max() <= 1.0 / 60.0
    assert alpha[72:88].min() == 1.0


def test_half_of_the_angle_makes_half_of_the_ramp_and_the_phase_moves_it() -> None:
    box = [rectangle(to_the_right(16.0, first=4.0))]

    def reach(blur: MotionBlur) -> tuple[float, float]:
        """Where the left edge is 0 and 1, from where it is at the moment of the frame."""
        alpha = drawn(shown(box, blur, frame=2.0))[15, :, 3]
        return float(np.flatnonzero(alpha > 0)[0]) - 36.0, float(np.flatnonzero(alpha == 255)[0]) - 36.0

    assert reach(MotionBlur(samples=64)) == (-4.0, 4.0)
    assert reach(WHOLE) == (-8.0, 8.0)
    assert reach(MotionBlur(samples=64, shutter_angle=180, shutter_phase=0)) == (0.0, 8.0)


def test_the_mean_is_that_of_the_pictures_at_each_moment() -> None:
    spinning = transform(p=fixed(80, 20, 0), a=fixed(20, 10, 0), r=moving((0, [0]), (100, [1000])))
    layers = [rectangle(spinning)]
    sharp = [drawn(shown(layers, None, 5.0 + offset)).astype(np.int64) for offset in HALF.offsets]
    wanted = (sum(sharp) + 8) // 16
    assert np.array_equal(drawn(shown(layers)), wanted)


def test_layers_without_the_switch_and_renders_without_the_setting_are_sharp() -> None:
    moving = solid(to_the_right())
    assert shown([moving], None).digest == shown([moving | {"mb": False}], HALF).digest
    assert isinstance(one(shown([moving])).source, MeanSource)


def test_what_stands_still_is_drawn_as_without_and_held() -> None:
    waits = solid(transform(p=moving((0, [0, 5, 0]), (10, [80, 5, 0]), (50, [80, 5, 0]), (60, [0, 5, 0]))))
    evaluator = evaluator_of([waits])
    viewport = fit_viewport((WIDTH, HEIGHT), WIDTH, HEIGHT)
    canvases = FrameCompositor(WIDTH, HEIGHT)
    changed = [bool(canvases.advance(evaluator.display_list(n, viewport, CLEAR))[1]) for n in range(40)]
    assert changed == [n <= 11 for n in range(40)]  # at 10, the shutter opens before it stands still
    assert shown([waits], HALF, 20).digest == shown([waits], None, 20).digest


def test_a_layer_is_whole_in_its_first_and_last_frame() -> None:
    box = solid(to_the_right(2.0), ip=5, op=6)
    assert drawn(shown([box], HALF, 5.0))[15, 50, 3] == 255
    assert not shown([box], HALF, 4.99).commands and not shown([box], HALF, 6.0).commands


def test_parents_and_cameras_carry_a_layer_while_the_shutter_is_open() -> None:
    null = {"ty": 3, "nm": "null", "ind": 7, "ip": 0, "op": 100, "st": 0, "ks": to_the_right()}
    carried = rectangle(transform(), parent=7)
    assert np.array_equal(drawn(shown([null, carried])), drawn(shown([rectangle(to_the_right())])))
    flight = {name: moving((0, [80, 20, z]), (100, [880, 20, z])) for name, z in (("a", 0), ("p", -200))}
    camera = {"ty": 13, "nm": "camera", "ip": 0, "op": 100, "st": 0, "ddd": 1, "pe": fixed(200)}
    camera["ks"] = transform(**flight)
    before = rectangle(transform(p=fixed(90, 5, 0)), ddd=1)
    filmed = drawn(shown([camera, before], frame=5.0))
    assert isinstance(one(shown([camera, before], frame=5.0)).source, MeanSource)
    edge = filmed[15, :, 3].astype(np.float64)
    ramp = (edge > 0) & (edge < 255)
    assert 6 <= ramp.sum() <= 12  # two edges of about four pixels


def test_within_a_precomp_each_switch_counts_by_itself() -> None:
    inner = rectangle(to_the_right(8.0, first=0.0))
    pre = {"ty": 0, "nm": "pre", "refId": "c", "w": WIDTH, "h": HEIGHT, "ip": 0, "op": 100, "st": 0, "ks": transform()}
    assets = [{"id": "c", "layers": [inner]}]
    within = drawn(shown([pre], assets=assets))
    assert np.array_equal(within, drawn(shown([inner])))
    away = transform(p=moving((0, [800, 0, 0]), (100, [0, 0, 0])))  # against the way of the inner layer
    inner |= {"ks": to_the_right(8.0, first=-700.0)}
    sharp_inside, assets = [{"id": "c", "layers": [inner | {"mb": False}]}], [{"id": "c", "layers": [inner]}]
    outer = drawn(shown([pre | {"ks": away, "mb": True}], frame=95.0, assets=sharp_inside))
    ramp = (outer[15, :, 3] > 0) & (outer[15, :, 3] < 255)
    assert 0 < ramp.sum() <= 10  # the precomp moves, with what it shows at the frame
    # One shutter for both: what moves with one layer and against the other stands still.
    both = drawn(shown([pre | {"ks": away, "mb": True}], frame=95.0, assets=assets))
    still = drawn(shown([pre | {"ks": away}], None, frame=95.0, assets=assets))
    assert np.abs(both.astype(int) - still).max() <= 1


def test_styles_and_effects_of_shapes_act_on_the_mean_and_mattes_cut_it() -> None:
    blur = {"ty": 29, "mn": "ADBE Gaussian Blur 2", "nm": "blur", "ef": [
        {"ty": 0, "v": fixed(10)}, {"ty": 7, "v": fixed(1)}, {"ty": 7, "v": fixed(0)}]}  # fmt: skip
    soft = one(shown([rectangle(to_the_right(), ef=[blur])]))
    assert len(soft.effects) == 1 and len(one(shown([rectangle(to_the_right(), ef=[blur])])).source.commands) == 1  # type: ignore[union-attr]
    matte = solid(transform(p=fixed(60, 0, 0)), td=1, mb=False, ind=1)
    cut = one(shown([matte, rectangle(to_the_right(), tt=1, ind=2)]))
    assert cut.matte is not None and isinstance(cut.source, MeanSource)


def test_any_part_of_a_frame_is_drawn_as_in_the_whole() -> None:
    layers = [solid(to_the_right() | {"o": fixed(60), "r": moving((0, [0]), (100, [2000]))}, bm=1)]
    display = shown(layers)
    whole, parts = drawn(display), np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    compositor = Compositor()
    for x in range(0, WIDTH, 37):
        compositor.draw(display, parts, (x, 0, min(x + 37, WIDTH), HEIGHT))
    assert whole.any() and np.array_equal(whole, parts)


def test_a_frame_of_endless_samples_is_refused_before_it_is_drawn() -> None:
    turning = transform(r=moving((0, [0]), (100, [3600])))
    blur = {"ty": 29, "mn": "ADBE Gaussian Blur 2", "nm": "blur", "ef": [
        {"ty": 0, "v": fixed(50)}, {"ty": 7, "v": fixed(1)}, {"ty": 7, "v": fixed(0)}]}  # fmt: skip
    large = solid(turning, sw=4000, sh=4000, ef=[blur])
    evaluator = evaluator_of([large] * 20, WHOLE, w=4000, h=4000)
    display = evaluator.display_list(5.0, fit_viewport((4000, 4000), 4000, 4000), CLEAR)
    with pytest.raises(FrameCostError, match="to draw one frame would take"):
        FrameCosts(Compositor().extents).check(display)


def test_samples_count_among_the_things_that_a_frame_may_draw() -> None:
    many = rectangle(to_the_right())
    many["shapes"].append(
        {"ty": "rp", "c": fixed(1000), "o": fixed(0), "m": 1, "tr": transform(so=fixed(100), eo=fixed(100))}
    )
    assert shown([many], HALF).commands
    with pytest.raises(FrameCostError, match="more than"):
        shown([many], WHOLE)
