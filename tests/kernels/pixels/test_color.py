import colorsys
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.pixels import color


def random_pixels(seed: int = 1, shape: tuple[int, int] = (9, 11)) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    alpha = rng.choice([0, 1, 60, 128, 255, 255], (*shape, 1))
    return np.concatenate([(rng.integers(0, 256, (*shape, 3)) * alpha + 127) // 255, alpha], axis=2).astype(np.uint8)


def straight(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    alpha = pixels[..., 3:] / 255
    return np.clip(np.divide(pixels[..., :3] / 255, alpha, out=np.zeros((*pixels.shape[:2], 3)), where=alpha > 0), 0, 1)


def premultiplied(rgb: NDArray[np.float64], alpha: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([np.clip(rgb, 0, 1) * alpha[..., None] * 255, alpha[..., None] * 255], axis=-1)


def assert_near(pixels: NDArray[np.uint8], expected: NDArray[np.float64], tolerance: float = 1.01) -> None:
    assert np.abs(pixels - expected).max(initial=0) <= tolerance
    assert (pixels[..., :3] <= pixels[..., 3:]).all()


@pytest.mark.parametrize("shape", [(9, 11), (1, 1), (0, 5)])
def test_colorize(shape: tuple[int, int]) -> None:
    pixels = random_pixels(shape=shape)
    alpha = pixels[..., 3] / 255
    color.colorize(pixels, 1.0, 0.4, 0.0, 0.7)
    assert_near(pixels, premultiplied(np.full((*shape, 3), (1.0, 0.4, 0.0)), alpha * 0.7), 0.51)


def test_map_tables() -> None:
    tables = np.random.default_rng(2).integers(0, 256, (4, 256), dtype=np.uint8)
    pixels = random_pixels()
    alpha = pixels[..., 3]
    whole = np.maximum(alpha, 1).astype(int)[..., None]
    rgb = np.where(alpha[..., None] > 0, (510 * pixels[..., :3].astype(int) + whole) // (2 * whole), 0)
    expected = premultiplied(np.stack([tables[k][rgb[..., k]] for k in range(3)], -1) / 255, tables[3][alpha] / 255)
    color.map_tables(pixels, tables)
    assert_near(pixels, expected)


def test_map_matrix() -> None:
    matrix = np.random.default_rng(3).normal(0, 0.6, (4, 5))
    pixels = random_pixels()
    rgba1 = np.concatenate([straight(pixels), pixels[..., 3:] / 255, np.ones((9, 11, 1))], axis=-1)
    out = rgba1 @ matrix.T
    expected = premultiplied(out[..., :3], np.clip(out[..., 3], 0, 1))
    color.map_matrix(pixels, matrix)
    assert_near(pixels, expected)


def test_identities_change_nothing() -> None:
    original = random_pixels()
    changes: tuple[Callable[[NDArray[np.uint8]], object], ...] = (
        lambda p: color.map_tables(p, np.tile(np.arange(256, dtype=np.uint8), (4, 1))),
        lambda p: color.map_matrix(p, np.eye(4, 5)),
        lambda p: color.map_hsl(p, np.ones(3), np.zeros(3)),
        lambda p: color.map_luminance(p, np.zeros((256, 3)), 0.0),
        lambda p: color.stretch_chroma(p, 1.0),
    )
    for change in changes:
        pixels = original.copy()
        change(pixels)
        assert_near(pixels, original.astype(float))


def test_map_luminance() -> None:
    ramp = np.random.default_rng(4).random((256, 3))
    pixels = random_pixels()
    rgb = straight(pixels)
    at = np.rint(rgb @ np.array([0.2126, 0.7152, 0.0722]) * 255).astype(int)
    expected = premultiplied(rgb + (ramp[at] - rgb) * 0.6, pixels[..., 3] / 255)
    color.map_luminance(pixels, ramp, 0.6)
    assert_near(pixels, expected)


@pytest.mark.parametrize(
    ("scale", "shift"), [((1, 1, 1), (0.3, 0, 0)), ((1, 0.5, 1), (0, 0.2, 0)), ((0, 0, 1), (0.6, 0.4, 0))]
)
def test_map_hsl(scale: tuple[float, ...], shift: tuple[float, ...]) -> None:
    pixels = random_pixels()
    rgb, alpha = straight(pixels), pixels[..., 3]
    expected = np.zeros(pixels.shape)
    for at in np.ndindex(alpha.shape):
        if alpha[at]:
            h, light, s = colorsys.rgb_to_hls(*rgb[at])
            h, s, light = (v * k + d for v, k, d in zip((h, s, light), scale, shift, strict=True))
            changed = colorsys.hls_to_rgb(h % 1.0, min(max(light, 0), 1), min(max(s, 0), 1))
            expected[at] = (*(c * alpha[at] for c in changed), alpha[at])
    color.map_hsl(pixels, np.array(scale, float), np.array(shift, float))
    assert_near(pixels, expected)


def test_stretch_chroma_greys_and_never_clips() -> None:
    pixels = random_pixels()
    grey = pixels.copy()
    color.stretch_chroma(grey, 0.0)
    assert (np.ptp(grey[..., :3], axis=-1) <= 1).all()
    vivid = pixels.copy()
    color.stretch_chroma(vivid, 126.0)
    solid = pixels[..., 3] == 255
    low, high = pixels[..., :3].min(-1).astype(int), pixels[..., :3].max(-1).astype(int)
    new_low, new_high = vivid[..., :3].min(-1).astype(int), vivid[..., :3].max(-1).astype(int)
    assert np.abs((low + high) - (new_low + new_high))[solid].max() <= 2


def test_mix_hues() -> None:
    colors = [(1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1), (0.5, 0.5, 0.5)]
    pixels = np.array([[(*(round(255 * c) for c in rgb), 255) for rgb in colors]], np.uint8)
    weights = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    color.mix_hues(pixels, weights)
    np.testing.assert_allclose(pixels[0, :6, 0] / 255, weights, atol=0.003)
    assert pixels[0, 6, 0] == 128
    assert (pixels[..., 0] == pixels[..., 2]).all()
