"""RGBA over YUV 4:2:0, against source-over of planes in floating point."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420
from velocity_engine.kernels.yuv.yuv_over import rgba_over_yuv420

MATRIX = np.array([0.2126, 0.7152, 0.0722])


def random_planes(random: np.random.Generator, height: int, width: int, pad: int = 0) -> list[NDArray[np.uint8]]:
    half = ((height + 1) // 2, (width + 1) // 2 + pad)
    return [random.integers(0, 256, shape, dtype=np.uint8) for shape in ((height, width + pad), half, half)]


def premultiplied(random: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    alpha = random.choice([0, 255, 80, 200], (height, width, 1))
    return np.concatenate([random.integers(0, 256, (height, width, 3)) * alpha // 255, alpha], axis=2).astype(np.uint8)


def twin(
    rgba: NDArray[np.uint8], y: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], ...]:
    height, width = rgba.shape[:2]
    columns = (width + 1) // 2

    def filtered(plane: NDArray[np.float64]) -> NDArray[np.float64]:
        padded = np.pad(plane, ((0, height % 2), (1, 2)), mode="edge")
        rows = (padded[0::2] + padded[1::2]) / 2
        taps = [w * rows[:, k : k + 2 * columns : 2][:, :columns] for k, w in enumerate((0.25, 0.5, 0.25))]
        return taps[0] + taps[1] + taps[2]

    rgb, alpha = rgba[..., :3] / 255.0, rgba[..., 3] / 255.0
    luma = 16 * alpha + 219 * (rgb @ MATRIX) + (1 - alpha) * y[:height, :width]
    red, green, blue, share = (filtered(plane) for plane in (*np.moveaxis(rgb, -1, 0), alpha))
    low = np.stack((red, green, blue), -1) @ MATRIX
    over = [128 * share + 224 * (one - low) / by for one, by in ((blue, 1.8556), (red, 1.5748))]
    return luma, *(mine + (1 - share) * below[:, :columns] for mine, below in zip(over, (u, v), strict=True))


@pytest.mark.parametrize("shape", [(2, 2), (1, 1), (3, 5), (16, 34), (17, 33), (2, 1), (1, 2)])
def test_equals_source_over(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    rgba, planes = premultiplied(random, *shape), random_planes(random, *shape, pad=3)
    before = [plane.copy() for plane in planes]
    expected = twin(rgba, *planes)
    rgba_over_yuv420(rgba, *planes, 0, 0, shape[1], shape[0], shape[1])
    for plane, old, want in zip(planes, before, expected, strict=True):
        width = want.shape[1]
        assert np.abs(plane[:, :width] - want).max() <= 0.52
        assert np.array_equal(plane[:, width:], old[:, width:])


def test_opaque_pixels_convert_and_clear_ones_change_nothing() -> None:
    random = np.random.default_rng(2)
    rgba, planes, converted = (
        np.zeros((40, 60, 4), np.uint8),
        random_planes(random, 40, 60),
        random_planes(random, 40, 60),
    )
    before = [plane.copy() for plane in planes]
    rgba_over_yuv420(rgba, *planes, 0, 0, 60, 40, 30)
    assert all(np.array_equal(one, other) for one, other in zip(planes, before, strict=True))
    rgba[..., :3], rgba[..., 3] = random.integers(0, 256, (40, 60, 3)), 255
    rgba_over_yuv420(rgba, *planes, 0, 0, 60, 40, 30)
    rgba_to_yuv420(rgba, *converted, 0, 0, 60, 40)
    assert all(np.array_equal(one, other) for one, other in zip(planes, converted, strict=True))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True), st.integers(0, 99))
def test_parts_beside_one_another_give_the_whole(cuts: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    rgba, whole = premultiplied(random, 10, 20), random_planes(random, 10, 20)
    parts = [plane.copy() for plane in whole]
    rgba_over_yuv420(rgba, *whole, 0, 0, 20, 10, 10)
    edges = sorted({0, 20, *(2 * cut for cut in cuts)})
    for left, right in pairwise(edges):
        rgba_over_yuv420(rgba, *parts, left, 0, right, 4, right // 2)
        rgba_over_yuv420(rgba, *parts, left, 4, right, 10, right // 2)
    assert all(np.array_equal(one, other) for one, other in zip(parts, whole, strict=True))
