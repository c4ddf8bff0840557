import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.filters.distance import nearest_pixels, outline_distance, spread_colors


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (14, 17)])
def test_nearest_pixel_is_as_near_as_any(shape: tuple[int, int], outside: bool) -> None:
    mask = (np.random.default_rng(3).random(shape) > 0.9).astype(np.uint8) * 255
    nearest = nearest_pixels(mask, outside)
    seeds = np.argwhere((mask == 0) if outside else (mask == 255))
    for y, x in np.ndindex(shape):
        if not len(seeds):
            assert nearest[y, x] == -1
            continue
        row, column = divmod(int(nearest[y, x]), shape[1])
        assert (row - y) ** 2 + (column - x) ** 2 == ((seeds - (y, x)) ** 2).sum(axis=1).min()
        assert bool(mask[row, column] == 0) == outside


def test_nothing_to_be_near_to() -> None:
    mask = np.zeros((4, 5), np.uint8)
    nearest = nearest_pixels(mask, False)
    assert (nearest == -1).all()
    assert (outline_distance(mask, nearest, False) > 1e5).all()
    assert nearest_pixels(np.zeros((0, 3), np.uint8), False).shape == (0, 3)


def disc(size: int, radius: float) -> NDArray[np.uint8]:
    """Coverage of a disc about the middle, by 8 x 8 samples."""
    at = (np.arange(size * 8) + 0.5) / 8 - size / 2
    fine = np.hypot(at[:, None], at[None, :]) <= radius
    share: NDArray[np.float64] = fine.reshape(size, 8, size, 8).mean(axis=(1, 3))
    return np.rint(share * 255).astype(np.uint8)


@pytest.mark.parametrize("outside", [False, True])
def test_distance_is_right_to_a_fraction_of_a_pixel(outside: bool) -> None:
    mask = disc(64, 17.3)
    distance = outline_distance(mask, nearest_pixels(mask, outside), outside)
    at = np.arange(64) + 0.5 - 32
    exact = (np.hypot(at[:, None], at[None, :]) - 17.3) * (-1 if outside else 1)
    counted = (exact > 0.5) & (exact < 12)
    assert np.abs(distance - exact)[counted].max() < 0.3


def test_spread_colors_fills_with_the_nearest_colour() -> None:
    pixels = np.zeros((5, 9, 4), np.uint8)
    pixels[:, 2] = (200, 0, 0, 255)
    pixels[:, 6] = (0, 0, 200, 255)
    pixels[:, 7] = (0, 0, 8, 10)
    alpha = np.ascontiguousarray(pixels[..., 3])
    spread_colors(pixels, nearest_pixels(alpha, False), np.full((5, 9), 255, np.uint8))
    assert (pixels[..., 3] == 255).all()
    assert (pixels[:, :4, 0] == 200).all()
    assert (np.abs(pixels[:, 5:, 2].astype(int) - 200) <= 1).all()
