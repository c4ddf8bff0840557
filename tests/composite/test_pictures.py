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


def test_an_odd_picture_that_is_drawn_small_reaches_both_of_its_edges() -> None:
    striped = np.full((101, 101, 4), 255, np.uint8)
    striped[:, :10, 1:3] = 0
    striped[:, 91:, 1:3] = 0
    source = ImageSource(picture(striped), 24.0, 24.0)
    canvas = np.zeros((24, 24, 4), np.uint8)
    Compositor().draw(display_list(24, 24, (0.0, 0.0, 0.0, 0.0), (command(source),)), canvas)
    assert np.abs(canvas.astype(int) - canvas[:, ::-1]).max() <= 2
