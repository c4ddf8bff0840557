"""Fill within masks, and single ranges of hue: what is changed and what stays."""

from dataclasses import dataclass

import effects_support
import numpy as np
import pytest
from effects_support import Pixels, effect, effect_type

from velocity_engine.model.geometry import IDENTITY, Matrix, multiply, rotation, scaling
from velocity_engine.model.layers import Effect, Mask, MaskMode
from velocity_engine.model.properties import Bezier, Property
from velocity_engine.testing import StillSampler, check_effect

RED = (1.0, 0.0, 0.0, 1.0)


def box(x0: float, y0: float, x1: float, y1: float) -> Mask:
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)
    outline = Bezier(corners, np.zeros((4, 2)), np.zeros((4, 2)), True)
    return Mask(mode=MaskMode.NONE, path=Property(outline))


@dataclass(frozen=True)
class Masked(StillSampler):
    masks: tuple[Mask, ...] = (box(10, 10, 30, 25), box(40, 5, 50, 45.5))


def run(entry: Effect, pixels: Pixels, matrix: Matrix = IDENTITY, origin: tuple[int, int] = (0, 0)) -> Pixels:
    return effects_support.run(entry, pixels, matrix, origin, Masked())


def fill(
    mask: int = 1, all_masks: int = 0, invert: int = 0, across: float = 0, down: float = 0, opacity: float = 1
) -> Effect:
    return effect("ADBE Fill", mask, all_masks, RED, invert, across, down, opacity)


def sheet() -> Pixels:
    return np.full((60, 70, 4), (0, 0, 200, 255), np.uint8)


def test_fill_keeps_to_the_chosen_mask() -> None:
    out = run(fill(), sheet())
    assert (out[10:25, 10:30] == (255, 0, 0, 255)).all()
    outside = np.ones((60, 70), bool)
    outside[10:25, 10:30] = False
    assert (out[outside] == (0, 0, 200, 255)).all()
    second = run(fill(mask=2), sheet())
    assert (second[5:45, 40:50] == (255, 0, 0, 255)).all()
    assert second[45, 45].tolist() == [128, 0, 100, 255]  # half a pixel


def test_fill_takes_all_masks_inverts_and_ignores_a_mask_that_is_missing() -> None:
    both = run(fill(all_masks=1), sheet())
    assert both[20, 20, 0] == both[20, 45, 0] == 255
    assert both[50, 5, 0] == 0
    inverted = run(fill(invert=1), sheet())
    assert inverted[20, 20].tolist() == [0, 0, 200, 255]
    assert inverted[50, 5].tolist() == [255, 0, 0, 255]
    for entry in (fill(mask=0), fill(mask=7), fill(mask=0, invert=1, across=9)):
        assert (run(entry, sheet()) == (255, 0, 0, 255)).all()


def test_feathers_are_of_each_axis_and_regions_agree() -> None:
    out = run(fill(across=10), sheet())
    row, column = out[17, :, 0].astype(int), out[:, 20, 0].astype(int)
    assert (np.diff(row[5:16]) >= 0).all()
    assert np.abs(row[9:11].mean() - 127) < 12
    assert set(np.unique(column[:25])) <= {0, column[17]}
    entry = fill(across=12, down=6)
    whole = run(entry, sheet())
    part = run(entry, np.ascontiguousarray(sheet()[8:40, 5:60]), origin=(5, 8))
    assert np.abs(part.astype(int) - whole[8:40, 5:60]).max() <= 1


def test_opacity_acts_in_the_mask_only() -> None:
    out = run(fill(opacity=0.5), sheet())
    assert out[17, 20].tolist() == [128, 0, 0, 128]
    assert out[50, 5].tolist() == [0, 0, 200, 255]


@pytest.mark.parametrize(
    "matrix", [IDENTITY, multiply(rotation(30), scaling(2, 0.5)), (0.0,) * 6, (1e7, 0, 0, 1e7, 0, 0)]
)
def test_any_matrix_does(matrix: Matrix) -> None:
    for entry in (fill(), fill(all_masks=1, invert=1, across=20, down=3)):
        out = run(entry, sheet(), matrix)
        assert (out[..., :3] <= out[..., 3:]).all()
    check_effect(effect_type("ADBE Fill"), fill(), matrix=matrix)


def hue(channel: int, turn: float = 0, saturation: float = 0, light: float = 0) -> Effect:
    return effect("ADBE HUE SATURATION", channel, 0, turn, saturation, light)


def test_a_range_of_hues_is_changed_alone() -> None:
    colors = {2: (200, 0, 0), 3: (200, 200, 0), 4: (0, 200, 0), 5: (0, 200, 200), 6: (0, 0, 200), 7: (200, 0, 200)}
    for chosen in colors:
        for number, color in colors.items():
            pixels = np.full((2, 2, 4), (*color, 255), np.uint8)
            grey = run(hue(chosen, saturation=-100), pixels)[0, 0]
            assert grey.tolist() == ([100, 100, 100, 255] if chosen == number else [*color, 255])


def test_ranges_fade_into_one_another_and_leave_greys() -> None:
    half = np.full((1, 1, 4), (200, 100, 0, 255), np.uint8)  # hue 30: between reds and yellows
    reds, yellows, greens = (run(hue(k, saturation=-100), half)[0, 0].astype(int) for k in (2, 3, 4))
    np.testing.assert_allclose(reds[:3], [150, 100, 50], atol=2)
    np.testing.assert_allclose(yellows[:3], [150, 100, 50], atol=2)
    assert greens.tolist() == [200, 100, 0, 255]
    grey = np.full((1, 1, 4), (90, 90, 90, 255), np.uint8)
    for chosen in range(2, 8):
        np.testing.assert_array_equal(run(hue(chosen, 90, 50, 20), grey), grey)


def test_no_change_and_no_such_range_do_nothing() -> None:
    kind = effect_type("ADBE HUE SATURATION")
    for entry in (hue(3), hue(9, 20), hue(0, 20)):
        assert kind.evaluate(entry, StillSampler(), IDENTITY) is None
    check_effect(kind, hue(3, 40, -20, 10))
