"""The four-colour gradient, whose colours stand at points."""

import numpy as np
import pytest
from effects_support import Pixels

from velocity_engine import plugins
from velocity_engine.builtin.effects.four_colors import COLOR, MENU, NUMBER, POINT, FourColorEffect
from velocity_engine.model.geometry import IDENTITY, scaling
from velocity_engine.model.layers import Effect, EffectParameter
from velocity_engine.model.properties import still
from velocity_engine.testing import StillSampler, check_effect

GROUP = 6
RED, GREEN, BLUE, WHITE = (1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)


def parameter(kind: int, *value: float) -> EffectParameter:
    return EffectParameter(name="", match_name="", type=kind, value=still(*value) if value else None)


def gradient(blend: float = 100.0, opacity: float = 100.0, mode: float = 1.0) -> Effect:
    """As Bodymovin writes it: a group without a value, points and colours by turns, blend, jitter, opacity, mode."""
    points = ((0, 0), (640, 0), (0, 360), (640, 360))
    spots = [
        one for at, tint in zip(points, (RED, GREEN, BLUE, WHITE), strict=True) for one in ((POINT, at), (COLOR, tint))
    ]
    parameters = [parameter(GROUP), *(parameter(kind, *value) for kind, value in spots), parameter(GROUP)]
    parameters += [parameter(NUMBER, blend), parameter(NUMBER, 0), parameter(NUMBER, opacity), parameter(MENU, mode)]
    return Effect(type=5, name="", match_name="ADBE 4ColorGradient", parameters=tuple(parameters))


def drawn(entry: Effect, alpha: int = 255) -> Pixels:
    kind = plugins.effect_for("ADBE 4ColorGradient", -1)
    assert kind is not None
    call = kind.evaluate(entry, StillSampler(), IDENTITY)
    assert call is not None
    return kind.apply(np.full((360, 640, 4), alpha, np.uint8), call, (0, 0))


def test_it_conforms() -> None:
    check_effect(FourColorEffect(), gradient(), gradient(30, 50))


def test_each_colour_stands_at_its_point() -> None:
    out = drawn(gradient())
    assert out[1, 1].tolist() == pytest.approx([255, 0, 0, 255], abs=2)
    assert out[1, 638].tolist() == pytest.approx([0, 255, 0, 255], abs=2)
    assert out[358, 1].tolist() == pytest.approx([0, 0, 255, 255], abs=2)
    assert out[358, 638].tolist() == pytest.approx([255, 255, 255, 255], abs=2)
    assert out[180, 320].tolist() == pytest.approx([128, 128, 128, 255], abs=2)  # the mean of all


def test_less_blend_parts_the_colours() -> None:
    soft, hard = drawn(gradient(100))[90, 160], drawn(gradient(10))[90, 160]
    assert soft[1] > 10
    assert hard.tolist() == pytest.approx([255, 0, 0, 255], abs=2)


def test_it_keeps_the_shape_and_what_opacity_leaves() -> None:
    thin = drawn(gradient(), alpha=100)
    assert (thin[..., 3] == 100).all()
    assert (thin[..., :3] <= 100).all()
    half = drawn(gradient(opacity=50))
    assert half[1, 1].tolist() == pytest.approx([255, 128, 128, 255], abs=2)  # red over white
    assert FourColorEffect().evaluate(gradient(opacity=0), StillSampler(), IDENTITY) is None


def test_a_part_has_the_pixels_of_the_whole() -> None:
    kind = FourColorEffect()
    call = kind.evaluate(gradient(), StillSampler(), scaling(0.5, 0.5))
    assert call is not None
    whole = kind.apply(np.full((180, 320, 4), 255, np.uint8), call, (0, 0))
    part = kind.apply(np.full((50, 70, 4), 255, np.uint8), call, (33, 21))
    np.testing.assert_array_equal(part, whole[21:71, 33:103])


def test_blending_modes_are_told() -> None:
    assert FourColorEffect().limits(gradient(mode=5)) == ("its blending mode",)
    assert not FourColorEffect().limits(gradient())
