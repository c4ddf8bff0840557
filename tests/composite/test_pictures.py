"""Pictures that are drawn small, of which a part shows."""

from __future__ import annotations

import numpy as np
import pytest

from velocity_engine.composite import Compositor
from velocity_engine.display import ImageSource, command, display_list, picture
from velocity_engine.model.geometry import translation


@pytest.mark.parametrize("size", [32.0, 20.0, 16.0, 8.0])
def test_a_window_of_a_picture_drawn_small_shows_nothing_beside_it(size: float) -> None:
    halves = np.zeros((128, 128, 4), np.uint8)
    halves[:, :64] = (255, 0, 0, 255)
    halves[:, 64:] = (0, 0, 255, 255)
    source = ImageSource(picture(halves), size, 2 * size, (0.0, 0.0, 64.0, 128.0))
    for shift in (0.0, 0.5):
        canvas = np.zeros((80, 80, 4), np.uint8)
        entry = command(source, translation(shift, 0.0))
        Compositor().draw(display_list(80, 80, (0.0, 0.0, 0.0, 0.0), (entry,)), canvas)
        assert not canvas[..., 2].any()
        want = np.zeros(80)
        want[: int(size)] = 255
        want[[0, int(size)]] = 255 * (1 - shift), 255 * shift
        assert np.abs(canvas[5, :, 3] - want).max() <= 1
