"""RGB from RGBA."""

from __future__ import annotations

import numpy as np

from velocity_engine.kernels.pixels.without_alpha import without_alpha


def test_it_is_the_first_three_channels_of_any_part() -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (37, 53, 4), np.uint8)
    for part in (pixels, pixels[3:20, 7:40], pixels[:1, :1]):
        out = np.zeros((*part.shape[:2], 3), np.uint8)
        without_alpha(part, out)
        assert np.array_equal(out, part[..., :3])
