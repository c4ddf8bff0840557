"""A picture sampled at given places, against the same in plain numpy."""

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.pictures.sample_at import CLEAR, REPEAT_EDGE, WRAP, sample_at


def picture(height: int = 7, width: int = 9) -> NDArray[np.uint8]:
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (height, width, 4), dtype=np.uint8)
    return np.minimum(pixels, pixels[..., 3:])


def twin(src: NDArray[np.uint8], u: NDArray[np.float32], v: NDArray[np.float32], edge: int) -> NDArray[np.float64]:
    height, width = src.shape[:2]
    x, y = np.round(u * 256.0 - 128.0) / 256.0, np.round(v * 256.0 - 128.0) / 256.0
    i, j = np.floor(x).astype(int), np.floor(y).astype(int)
    out = np.zeros((*u.shape, 4))
    for dj in (0, 1):
        for di in (0, 1):
            weight = np.abs(1 - di - (x - i)) * np.abs(1 - dj - (y - j))
            ii, jj = i + di, j + dj
            inside = (ii >= 0) & (ii < width) & (jj >= 0) & (jj < height)
            if edge == WRAP:
                tap = src[jj % height, ii % width]
            else:
                tap = src[np.clip(jj, 0, height - 1), np.clip(ii, 0, width - 1)].astype(float)
                if edge == CLEAR:
                    tap *= inside[..., None]
            out += tap * weight[..., None]
    return out


@pytest.mark.parametrize("edge", [CLEAR, REPEAT_EDGE, WRAP])
def test_against_numpy(edge: int) -> None:
    src = picture()
    rng = np.random.default_rng(4)
    u = rng.uniform(-12, 22, (20, 30)).astype(np.float32)
    v = rng.uniform(-12, 22, (20, 30)).astype(np.float32)
    out = sample_at(src, u, v, edge)
    np.testing.assert_allclose(out, twin(src, u, v, edge), atol=2.01)
    assert (out[..., :3] <= out[..., 3:]).all()


def test_pixel_centres_give_the_pixels() -> None:
    src = picture()
    y, x = (np.mgrid[:7, :9] + 0.5).astype(np.float32)
    np.testing.assert_array_equal(sample_at(src, x, y), src)
    np.testing.assert_array_equal(sample_at(src, x + 18, y - 21, WRAP), src)
    np.testing.assert_array_equal(sample_at(src, x - 100, y, REPEAT_EDGE), np.repeat(src[:, :1], 9, axis=1))


@pytest.mark.parametrize("place", [np.nan, np.inf, -np.inf, 1e30])
def test_wild_places_are_clear(place: float) -> None:
    u = np.full((3, 4), place, np.float32)
    for edge in (CLEAR, REPEAT_EDGE, WRAP):
        assert not sample_at(picture(), u, u, edge).any()


def test_nothing_gives_nothing() -> None:
    places = np.ones((2, 3), np.float32)
    assert not sample_at(np.zeros((0, 4, 4), np.uint8), places, places).any()
    assert sample_at(picture(), places[:0], places[:0]).shape == (0, 3, 4)
