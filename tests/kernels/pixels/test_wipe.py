from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

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
    stops, heights = np.array([0.0, 0.3, 0.3, 0.8, 1.0]), np.array([0.1, 0.1, 0.9, 0.9, 0.1])
    x, y = grid(13, 17)
    wipe_periodic(pixels, 0.21, 0.13, -0.4, stops, heights)
    expected = np.interp((0.21 * x + 0.13 * y - 0.4) % 1.0, stops, heights)
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
