import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velocity_engine.kernels.pictures.warp import draw_image, halve
from velocity_engine.model.geometry import Matrix


def whole(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    return np.array([0.0, 0.0, pixels.shape[1], pixels.shape[0]])


def random_pixels(rng: np.random.Generator, height: int, width: int, opaque: bool = False) -> NDArray[np.uint8]:
    alpha = np.full((height, width, 1), 255) if opaque else rng.integers(0, 256, (height, width, 1))
    color = rng.integers(0, 256, (height, width, 3))
    return np.concatenate([(color * alpha + 127) // 255, alpha], axis=2).astype(np.uint8)


def inverse_of(a: float, b: float, c: float, d: float, e: float, f: float) -> NDArray[np.float64]:
    det = a * d - b * c
    return np.array([d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det])


def twin(
    dst: NDArray[np.uint8],
    src: NDArray[np.uint8],
    inverse: NDArray[np.float64],
    window: NDArray[np.float64],
    clip: tuple[int, int, int, int],
    opacity: float,
) -> NDArray[np.float64]:
    """The same in plain floating point, pixel by pixel."""
    out = dst.astype(np.float64)
    a, b, c, d, e, f = inverse
    wx0, wy0, wx1, wy1 = window
    grow_u, grow_v = math.hypot(a, c), math.hypot(b, d)
    cols = (math.floor(wx0), math.ceil(wx1) - 1)
    rows = (math.floor(wy0), math.ceil(wy1) - 1)
    for y in range(max(0, clip[1]), min(dst.shape[0], clip[3])):
        for x in range(max(0, clip[0]), min(dst.shape[1], clip[2])):
            u, v = a * (x + 0.5) + c * (y + 0.5) + e, b * (x + 0.5) + d * (y + 0.5) + f
            edges = [
                max(0.0, min(1.0, near / grow + 0.5) + min(1.0, far / grow + 0.5) - 1.0)
                for near, far, grow in ((u - wx0, wx1 - u, grow_u), (v - wy0, wy1 - v, grow_v))
            ]
            coverage = edges[0] * edges[1] * opacity
            if coverage == 0.0:
                continue
            left, top = math.floor(u - 0.5), math.floor(v - 0.5)
            fx, fy = u - 0.5 - left, v - 0.5 - top
            i = [min(max(left + k, cols[0]), cols[1]) for k in (0, 1)]
            j = [min(max(top + k, rows[0]), rows[1]) for k in (0, 1)]
            upper = src[j[0], i[0]] * (1 - fx) + src[j[0], i[1]] * fx
            lower = src[j[1], i[0]] * (1 - fx) + src[j[1], i[1]] * fx
            sample = (upper * (1 - fy) + lower * fy) * coverage
            out[y, x] = sample + out[y, x] * (1 - sample[3] / 255)
    return out


MAPS = {
    "shift": (1.0, 0.0, 0.0, 1.0, 3.0, -2.0),
    "part of a pixel": (1.0, 0.0, 0.0, 1.0, 2.3, 1.6),
    "enlarged": (2.7, 0.0, 0.0, 1.9, -1.2, 0.7),
    "reduced": (0.61, 0.0, 0.0, 0.55, 3.0, 4.0),
    "flipped": (-1.2, 0.0, 0.0, 1.1, 18.0, 0.0),
    "turned": (0.9, 0.5, -0.5, 0.9, 6.0, -1.0),
    "quarter turn": (0.0, 1.0, -1.0, 0.0, 16.0, 1.0),
    "skewed": (1.1, 0.2, 0.7, 0.8, -3.0, 2.0),
    "thin": (0.9, 0.5, -0.02, 0.04, 6.0, 3.0),
}


@pytest.mark.parametrize("opacity", [1.0, 0.4])
@pytest.mark.parametrize("opaque", [True, False])
@pytest.mark.parametrize("name", MAPS)
def test_equals_plain_sampling(name: str, opaque: bool, opacity: float) -> None:
    rng = np.random.default_rng(7)
    smooth = np.cumsum(
        np.cumsum(rng.integers(0, 3, (13, 15, 4)), axis=0), axis=1
    )  # weights have 8 bits, so gentle slopes
    src = np.minimum(smooth, 255).astype(np.uint8)
    src[..., :3] = np.minimum(src[..., :3], src[..., 3:])
    if opaque:
        src[..., 3] = 255
    dst = random_pixels(rng, 21, 23)
    expected = twin(dst, src, inverse_of(*MAPS[name]), whole(src), (0, 0, 23, 21), opacity)
    draw_image(dst, src, inverse_of(*MAPS[name]), whole(src), 0, 0, 23, 21, opacity)
    assert np.abs(dst - expected).max() <= 2.6


def test_weights_of_noise_stay_near_plain_sampling() -> None:
    rng = np.random.default_rng(3)
    src, dst = random_pixels(rng, 16, 16), random_pixels(rng, 20, 20)
    expected = twin(dst, src, inverse_of(*MAPS["turned"]), whole(src), (0, 0, 20, 20), 1.0)
    draw_image(dst, src, inverse_of(*MAPS["turned"]), whole(src), 0, 0, 20, 20, 1.0)
    assert np.abs(dst - expected).max() <= 4


@pytest.mark.parametrize("matrix", [(1, 0, 0, 1, 2, 3), (0, 1, -1, 0, 9, 1), (-1, 0, 0, 1, 10, 2), (0, -1, 1, 0, 3, 9)])
def test_whole_pixels_are_exact_and_crisp(matrix: Matrix) -> None:
    rng = np.random.default_rng(5)
    src = random_pixels(rng, 6, 7, opaque=True)
    dst = np.zeros((12, 12, 4), np.uint8)
    draw_image(dst, src, inverse_of(*map(float, matrix)), whole(src), 0, 0, 12, 12, 1.0)
    a, b, c, d, e, f = matrix
    expected = np.zeros_like(dst)
    for y in range(6):
        for x in range(7):
            cx, cy = x + 0.5, y + 0.5
            expected[math.floor(b * cx + d * cy + f), math.floor(a * cx + c * cy + e)] = src[y, x]
    np.testing.assert_array_equal(dst, expected)


def test_enlarging_by_a_whole_factor_has_crisp_edges() -> None:
    src = np.full((2, 2, 4), 255, np.uint8)
    dst = np.zeros((10, 10, 4), np.uint8)
    draw_image(dst, src, inverse_of(3.0, 0.0, 0.0, 3.0, 2.0, 1.0), whole(src), 0, 0, 10, 10, 1.0)
    expected = np.zeros_like(dst)
    expected[1:7, 2:8] = 255
    np.testing.assert_array_equal(dst, expected)


@pytest.mark.parametrize("name", MAPS)
def test_tiles_join_without_a_seam(name: str) -> None:
    rng = np.random.default_rng(11)
    src, ground = random_pixels(rng, 14, 15), random_pixels(rng, 22, 25)
    at_once, tiled = ground.copy(), ground.copy()
    inverse = inverse_of(*MAPS[name])
    draw_image(at_once, src, inverse, whole(src), 0, 0, 25, 22, 0.8)
    for top in range(0, 22, 5):
        for left in range(0, 25, 7):
            draw_image(tiled, src, inverse, whole(src), left, top, min(left + 7, 25), min(top + 5, 22), 0.8)
    np.testing.assert_array_equal(tiled, at_once)


def test_nothing_outside_the_window_is_read() -> None:
    src = np.full((9, 9, 4), 255, np.uint8)
    src[2:6, 3:7, :3] = 10
    for matrix in ((2.0, 0.0, 0.0, 2.0, 0.0, 0.0), (1.5, 0.7, -0.7, 1.5, 6.0, -2.0), (1.0, 0.0, 0.0, 1.0, 1.0, 1.0)):
        dst = np.zeros((24, 24, 4), np.uint8)
        draw_image(dst, src, inverse_of(*matrix), np.array([3.0, 2.0, 7.0, 6.0]), 0, 0, 24, 24, 1.0)
        assert dst[..., 3].max() == 255
        assert dst[..., :3].max() == 10


def test_coverage_sums_to_the_area_of_the_picture() -> None:
    src = np.full((20, 30, 4), 255, np.uint8)
    for degrees in (0.0, 1.0, 17.0, 45.0, 88.0):
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        dst = np.zeros((60, 60, 4), np.uint8)
        draw_image(dst, src, inverse_of(cos, sin, -sin, cos, 22.3, 9.7), whole(src), 0, 0, 60, 60, 1.0)
        assert dst[..., 3].sum() / 255 == pytest.approx(600, rel=0.004)


def test_one_pixel_fills_a_rectangle() -> None:
    src = np.array([[[10, 20, 30, 255]]], np.uint8)
    for matrix in ((8.0, 0.0, 0.0, 6.0, 0.0, 0.0), (0.0, 6.0, -8.0, 0.0, 8.0, 0.0)):
        dst = np.zeros((6, 8, 4), np.uint8)
        draw_image(dst, src, inverse_of(*matrix), whole(src), 0, 0, 8, 6, 1.0)
        assert (dst == src[0, 0]).all()


@pytest.mark.parametrize(
    "inverse",
    [
        [0.0] * 6,
        [1, 2, 2, 4, 0, 0],
        [math.nan] * 6,
        [math.inf, 0, 0, 1, 0, 0],
        [1, 0, 0, 1, math.nan, 0],
        [1e-300, 0, 0, 1e-300, 0, 0],
    ],
)
def test_a_map_that_is_no_map_draws_nothing(inverse: list[float]) -> None:
    dst = np.zeros((4, 4, 4), np.uint8)
    draw_image(
        dst, np.full((3, 3, 4), 255, np.uint8), np.array(inverse, np.float64), np.array([0.0, 0, 3, 3]), 0, 0, 4, 4, 1.0
    )
    assert not dst.any()


def test_a_read_only_source_and_rows_of_a_larger_array_will_do() -> None:
    big = np.full((8, 8, 4), 255, np.uint8)
    big.flags.writeable = False
    dst = np.zeros((4, 4, 4), np.uint8)
    draw_image(dst, big[2:6, 2:6], np.array([1.0, 0, 0, 1, 0, 0]), np.array([0.0, 0, 4, 4]), 0, 0, 4, 4, 1.0)
    assert (dst == 255).all()


number = st.one_of(st.floats(-40, 40), st.floats(allow_nan=True, allow_infinity=True))


@settings(max_examples=150, deadline=None)
@given(
    inverse=st.lists(number, min_size=6, max_size=6),
    window=st.lists(number, min_size=4, max_size=4),
    clip=st.lists(st.integers(-50, 50), min_size=4, max_size=4),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    opacity=number,
)
def test_never_writes_outside_the_clip(
    inverse: list[float], window: list[float], clip: list[int], shape: tuple[int, int], opacity: float
) -> None:
    guarded = np.full((14, 14, 4), 77, np.uint8)
    dst = guarded[2:-2]
    src = np.full((*shape, 4), 255, np.uint8)
    x0, y0, x1, y1 = clip
    draw_image(dst, src, np.array(inverse), np.array(window), x0, y0, x1, y1, opacity)
    outside = np.ones((10, 14), bool)
    outside[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = False
    assert (dst[outside] == 77).all()
    assert (guarded[:2] == 77).all()
    assert (guarded[-2:] == 77).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (4, 1), (6, 8), (7, 9)])
def test_halve_is_the_mean_of_four(shape: tuple[int, int]) -> None:
    src = random_pixels(np.random.default_rng(2), *shape)
    padded = np.pad(src, ((0, shape[0] % 2), (0, shape[1] % 2), (0, 0)), mode="edge").astype(np.int64)
    expected = (padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2] + 2) // 4
    np.testing.assert_array_equal(halve(src), expected)
