from __future__ import annotations

import numpy as np

from velocity_engine.kernels.coverage.paint import THRESHOLDS
from velocity_engine.kernels.pixels.ramp import paint_linear, paint_radial


def test_ramps() -> None:
    ends = np.array([[1.0, 0.0, 0.2], [0.0, 1.0, 0.4]])
    y, x = np.mgrid[:13, :17] + 0.5
    for paint, factors, at in (
        (paint_linear, (0.05, 0.02, -0.1), 0.05 * x + 0.02 * y - 0.1),
        (
            paint_radial,
            (0.1, 0.01, 0.02, 0.12, -0.7, -0.8),
            np.hypot(0.1 * x + 0.02 * y - 0.7, 0.01 * x + 0.12 * y - 0.8),
        ),
    ):
        pixels = np.full((13, 17, 4), 255, np.uint8)
        pixels[:4] = (60, 60, 60, 100)
        pixels[5] = 0
        alpha = pixels[..., 3].copy()
        paint(pixels, *factors, ends, THRESHOLDS)
        mixed = ends[0] + (ends[1] - ends[0]) * np.clip(at, 0, 1)[..., None]
        rounding = np.tile(THRESHOLDS, (4, 5))[:13, :17, None]
        np.testing.assert_allclose(pixels[..., :3] + 0.5, mixed * alpha[..., None] + rounding, atol=0.51)
        np.testing.assert_array_equal(pixels[..., 3], alpha)
