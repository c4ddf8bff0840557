"""Kernels whose result follows from a pixel's place: wipes, ramps, projections, sharpening."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.pictures.project import draw_projected, sharpen
from velocity_engine.kernels.pixels.ramp import paint_linear, paint_radial
from velocity_engine.kernels.pixels.wipe import wipe_linear, wipe_periodic, wipe_wedge


def grid(height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[:height, :width] + 0.5
    return x, y


def full(height: int = 13, width: int = 17) -> NDArray[np.uint8]:
    return np.full((height, width, 4), 255, np.uint8)


def test_wipe_linear() -> None:
    pixels = full()
    x, y = grid(13, 17)
    wipe_linear(pixels, 0.11, -0.07, 0.2)
    np.testing.assert_allclose(pixels[..., 3], np.clip(0.11 * x - 0.07 * y + 0.2, 0, 1) * 255, atol=0.51)
    assert (pixels[..., 0] == pixels[..., 3]).all()


def test_wipe_periodic() -> None:
    pixels = full()
    places, heights = np.array([0.0, 0.3, 0.3, 0.8, 1.0]), np.array([0.1, 0.1, 0.9, 0.9, 0.1])
    x, y = grid(13, 17)
    wipe_periodic(pixels, 0.21, 0.13, -0.4, places, heights)
    expected = np.interp((0.21 * x + 0.13 * y - 0.4) % 1.0, places, heights)
    np.testing.assert_allclose(pixels[..., 3], expected * 255, atol=0.6)


@pytest.mark.parametrize(("start", "sweep"), [(-90, 30), (10, 170), (100, 250), (-200, 355), (0, 180)])
def test_wipe_wedge(start: float, sweep: float) -> None:
    pixels = full(40, 44)
    rays = [(math.cos(math.radians(a)), math.sin(math.radians(a))) for a in (start, start + sweep)]
    wipe_wedge(pixels, 20.3, 21.4, *rays[0], *rays[1], 1.0, sweep > 180)
    x, y = grid(40, 44)
    angle = (np.degrees(np.arctan2(y - 21.4, x - 20.3)) - start) % 360
    cleared = angle < sweep
    gap = np.minimum.reduce([np.abs(angle - sweep), angle, 360 - angle, 360 - np.abs(angle - sweep)]).clip(0, 90)
    far = np.hypot(x - 20.3, y - 21.4) * np.sin(np.radians(gap)) > 1
    assert (pixels[..., 3] == np.where(cleared, 0, 255))[far].all()
    assert 0.95 < (255 - pixels[..., 3]).sum() / 255 / max(cleared.sum(), 1) < 1.05


def test_ramps() -> None:
    ends = np.array([[1.0, 0.0, 0.2], [0.0, 1.0, 0.4]])
    x, y = grid(13, 17)
    for paint, factors, at in (
        (paint_linear, (0.05, 0.02, -0.1), 0.05 * x + 0.02 * y - 0.1),
        (
            paint_radial,
            (0.1, 0.01, 0.02, 0.12, -0.7, -0.8),
            np.hypot(0.1 * x + 0.02 * y - 0.7, 0.01 * x + 0.12 * y - 0.8),
        ),
    ):
        pixels = full()
        pixels[:4] = (60, 60, 60, 100)
        pixels[5] = 0
        alpha = pixels[..., 3].copy()
        paint(pixels, *factors, ends)
        mixed = ends[0] + (ends[1] - ends[0]) * np.clip(at, 0, 1)[..., None]
        np.testing.assert_allclose(pixels[..., :3], mixed * alpha[..., None], atol=0.51)
        np.testing.assert_array_equal(pixels[..., 3], alpha)


def test_projection_by_whole_pixels_moves_them() -> None:
    src = np.random.default_rng(1).integers(0, 256, (9, 8, 4), dtype=np.uint8)
    dst = np.zeros((9, 8, 4), np.uint8)
    draw_projected(dst, src, np.array([[1.0, 0, -2], [0, 1, -3], [0, 0, 1]]))
    np.testing.assert_array_equal(dst[3:, 2:], src[:-3, :-2])
    assert not dst[:3].any()


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((3, 3)),
        np.full((3, 3), np.nan),
        np.full((3, 3), np.inf),
        np.array([[1, 0, 0], [0, 1, 0], [0.5, 0, -3.0]]),
    ],
)
def test_wild_projections_do_no_harm(matrix: NDArray[np.float64]) -> None:
    dst = np.zeros((7, 6, 4), np.uint8)
    draw_projected(dst, full(7, 6), matrix.astype(float))
    assert not dst.any()


def test_sharpen() -> None:
    flat = np.full((6, 7, 4), (10, 20, 30, 200), np.uint8)
    out = np.empty_like(flat)
    sharpen(out, flat, 2.0)
    np.testing.assert_array_equal(out, flat)
    dot = full(5, 5)
    dot[2, 2, :3] = 100
    out = np.empty_like(dot)
    sharpen(out, dot, 1.0)
    assert out[2, 2, 0] == 0
    assert (out[..., 3] == 255).all()
    single = np.full((1, 1, 4), 9, np.uint8)
    out = np.empty_like(single)
    sharpen(out, single, 1.0)
    np.testing.assert_array_equal(out, single)
