"""Clips that fill the frame: their own planes where nothing covers them, and the usual drawing where something does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.composite import Compositor, FrameCompositor
from velocity_engine.convert import YuvFrame, YuvRing
from velocity_engine.display import (
    DisplayList,
    DrawCommand,
    FillSource,
    SolidPaint,
    VideoSource,
    command,
    display_list,
)
from velocity_engine.kernels.yuv import rgba_to_yuv420, yuv420_to_rgba
from velocity_engine.model.geometry import rectangle_path

W, H = 322, 198
BLACK = (0.0, 0.0, 0.0, 1.0)
Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


@dataclass
class Clip:
    """Smooth planes, so that going through RGBA and back changes little."""

    width: int = W
    height: int = H
    digest: bytes = b"clip"
    frame_count: int = 10
    seconds: float = 1.0
    planar: bool = True

    def planes(self, index: int) -> Planes:
        y, x = np.mgrid[0:H, 0:W]
        luma = (125 + 30 * np.sin(x / 40 + index) + 20 * np.cos(y / 30)).astype(np.uint8)
        cy, cx = np.mgrid[0 : H // 2, 0 : W // 2]
        return (
            luma,
            (128 + 20 * np.sin(cx / 50)).astype(np.uint8),
            (128 + 20 * np.cos(cy / 50 + index)).astype(np.uint8),
        )

    def read(self, index: int) -> NDArray[np.uint8]:
        out = np.zeros((H, W, 4), np.uint8)
        yuv420_to_rgba(*self.planes(index), False, 709, out, 0, 0, W, H)
        return out

    def read_yuv(self, index: int) -> Planes | None:
        return self.planes(index) if self.planar else None

    def index_at(self, seconds: float) -> int:
        return int(seconds * 10)


def box(x: float, y: float, width: float, height: float, alpha: float = 1.0) -> DrawCommand:
    source = FillSource(rectangle_path(0.0, 0.0, width, height), SolidPaint((0.8, 0.3, 0.1, alpha)))
    return command(source, (1.0, 0.0, 0.0, 1.0, x, y))


def scene(index: int, *above: DrawCommand, clip: Clip | None = None) -> DisplayList:
    ground = command(VideoSource(clip or Clip(), index, W, H, None))
    return display_list(W, H, BLACK, [box(0, 0, 50, 50), ground, *above])


def shown(taken: YuvFrame) -> Planes:
    y, u, v = taken.planes()
    return y[:H, :W].copy(), u[: H // 2, : W // 2].copy(), v[: H // 2, : W // 2].copy()


def usual(display: DisplayList) -> Planes:
    canvas = np.zeros((H, W, 4), np.uint8)
    Compositor().draw(display, canvas)
    planes = np.zeros((H, W), np.uint8), np.zeros((H // 2, W // 2), np.uint8), np.zeros((H // 2, W // 2), np.uint8)
    rgba_to_yuv420(canvas, *planes, 0, 0, W, H)
    return planes


def test_planes_go_through_and_what_covers_them_is_drawn_as_ever() -> None:
    frames, ring = FrameCompositor(W, H), YuvRing(W, H, 2)
    for index in range(4):
        display = scene(index, box(20.4 + 30 * index, 30, 55.3, 40, 0.7), box(250, 150, 60, 45))
        frame = frames.advance_planar(display)
        assert frame is not None and not frame.held
        taken = ring.take()
        ring.fill_planar(taken, frame)
        inside = np.zeros((H, W), np.bool_)
        for x0, y0, x1, y1 in frame.covered:
            inside[y0:y1, x0:x1] = True
        assert 0 < inside.sum() < W * H
        y, u, v = shown(taken)
        want, raw = usual(display), Clip().planes(index)
        assert np.array_equal(y[~inside], raw[0][~inside])
        assert np.array_equal(y[inside], want[0][inside])
        chroma = inside[::2, ::2]
        for plane, mine, clip in ((u, want[1], raw[1]), (v, want[2], raw[2])):
            assert np.array_equal(plane[chroma], mine[chroma])
            assert np.abs(plane[~chroma].astype(int) - clip[~chroma]).max() <= 3  # at the borders
        ring.give_back(taken)
    assert frames.advance_planar(display).held  # type: ignore[union-attr]


def test_from_planes_to_a_canvas_and_back() -> None:
    frames, ring = FrameCompositor(W, H), YuvRing(W, H, 2)
    plain = display_list(W, H, BLACK, [box(10, 10, 200, 100)])
    for _ in range(2):
        frame = frames.advance_planar(scene(1, box(20, 30, 50, 40)))
        assert frame is not None and not frame.held
        taken = ring.take()
        ring.fill_planar(taken, frame)
        ring.give_back(taken)
        assert frames.advance_planar(plain) is None
        canvas, regions = frames.advance(plain)
        taken = ring.take()
        ring.fill(taken, canvas, regions)
        for mine, want in zip(shown(taken), usual(plain), strict=True):
            assert np.array_equal(mine, want)
        ring.give_back(taken)


@pytest.mark.parametrize(
    "display",
    [
        scene(0, clip=Clip(planar=False)),
        display_list(W, H, BLACK, [command(VideoSource(Clip(), 0, W, H, None), opacity=0.9)]),
        display_list(W, H, BLACK, [command(VideoSource(Clip(), 0, W, H, None), (1.0, 0.0, 0.0, 1.0, 1.0, 0.0))]),
        display_list(W, H, BLACK, [command(VideoSource(Clip(), 0, W / 2, H / 2, None))]),
        display_list(W, H, BLACK, [box(0, 0, W, H)]),
    ],
)
def test_other_grounds_are_drawn(display: DisplayList) -> None:
    assert FrameCompositor(W, H).advance_planar(display) is None
