import itertools
import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velocity_engine.kernels.filters.blur import blur_mask, blur_rgba


def gaussian(
    image: NDArray[np.uint8] | NDArray[np.float64], sigma: float, axis: int, mode: Literal["edge", "constant"]
) -> NDArray[np.float64]:
    """A true Gaussian along an axis, in floating point."""
    if not sigma >= 0.05:
        return image.astype(np.float64)
    reach = math.ceil(5 * sigma) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    pads = [(0, 0)] * image.ndim
    pads[axis] = (reach, reach)
    padded = np.pad(image.astype(np.float64), pads, mode=mode)
    return np.apply_along_axis(lambda line: np.convolve(line, kernel, mode="valid"), axis, padded)


def picture(height: int, width: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(4)
    image = np.zeros((height, width, 4), np.uint8)
    image[height // 4 : height // 2 + 1, width // 5 : width // 2 + 1] = rng.integers(0, 256, 4)
    image[height // 2 :, width // 2 :] = rng.integers(0, 256, (height - height // 2, width - width // 2, 4))
    image[0, 0] = 255
    return image


@pytest.mark.parametrize(
    ("sigma_x", "sigma_y"), [(0.3, 0.3), (0.8, 1.9), (2.0, 2.0), (3.7, 0.0), (0.0, 6.2), (12.0, 9.5)]
)
@pytest.mark.parametrize("repeat", [False, True])
def test_is_near_a_true_gaussian(sigma_x: float, sigma_y: float, repeat: bool) -> None:
    image = picture(53, 71)
    mode: Literal["edge", "constant"] = "edge" if repeat else "constant"
    expected = gaussian(gaussian(image, sigma_x, 1, mode), sigma_y, 0, mode)
    assert np.abs(blur_rgba(image, sigma_x, sigma_y, repeat) - expected).max() <= 5.5


def test_mask_is_blurred_as_a_channel_is() -> None:
    image = picture(40, 150)
    np.testing.assert_array_equal(blur_mask(image[..., 2].copy(), 3.3, 1.2), blur_rgba(image, 3.3, 1.2)[..., 2])


@pytest.mark.parametrize("sigma", [0.5, 1.0, 1.99, 2.0, 2.5, 7.0, 30.0])
def test_spread_and_sum_of_a_bar(sigma: float) -> None:
    bar = np.zeros((1, 401), np.uint8)
    bar[0, 200 - 60 : 200 + 61] = 255
    line = blur_mask(bar, sigma, 0.0)[0].astype(np.float64)
    at = np.arange(401) - 200
    assert line.sum() == pytest.approx(255 * 121, rel=0.004)
    variance = (line * at**2).sum() / line.sum()
    assert variance == pytest.approx((121**2 - 1) / 12 + sigma**2, rel=0.02)
    np.testing.assert_array_equal(line, line[::-1])


def test_grows_without_steps() -> None:
    bar = np.zeros((1, 200), np.uint8)
    bar[0, 100:] = 255
    lines = [blur_mask(bar, sigma, 0.0)[0].astype(int) for sigma in np.arange(2.0, 9.0, 0.05)]
    assert max(np.abs(a - b).max() for a, b in itertools.pairwise(lines)) <= 3


@pytest.mark.parametrize("sigma", [0.7, 1.9, 2.0, 5.5, 61.0, 900.0])
def test_a_flat_ground_stays_flat(sigma: float) -> None:
    flat = np.full((7, 9, 4), 200, np.uint8)
    np.testing.assert_array_equal(blur_rgba(flat, sigma, sigma, True), flat)


def test_the_argument_is_left_alone_and_may_be_read_only() -> None:
    image = picture(9, 9)
    before = image.copy()
    image.flags.writeable = False
    assert blur_rgba(image, 3.0, 3.0) is not image
    np.testing.assert_array_equal(image, before)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    sigma_x=st.floats(-5, 60) | st.sampled_from([math.nan, math.inf, 1e30]),
    sigma_y=st.floats(-5, 60),
    repeat=st.booleans(),
)
def test_any_size_and_sigma(shape: tuple[int, int], sigma_x: float, sigma_y: float, repeat: bool) -> None:
    image = np.random.default_rng(1).integers(0, 256, (*shape, 4), dtype=np.uint8)
    result = blur_rgba(image, sigma_x, sigma_y, repeat)
    assert result.shape == image.shape
    if image.size and repeat:
        assert result.min() >= image.min()
        assert result.max() <= image.max()
