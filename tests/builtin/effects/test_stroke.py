from dataclasses import dataclass

import effects_support
import numpy as np
import pytest
from effects_support import Pixels, Value, effect, effect_type

from velocity_engine.builtin.effects.stroke import ON_ORIGINAL, ON_TRANSPARENT, REVEAL
from velocity_engine.model.geometry import IDENTITY, scaling
from velocity_engine.model.layers import Effect, Mask, MaskMode
from velocity_engine.model.properties import Bezier, Property
from velocity_engine.testing import StillSampler, check_effect

KIND = effect_type("ADBE Stroke", 22)
RED = (1.0, 0.0, 0.0, 1.0)


DEFAULTS: dict[str, Value] = {
    "path": 1, "all_masks": 0, "sequential": 1, "color": RED, "size": 2.0, "hardness": 1.0, "opacity": 1.0,
    "start": 0.0, "end": 100.0, "spacing": 15.0, "style": ON_ORIGINAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Masked(StillSampler):
    masks: tuple[Mask, ...] = ()


def mask(*vertices: tuple[float, float], closed: bool = False) -> Mask:
    points = np.array(vertices, float)
    return Mask(mode=MaskMode.NONE, path=Property(Bezier(points, points * 0, points * 0, closed)))


def stroke(**changes: float) -> Effect:
    """Its parameters by name; those that are not given have their defaults."""
    assert changes.keys() <= DEFAULTS.keys()
    return effect("ADBE Stroke", *(DEFAULTS | changes).values())


ACROSS, DOWN = mask((5, 10), (25, 10)), mask((10, 5), (10, 15))
SAMPLER = Masked(masks=(ACROSS, DOWN))


def run(entry: Effect, pixels: Pixels) -> Pixels:
    return effects_support.run(entry, pixels, sampler=SAMPLER)


def ground() -> Pixels:
    return np.full((20, 30, 4), (0, 0, 255, 255), np.uint8)


def test_draws_on_the_original() -> None:
    out = run(stroke(), ground())
    assert (out[9:11, 6:24] == (255, 0, 0, 255)).all()
    assert (out[:7] == (0, 0, 255, 255)).all()


def test_draws_alone_or_reveals() -> None:
    alone = run(stroke(style=ON_TRANSPARENT, opacity=0.5), ground())
    assert alone[10, 15].tolist() == [128, 0, 0, 128]
    assert not alone[:7].any()
    revealed = run(stroke(style=REVEAL), ground())
    assert revealed[10, 15].tolist() == [0, 0, 255, 255]
    assert not revealed[:7].any()


@pytest.mark.parametrize(("start", "end"), [(0, 50), (50, 0)])
def test_is_cut_to_start_and_end(start: float, end: float) -> None:
    out = run(stroke(start=start, end=end, style=ON_TRANSPARENT), ground())
    assert out[10, 14, 3] == 255
    assert not out[10, 18:].any()


def test_all_masks_in_a_row_or_at_once() -> None:
    row = run(stroke(all_masks=1, sequential=1, end=200 / 3, style=ON_TRANSPARENT), ground())
    assert row[10, 24, 3] == 255
    assert not row[14].any()
    once = run(stroke(all_masks=1, sequential=0, end=50, style=ON_TRANSPARENT), ground())
    assert once[7, 10, 3] == 255
    assert not once[14].any()
    assert not once[10, 18:].any()


def test_nothing_to_draw() -> None:
    assert KIND.evaluate(stroke(path=9), SAMPLER, IDENTITY) is None
    assert not run(stroke(path=9, style=ON_TRANSPARENT), ground()).any()
    assert not run(stroke(start=40, end=40, style=REVEAL), ground()).any()
    check_effect(KIND, stroke(), stroke(style=REVEAL), matrix=scaling(1e8, 0.0))
    single = Masked(masks=(mask((3, 3)),))
    assert KIND.evaluate(stroke(), single, IDENTITY) is not None


def test_a_closed_curve_returns() -> None:
    circle = Masked(masks=(mask((5, 5), (15, 5), (15, 15), (5, 15), closed=True),))
    out = effects_support.run(stroke(size=1.0, style=ON_TRANSPARENT), ground(), sampler=circle)
    assert out[10, 5, 3] == 255
    assert out[10, 14, 3] == 255
    assert not out[10, 10].any()
