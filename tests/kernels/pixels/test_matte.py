from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.pixels import matte
from velocity_engine.kernels.pixels.matte import combine_mask, matte_from, multiply_mask
from velocity_engine.model.layers import MatteMode


def rounded(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.floor(values + 0.5).astype(np.uint8)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (17, 33), (0, 4), (4, 0)])
def test_multiply_mask(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    pixels, mask = rng.integers(0, 256, (*shape, 4), dtype=np.uint8), rng.integers(0, 256, shape, dtype=np.uint8)
    expected = rounded(pixels * (mask[..., None] / 255.0))
    multiply_mask(pixels, mask)
    np.testing.assert_array_equal(pixels, expected)


def test_multiply_mask_takes_the_common_part() -> None:
    pixels = np.full((3, 4, 4), 9, np.uint8)
    multiply_mask(pixels, np.zeros((2, 9), np.uint8))
    assert not pixels[:2].any()
    assert (pixels[2] == 9).all()


@pytest.mark.parametrize("mode", [matte.ALPHA, matte.ALPHA_INVERTED, matte.LUMA, matte.LUMA_INVERTED])
@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (0, 3)])
def test_matte_from(mode: int, shape: tuple[int, int]) -> None:
    src = np.random.default_rng(2).integers(0, 256, (*shape, 4), dtype=np.uint8)
    src.flags.writeable = False
    out = np.zeros(shape, np.uint8)
    matte_from(src, mode, out)
    plain = (
        src[..., 3].astype(np.float64)
        if mode in (matte.ALPHA, matte.ALPHA_INVERTED)
        else src[..., :3] @ np.array([0.2126, 0.7152, 0.0722])
    )
    expected = 255 - plain if mode in (matte.ALPHA_INVERTED, matte.LUMA_INVERTED) else plain
    assert np.abs(out - expected).max(initial=0) <= 0.501


def test_luma_of_white_is_full() -> None:
    out = np.zeros((1, 1), np.uint8)
    matte_from(np.full((1, 1, 4), 255, np.uint8), matte.LUMA, out)
    assert out[0, 0] == 255


def test_the_kernel_takes_the_numbers_of_the_document() -> None:
    assert {mode.name: mode.value for mode in MatteMode} == {mode.name: getattr(matte, mode.name) for mode in MatteMode}


COMBINE: dict[int, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    matte.ADD: lambda a, c: a + c - a * c,
    matte.SUBTRACT: lambda a, c: a * (1 - c),
    matte.INTERSECT: lambda a, c: a * c,
    matte.LIGHTEN: np.maximum,
    matte.DARKEN: np.minimum,
    matte.DIFFERENCE: lambda a, c: a + c - 2 * a * c,
}


@pytest.mark.parametrize("opacity", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("mode", COMBINE)
def test_combine_mask(mode: int, inverted: bool, opacity: float) -> None:
    rng = np.random.default_rng(mode)
    acc, new = rng.integers(0, 256, (9, 13), dtype=np.uint8), rng.integers(0, 256, (9, 13), dtype=np.uint8)
    coverage = (255 - new if inverted else new) / 255 * opacity
    expected = COMBINE[mode](acc / 255, coverage) * 255
    combine_mask(acc, new, mode, inverted, opacity)
    assert np.abs(acc - expected).max() <= 2.0


@pytest.mark.parametrize("mode", COMBINE)
def test_combine_of_hard_masks_is_set_algebra(mode: int) -> None:
    acc, new = np.array([[0, 0, 255, 255]], np.uint8), np.array([[0, 255, 0, 255]], np.uint8)
    combine_mask(acc, new, mode, False, 1.0)
    expected = [[0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 1, 1], [0, 0, 0, 1], [0, 1, 1, 0]][mode]
    np.testing.assert_array_equal(acc[0] // 255, expected)
