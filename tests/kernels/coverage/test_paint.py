"""Sweeps onto pixels against plain float arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from raster_support import Canvas, circle

from velocity_engine.kernels.coverage.paint import THRESHOLDS, paint_color, paint_gradient
from velocity_engine.kernels.paths.flatten import flatten
from velocity_engine.kernels.pixels.source_over import lay_over
from velocity_engine.model.geometry import Path, rectangle_path

W, H = 150, 40
RNG = np.random.default_rng(5)


def ground(width: int = W, height: int = H) -> NDArray[np.uint8]:
    """Any premultiplied pixels, some opaque."""
    alpha = RNG.choice([0, 90, 255], (height, width, 1))
    return np.concatenate([RNG.integers(0, 256, (height, width, 3)) * alpha // 255, alpha], 2).astype(np.uint8)


def packed(pixels: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return pixels.view(np.uint32)[..., 0]


def over(source: NDArray[np.float64], cover: NDArray[np.float64], below: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Source-over of premultiplied 0..255 colours times coverage 0..1."""
    above = source * cover[..., None]
    return above + below * (1 - above[..., 3:] / 255)


def shape(path: Path) -> tuple[Canvas, NDArray[np.float64]]:
    """A canvas with the path accumulated, and its coverage."""
    points, starts, _ = flatten(path.points, path.starts, 1.0, 0.0, 0.0, 1.0, 0.1, 0.0)
    canvas = Canvas(0, 0, W, H)
    cover = canvas.coverage(points, starts) / 255.0
    assert canvas.accumulate(points, starts)
    return canvas, cover


PATHS = [rectangle_path(-5, -5, 200, 200), rectangle_path(10.3, 5.6, 140.5, 30.1), circle(70, 20, 25)]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("color", [(200, 100, 50, 255), (60, 20, 100, 120), (0, 0, 0, 0)])
def test_a_colour(path: Path, color: tuple[int, int, int, int]) -> None:
    canvas, cover = shape(path)
    below = ground()
    got = below.copy()
    value = int(np.array(color, np.uint8).view(np.uint32)[0])
    paint_color(packed(got), 0, 0, canvas.cells, canvas.bits, canvas.extent, False, value)
    assert canvas.clean
    assert np.abs(got - over(np.array(color, float), cover, below)).max() <= 1.51
    assert (got[..., 3][below[..., 3] == 255] == 255).all()
    assert (got[..., :3] <= got[..., 3:]).all()


def test_the_surface_may_lie_anywhere() -> None:
    canvas, cover = shape(circle(70, 20, 15))
    below = ground(60, 38)
    got = below.copy()
    value = 0xFF102030
    paint_color(packed(got), 50, 1, canvas.cells, canvas.bits, canvas.extent, False, value)
    want = over(np.array([0x30, 0x20, 0x10, 0xFF], float), cover[1:39, 50:110], below)
    assert np.abs(got - want).max() <= 1.51


TABLE = np.stack([np.linspace(0, 200, 1024), np.linspace(150, 20, 1024), np.full(1024, 90)], 1)
OPAQUE = np.concatenate([TABLE, np.full((1024, 1), 255)], 1)
CLEAR = np.concatenate([TABLE, np.full((1024, 1), 200)], 1)


