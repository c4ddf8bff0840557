import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420, yuv420_to_rgba


def planes(
    height: int, width: int, pad: int = 0, fill: int = 0
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    half = ((height + 1) // 2, (width + 1) // 2 + pad)
    return (
        np.full((height, width + pad), fill, np.uint8),
        np.full(half, fill, np.uint8),
        np.full(half, fill, np.uint8),
    )


def twin(rgba: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """BT.709 limited range in floating point; chroma filtered 1-2-1 across, 1-1 down, borders repeated."""
    rgb = rgba[..., :3].astype(np.float64) / 255
    height, width = rgb.shape[:2]
    luma = rgb @ np.array([0.2126, 0.7152, 0.0722])
    padded = np.pad(rgb, ((0, height % 2), (1, 2), (0, 0)), mode="edge")
    rows = (padded[0::2] + padded[1::2]) / 2
    columns = (width + 1) // 2
    taps = [w * rows[:, k : k + 2 * columns : 2][:, :columns] for k, w in enumerate((0.25, 0.5, 0.25))]
    smooth = taps[0] + taps[1] + taps[2]
    low = smooth @ np.array([0.2126, 0.7152, 0.0722])
    u = 128 + 224 * (smooth[..., 2] - low) / 1.8556
    v = 128 + 224 * (smooth[..., 0] - low) / 1.5748
    return 16 + 219 * luma, u, v


@pytest.mark.parametrize("shape", [(2, 2), (1, 1), (3, 5), (16, 34), (17, 33), (2, 1), (1, 2)])
def test_equals_the_matrix(shape: tuple[int, int]) -> None:
    rgba = np.random.default_rng(1).integers(0, 256, (*shape, 4), dtype=np.uint8)
    rgba.flags.writeable = False
    y, u, v = planes(*shape, pad=3, fill=9)
    rgba_to_yuv420(rgba, y, u, v, 0, 0, shape[1], shape[0])
    for plane, expected in zip((y, u, v), twin(rgba), strict=True):
        assert np.abs(plane[:, : expected.shape[1]] - expected).max() <= 0.51
        assert (plane[:, expected.shape[1] :] == 9).all()


def test_black_white_and_the_primaries() -> None:
    colors = [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]
    expected = [(16, 128, 128), (235, 128, 128), (63, 102, 240), (173, 42, 26), (32, 240, 118)]
    for color, wanted in zip(colors, expected, strict=True):
        rgba = np.full((2, 2, 4), [*color, 255], np.uint8)
        y, u, v = planes(2, 2)
        rgba_to_yuv420(rgba, y, u, v, 0, 0, 2, 2)
        assert (int(y[0, 0]), int(u[0, 0]), int(v[0, 0])) == wanted


@settings(max_examples=80, deadline=None)
@given(st.tuples(*[st.integers(0, 20)] * 4), st.integers(1, 9), st.integers(1, 9))
def test_converting_what_changed_equals_converting_all(
    corner: tuple[int, ...], half_height: int, half_width: int
) -> None:
    height, width = 2 * half_height, 2 * half_width
    rng = np.random.default_rng(3)
    rgba = rng.integers(0, 256, (height, width, 4), dtype=np.uint8)
    y, u, v = planes(height, width)
    rgba_to_yuv420(rgba, y, u, v, 0, 0, width, height)
    x0, x1 = sorted((min(corner[0] & ~1, width), min(corner[1] & ~1, width)))
    y0, y1 = sorted((min(corner[2] & ~1, height), min(corner[3] & ~1, height)))
    rgba[y0:y1, x0:x1] = rng.integers(0, 256, (y1 - y0, x1 - x0, 4))
    rgba_to_yuv420(rgba, y, u, v, x0, y0, x1, y1)
    for plane, expected in zip((y, u, v), twin(rgba), strict=True):
        assert np.abs(plane - expected).max() <= 0.51


@pytest.mark.parametrize("region", [(0, 0, 0, 0), (4, 4, 2, 2), (-9, -9, -1, -1), (50, 50, 60, 60), (-10, -10, 90, 90)])
def test_regions_outside(region: tuple[int, int, int, int]) -> None:
    rgba = np.zeros((8, 8, 4), np.uint8)
    y, u, v = planes(8, 8, fill=77)
    rgba_to_yuv420(rgba, y, u, v, *region)
    assert set(np.unique(y)) == ({16} if region[2] == 90 else {77})


def decode_twin(
    y: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8], full: bool, matrix: int, size: tuple[int, int]
) -> NDArray[np.float64]:
    height, width = size
    kr, kb = (0.299, 0.114) if matrix == 601 else (0.2126, 0.0722)
    luma = y[:height, :width] / 255.0 if full else (y[:height, :width] - 16.0) / 219

    def grown(whole: NDArray[np.uint8]) -> NDArray[np.float64]:
        plane = whole[: (height + 1) // 2, : (width + 1) // 2].astype(np.float64)
        padded = np.pad(plane, 1, mode="edge")
        tall = np.empty((2 * plane.shape[0], padded.shape[1]))
        tall[0::2] = (3 * padded[1:-1] + padded[:-2]) / 4
        tall[1::2] = (3 * padded[1:-1] + padded[2:]) / 4
        wide = np.empty((tall.shape[0], 2 * plane.shape[1]))
        wide[:, 0::2] = tall[:, 1:-1]
        wide[:, 1::2] = (tall[:, 1:-1] + tall[:, 2:]) / 2
        return (wide[:height, :width] - 128) / (255 if full else 224)

    cb, cr = grown(u), grown(v)
    red, blue = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    return np.clip(np.stack([red, green, blue], axis=-1), 0, 1) * 255


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (5, 7), (6, 8), (1, 9), (9, 1)])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [709, 601])
def test_decoding_equals_the_matrix(shape: tuple[int, int], full: bool, matrix: int) -> None:
    rng = np.random.default_rng(6)
    y, u, v = (rng.integers(0, 256, plane.shape, dtype=np.uint8) for plane in planes(*shape, pad=2))
    out = np.zeros((*shape, 4), np.uint8)
    yuv420_to_rgba(y, u, v, full, matrix, out, 0, 0, out.shape[1], out.shape[0])
    assert (out[..., 3] == 255).all()
    assert np.abs(out[..., :3] - decode_twin(y, u, v, full, matrix, shape)).max() <= 0.75


