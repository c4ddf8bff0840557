import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.filters.shadow import cast_alone, cast_inside, cast_under

COLOR = np.array([1.0, 0.5, 0.0])


def parts(shape: tuple[int, int] = (12, 15)) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rng = np.random.default_rng(1)
    alpha = rng.choice([0, 90, 255], (*shape, 1))
    pixels = np.concatenate([(rng.integers(0, 256, (*shape, 3)) * alpha + 127) // 255, alpha], axis=2).astype(np.uint8)
    return pixels, rng.integers(0, 256, shape, dtype=np.uint8)


def displaced(mask: NDArray[np.uint8], offset: tuple[float, float], outside: int) -> NDArray[np.float64]:
    """Bilinear, sample by sample."""
    dx, dy = offset
    height, width = mask.shape
    out = np.zeros(mask.shape)
    for y, x in np.ndindex(mask.shape):
        u, v = x - dx, y - dy
        i, j = int(np.floor(u)), int(np.floor(v))
        for b, a in np.ndindex(2, 2):
            inside = 0 <= i + a < width and 0 <= j + b < height
            weight = (u - i if a else 1 - (u - i)) * (v - j if b else 1 - (v - j))
            out[y, x] += weight * (mask[j + b, i + a] if inside else outside)
    return out / 255


@pytest.mark.parametrize("offset", [(0.0, 0.0), (3.0, -2.0), (-1.25, 0.6), (100.0, 100.0), (-1e7, 0.0)])
def test_shadows_equal_plain_compositing(offset: tuple[float, float]) -> None:
    pixels, mask = parts()
    picture, alpha = pixels / 255, pixels[..., 3:] / 255
    spread = displaced(mask, offset, 0)[..., None] * 0.6
    shade = np.concatenate([COLOR * spread, spread], axis=-1)

    under = pixels.copy()
    cast_under(under, mask, *offset, *COLOR, 0.6)
    assert np.abs(under / 255 - (picture + shade * (1 - alpha))).max() <= 1.1 / 255

    alone = pixels.copy()
    cast_alone(alone, mask, *offset, *COLOR, 0.6)
    assert np.abs(alone / 255 - shade).max() <= 1.1 / 255

    inside = pixels.copy()
    cast_inside(inside, mask, *offset, 255.0, *COLOR, 0.6)
    spread = displaced(mask, offset, 255)[..., None] * 0.6
    assert np.abs(inside[..., :3] / 255 - (picture[..., :3] * (1 - spread) + COLOR * spread * alpha)).max() <= 1.1 / 255
    np.testing.assert_array_equal(inside[..., 3], pixels[..., 3])

    for result in (under, alone, inside):
        assert (result[..., :3] <= result[..., 3:]).all()


def test_one_pixel() -> None:
    pixels, mask = np.zeros((1, 1, 4), np.uint8), np.full((1, 1), 255, np.uint8)
    cast_under(pixels, mask, 0.5, 0.0, 0.0, 0.0, 0.0, 1.0)
    assert pixels[0, 0].tolist() == [0, 0, 0, 128]