def plane(inverse: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[0:H, 0:W] + 0.5
    a, b, c, d, e, f = inverse
    return a * x + c * y + e, b * x + d * y + f


def check_gradient(
    path: Path,
    colors: NDArray[np.float64],
    inverse: tuple[float, ...],
    radial: bool,
    focus: tuple[float, float],
    t: NDArray[np.float64],
) -> None:
    canvas, cover = shape(path)
    below = ground()
    got = below.copy()
    table = (colors[None, :, None, :] + THRESHOLDS[:, None, :, None]).astype(np.uint8).view(np.uint32)[..., 0]
    paint_gradient(
        packed(got), 0, 0, canvas.cells, canvas.bits, canvas.extent, False, canvas.runs, canvas.cover,
        table, np.array(inverse), radial, *focus, canvas.shades,
    )  # fmt: skip
    assert canvas.clean
    at = np.clip(t, 0, 1) * 1023
    want = over(np.stack([np.interp(at, np.arange(1024), colors[:, k]) for k in range(4)], 2), cover, below)
    assert np.abs(got - want).max() <= 2.01


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("colors", [OPAQUE, CLEAR], ids=["opaque", "clear"])
@pytest.mark.parametrize(
    "inverse",
    [
        (0.01, 0.0, 0.02, 0.0, -0.3, 0.0),
        (-0.009, 0.0, 0.0131, 0.0, 0.6, 0.0),
        (0.01, 0.0, 0.03, 0.0, -0.3, 0.0),
        (1e-12, 0.0, 1e-12, 0.0, 0.5, 0.0),
        (0.01, 0.0, 0.0, 0.0, 0.1, 0.0),
        (0.0, 0.0, 0.05, 0.0, -0.2, 0.0),
    ],
    ids=["slanting", "other way", "steep", "hardly", "upright", "level"],
)
def test_a_linear_gradient(path: Path, colors: NDArray[np.float64], inverse: tuple[float, ...]) -> None:
    check_gradient(path, colors, inverse, False, (0.0, 0.0), plane(inverse)[0])


@pytest.mark.parametrize("focus", [(0.0, 0.0), (0.5, -0.3), (-0.9, 0.1)])
def test_a_radial_gradient(focus: tuple[float, float]) -> None:
    """Each colour's circle has its centre between the focal point and the middle, and its share of the radius."""
    inverse = (0.02, 0.0, 0.0, 0.02, -1.4, -0.4)
    u, v = plane(inverse)
    low, high = np.zeros_like(u), np.full_like(u, 64.0)
    for _ in range(60):
        t = 0.5 * (low + high)
        inside = np.hypot(u - focus[0] * (1 - t), v - focus[1] * (1 - t)) <= t
        low, high = np.where(inside, low, t), np.where(inside, t, high)
    for colors in (OPAQUE, CLEAR):
        check_gradient(PATHS[1], colors, inverse, True, focus, high)


@pytest.mark.parametrize(
    ("inverse", "radial"),
    [
        ((1 / 640, 0.0, 0.0, 0.0, 0.0, 0.0), False),
        ((0.0, 0.0, 1 / 640, 0.0, 0.0, 0.0), False),
        ((1 / 1280, 0.0, 1 / 1280, 0.0, 0.0, 0.0), False),
        ((1 / 1280, 0.0, 0.6 / 1280, 0.0, 0.0, 0.0), False),
        ((0.2 / 640, 0.0, 1 / 640, 0.0, 0.0, 0.0), False),
        ((1 / 640, 0.0, 0.0, 1 / 640, -0.5, -0.5), True),
    ],
    ids=["upright", "level", "diagonal", "slanting", "steep", "radial"],
)
def test_a_dark_gradient_shows_no_bands(inverse: tuple[float, ...], radial: bool) -> None:
    """Ten steps over 640 pixels: in the mean of eight pixels each way, the picture is an eighth of a step off at most,
    where plain rounding is off by half of one."""
    canvas, surface = Canvas(0, 0, 640, 640), np.zeros((640, 640, 4), np.uint8)
    path = rectangle_path(0.0, 0.0, 640.0, 640.0)
    points, starts, _ = flatten(path.points, path.starts, 1.0, 0.0, 0.0, 1.0, 0.1, 0.0)
    assert canvas.accumulate(points, starts)
    wanted = np.linspace(15, 25, 1024)
    colors = np.stack([wanted, wanted, wanted, np.full(1024, 255)], 1)
    table = (colors[None, :, None, :] + THRESHOLDS[:, None, :, None]).astype(np.uint8).view(np.uint32)[..., 0]
    paint_gradient(
        packed(surface), 0, 0, canvas.cells, canvas.bits, canvas.extent, False, canvas.runs, canvas.cover,
        table, np.array(inverse), radial, 0.0, 0.0, canvas.shades,
    )  # fmt: skip
    y, x = np.mgrid[0:640, 0:640] + 0.5
    a, b, c, d, e, f = inverse
    u, v = a * x + c * y + e, b * x + d * y + f
    error = surface[..., 0] - (15 + 10 * np.clip(np.hypot(u, v) if radial else u, 0, 1))
    assert np.abs(error).max() < 1.05
    assert np.abs(error.reshape(80, 8, 80, 8).mean(axis=(1, 3))).max() < 1 / 8


@settings(max_examples=60, deadline=None)
@given(st.integers(-3, 20), st.integers(-3, 20), st.integers(0, 255))
def test_lay_over(x: int, y: int, opacity: int) -> None:
    below, layer = ground(), ground(60, 25)
    rect = (max(x, 0), max(y, 0), x + 60, min(y + 25, H))
    got = below.copy()
    lay_over(packed(got), 0, 0, packed(layer), x, y, *rect, opacity)
    want = below.astype(float)
    area = np.s_[rect[1] : rect[3], rect[0] : rect[2]]
    part = layer[rect[1] - y : rect[3] - y, rect[0] - x : rect[2] - x]
    want[area] = over(part.astype(float), np.full(part.shape[:2], opacity / 255), below[area])
    assert np.abs(got - want).max() <= 1.51


def test_rounding_is_exact_for_opaque_grounds() -> None:
    """However many layers: an opaque ground stays opaque."""
    canvas = np.full((H, W, 4), 255, np.uint8)
    for alpha in range(256):
        layer = np.full((H, W, 4), alpha, np.uint8)
        lay_over(packed(canvas), 0, 0, packed(layer), 0, 0, 0, 0, W, H, (alpha * 7) % 256)
    assert (canvas == 255).all()
    assert math.isclose(float(canvas.mean()), 255.0)