def test_there_and_back() -> None:
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    rgba = np.stack(
        [np.tile(ramp, (32, 1)), np.tile(ramp[::-1], (32, 1)), np.full((32, 64), 90), np.full((32, 64), 255)], axis=-1
    )
    rgba = np.ascontiguousarray(rgba, np.uint8)
    y, u, v = planes(32, 64)
    rgba_to_yuv420(rgba, y, u, v, 0, 0, 64, 32)
    out = np.zeros_like(rgba)
    yuv420_to_rgba(y, u, v, False, 709, out, 0, 0, out.shape[1], out.shape[0])
    assert np.abs(out.astype(int) - rgba)[:, 2:-2].max() <= 3


@pytest.mark.parametrize("rect", [(0, 0, 47, 33), (8, 5, 20, 6), (40, 30, 47, 33), (46, 0, 47, 1)])
def test_a_part_of_a_clip_is_the_same_as_in_the_whole(rect: tuple[int, int, int, int]) -> None:
    rng = np.random.default_rng(5)
    planes = [rng.integers(0, 256, shape, np.uint8) for shape in ((33, 47), (17, 24), (17, 24))]
    whole, part = np.zeros((33, 47, 4), np.uint8), np.zeros((33, 47, 4), np.uint8)
    yuv420_to_rgba(*planes, False, 709, whole, 0, 0, 47, 33)
    yuv420_to_rgba(*planes, False, 709, part, *rect)
    x0, y0, x1, y1 = rect
    np.testing.assert_array_equal(part[y0:y1, x0:x1], whole[y0:y1, x0:x1])
    part[y0:y1, x0:x1] = 0
    assert not part.any()
