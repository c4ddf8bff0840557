"""RGBA to planes of any subsampling and depth, with and without alpha, against the matrix in floating point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.yuv.planes import rgba_to_planes, rgba_to_planes10
from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420

SAMPLINGS = [(1, 1), (1, 0), (0, 0)]  # 4:2:0, 4:2:2, 4:4:4
SHAPES = [(1, 1), (2, 2), (3, 5), (16, 34), (17, 33), (2, 1), (1, 2)]
LUMA = np.array([0.2126, 0.7152, 0.0722])


def converted(
    rgba: NDArray[np.uint8], sampling: tuple[int, int], bits: int, alpha: bool, region: tuple[int, ...] | None = None
) -> list[NDArray[Any]]:
    height, width = rgba.shape[:2]
    kind: Any = np.uint8 if bits == 8 else np.uint16
    chroma = (height + sampling[1]) >> sampling[1], (width + sampling[0]) >> sampling[0]
    planes = [np.zeros((height, width + 3), kind), *(np.zeros((chroma[0], chroma[1] + 3), kind) for _ in range(2))]
    planes.append(np.zeros((height, width + 3) if alpha else (0, 0), kind))
    convert = rgba_to_planes if bits == 8 else rgba_to_planes10
    convert(rgba, *planes, *sampling, *(region or (0, 0, width, height)))
    assert all(not plane[:, -3:].any() for plane in planes)
    return [plane[:, :-3] for plane in planes[: 4 if alpha else 3]]


def twin(rgba: NDArray[np.uint8], sampling: tuple[int, int], bits: int, alpha: bool) -> list[NDArray[np.float64]]:
    """BT.709 in floating point; each pixel of a chroma sample counts by its alpha."""
    across, down = sampling
    height, width = rgba.shape[:2]
    rgb = rgba[..., :3] / 255
    weight = rgba[..., 3] / 255 if alpha else np.ones((height, width))
    padding = ((0, down * (height % 2)), (across, 2 * across))
    tall = np.pad(rgb * weight[..., None], (*padding, (0, 0)), mode="edge")
    total = np.pad(weight, padding, mode="edge")
    if down:
        tall, total = tall[0::2] + tall[1::2], total[0::2] + total[1::2]
    if across:
        count = (width + 1) // 2
        tall, total = (
            one[:, 0 : 2 * count : 2][:, :count] + 2 * one[:, 1 : 1 + 2 * count : 2] + one[:, 2 : 2 + 2 * count : 2]
            for one in (tall, total)
        )
    mean = np.where(total[..., None] > 0, tall / np.maximum(total, 1e-9)[..., None], 0)
    low = mean @ LUMA
    scale = 1 << (bits - 8)
    u = scale * (128 + 224 * (mean[..., 2] - low) / 1.8556)
    v = scale * (128 + 224 * (mean[..., 0] - low) / 1.5748)
    found = [scale * (16 + 219 * (rgb @ LUMA)), u, v]
    return [*found, rgba[..., 3] / 255 * ((1 << bits) - 1)] if alpha else found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("alpha", [False, True])
def test_equals_the_matrix(shape: tuple[int, int], sampling: tuple[int, int], bits: int, alpha: bool) -> None:
    random = np.random.default_rng(1)
    rgba = random.integers(0, 256, (*shape, 4), dtype=np.uint8)
    rgba[random.random(shape) < 0.3] = 0
    rgba.flags.writeable = False
    for plane, expected in zip(converted(rgba, sampling, bits, alpha), twin(rgba, sampling, bits, alpha), strict=True):
        assert plane.shape == expected.shape
        assert np.abs(plane - expected).max() <= (0.52 if bits == 8 else 0.56)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("alpha", [False, True])
def test_opaque_420_is_that_of_the_usual_kernel_bit_for_bit(shape: tuple[int, int], alpha: bool) -> None:
    rgba = np.random.default_rng(2).integers(0, 256, (*shape, 4), dtype=np.uint8)
    rgba[..., 3] = 255
    height, width = shape
    half = ((height + 1) // 2, (width + 1) // 2)
    usual = [np.zeros(shape, np.uint8), np.zeros(half, np.uint8), np.zeros(half, np.uint8)]
    rgba_to_yuv420(rgba, *usual, 0, 0, width, height)
    for plane, expected in zip(converted(rgba, (1, 1), 8, alpha), usual, strict=False):
        np.testing.assert_array_equal(plane, expected)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_converting_what_changed_equals_converting_all(sampling: tuple[int, int]) -> None:
    random = np.random.default_rng(3)
    rgba = random.integers(0, 256, (18, 22, 4), dtype=np.uint8)
    height, width = rgba.shape[:2]
    half = ((height + sampling[1]) >> sampling[1], (width + sampling[0]) >> sampling[0])
    planes = [
        np.zeros((height, width), np.uint8),
        *(np.zeros(half, np.uint8) for _ in range(2)),
        np.zeros_like(rgba[..., 3]),
    ]
    rgba_to_planes(rgba, *planes, *sampling, 0, 0, width, height)
    for _ in range(30):
        x0, y0 = int(random.integers(0, width)), int(random.integers(0, height))
        x1, y1 = int(random.integers(x0, width)) + 1, int(random.integers(y0, height)) + 1
        rgba[y0:y1, x0:x1] = random.integers(0, 256, 4)
        rgba_to_planes(rgba, *planes, *sampling, x0, y0, x1, y1)
        whole = converted(rgba, sampling, 8, True)
        assert all(np.array_equal(one, other) for one, other in zip(planes, whole, strict=True))


@pytest.mark.parametrize("region", [(0, 0, 0, 0), (4, 4, 2, 2), (-9, -9, -1, -1), (50, 50, 60, 60)])
def test_regions_outside_change_nothing(region: tuple[int, ...]) -> None:
    rgba = np.full((8, 8, 4), 200, np.uint8)
    assert not any(plane.any() for plane in converted(rgba, (1, 1), 10, True, region))


def test_what_is_clear_is_black_and_colours_nothing_beside_it() -> None:
    rgba = np.zeros((2, 2, 4), np.uint8)
    y, u, v, a = converted(rgba, (1, 1), 8, True)
    assert (y == 16).all() and (u == 128).all() and (v == 128).all() and not a.any()
    rgba[0, 0] = (255, 0, 0, 1)
    y, u, v, a = converted(rgba, (1, 1), 8, True)
    assert (int(u[0, 0]), int(v[0, 0]), int(y[0, 0]), int(a[0, 0])) == (102, 240, 63, 1)
