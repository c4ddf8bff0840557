"""Clips that stay in YUV: as drawing them through RGBA would show them, whatever frames came before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.composite import Compositor, FrameCompositor
from velocity_engine.display import (
    Clip,
    DisplayList,
    DrawCommand,
    FillSource,
    SolidPaint,
    VideoSource,
    command,
    display_list,
)
from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420, yuv420_to_rgba
from velocity_engine.model.geometry import IDENTITY, Matrix, rectangle_path
from velocity_engine.model.layers import BlendMode
from velocity_engine.pipeline.frame_ring import YuvRing

W, H = 322, 198
BLACK = (0.0, 0.0, 0.0, 1.0)
# Through RGBA samples are rounded to 8 bits four times, in planes twice, and the weights of chroma to 256ths.
TOLERANCE = 2
Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


@dataclass
class Footage:
    """Noise, of colours that RGB has."""

    width: int = W
    height: int = H
    digest: bytes = b"clip"
    frame_count: int = 10
    seconds: float = 1.0
    planar: bool = True

    def planes(self, index: int) -> Planes:
        random = np.random.default_rng(index)
        half = ((self.height + 1) // 2, (self.width + 1) // 2)
        return (
            random.integers(90, 170, (self.height, self.width), dtype=np.uint8),
            random.integers(110, 146, half, dtype=np.uint8),
            random.integers(110, 146, half, dtype=np.uint8),
        )

    def read(self, index: int) -> NDArray[np.uint8]:
        out = np.zeros((self.height, self.width, 4), np.uint8)
        yuv420_to_rgba(*self.planes(index), False, 709, out, 0, 0, self.width, self.height)
        return out

    def read_yuv(self, index: int) -> Planes | None:
        return self.planes(index) if self.planar else None

    def index_at(self, seconds: float) -> int:
        return int(seconds * 10)


def at(x: float, y: float, across: float = 1.0, down: float | None = None) -> Matrix:
    return (across, 0.0, 0.0, across if down is None else down, x, y)


def box(x: float, y: float, width: float, height: float, alpha: float = 1.0) -> DrawCommand:
    source = FillSource(rectangle_path(0.0, 0.0, width, height), SolidPaint((0.8, 0.3, 0.1, alpha)))
    return command(source, at(x, y))


def clip(
    index: int,
    matrix: Matrix = IDENTITY,
    *,
    of: Footage | None = None,
    window: tuple[float, float, float, float] | None = None,
    clips: tuple[Clip, ...] = (),
) -> DrawCommand:
    footage = of or Footage()
    return command(VideoSource(footage, index, footage.width, footage.height, window), matrix, clips=clips)


def frame_of(*commands: DrawCommand, size: tuple[int, int] = (W, H)) -> DisplayList:
    return display_list(*size, BLACK, commands)


def shown(planes: Planes, size: tuple[int, int] = (W, H)) -> Planes:
    width, height = size
    half = np.s_[: (height + 1) // 2, : (width + 1) // 2]
    return planes[0][:height, :width].copy(), planes[1][half].copy(), planes[2][half].copy()


def drawn(frames: FrameCompositor, ring: YuvRing, display: DisplayList) -> tuple[Planes, bool]:
    """What the encoder gets, and whether it differs from the frame before."""
    taken = ring.take()
    planar = frames.advance_planar(display)
    if planar is not None:
        ring.fill_planar(taken, planar)
        changed = bool(planar.regions)
    else:
        canvas, regions = frames.advance(display)
        ring.fill(taken, canvas, regions)
        changed = bool(regions)
    planes = shown(taken.planes(), (display.width, display.height))
    ring.give_back(taken)
    return planes, changed


def alone(display: DisplayList) -> Planes:
    return drawn(FrameCompositor(display.width, display.height), YuvRing(display.width, display.height, 1), display)[0]


def usual(display: DisplayList) -> Planes:
    """Through RGBA."""
    width, height = display.width, display.height
    canvas = np.zeros((height, width, 4), np.uint8)
    Compositor().draw(display, canvas)
    half = ((height + 1) // 2, (width + 1) // 2)
    planes = np.zeros((height, width), np.uint8), np.zeros(half, np.uint8), np.zeros(half, np.uint8)
    rgba_to_yuv420(canvas, *planes, 0, 0, width, height)
    return planes


def difference(one: Planes, other: Planes) -> int:
    return max(int(np.abs(mine.astype(int) - plane).max()) for mine, plane in zip(one, other, strict=True))


def test_planes_go_through_and_what_covers_them_is_laid_over() -> None:
    display = frame_of(box(0, 0, 50, 50), clip(3), box(20.4, 30, 55.3, 40, 0.7), box(250, 150, 61, 45))
    planes, raw, want = alone(display), Footage().planes(3), usual(display)
    under = np.ones((H, W), np.bool_)
    for x0, y0, x1, y1 in ((20, 30, 76, 70), (250, 150, 311, 195)):
        under[y0:y1, x0:x1] = False
    assert np.array_equal(planes[0][under], raw[0][under])
    far = np.ones((H // 2, W // 2), np.bool_)  # from chroma samples that something above takes part in
    for x0, y0, x1, y1 in ((9, 14, 39, 36), (124, 74, 157, 99)):
        far[y0:y1, x0:x1] = False
    assert all(np.array_equal(plane[far], own[far]) for plane, own in zip(planes[1:], raw[1:], strict=True))
    assert np.abs(planes[0].astype(int) - want[0]).max() <= TOLERANCE
    opaque = np.s_[152:194, 252:308]
    assert np.array_equal(planes[0][opaque], want[0][opaque])
    assert all(
        np.array_equal(plane[76:97, 127:153], own[76:97, 127:153]) for plane, own in zip(planes, want, strict=True)
    )


@pytest.mark.parametrize("size", [(322, 198), (161, 97)])
@pytest.mark.parametrize(
    ("footage", "matrix"),
    [
        (Footage(484, 298), at(0, 0, 2 / 3)),
        (Footage(484, 298), at(-1.3, -0.7, 0.7)),
        (Footage(161, 99), at(0, 0, 2)),
        (Footage(120, 80), at(-2, -3, 3.17, 2.9)),
        (Footage(700, 500), at(0, 0, 0.46, 0.4)),  # halved once
        (Footage(1000, 700), at(30.2, 20.7, 0.21)),  # halved twice
        (Footage(200, 100), at(21, 17)),
        (Footage(200, 100), at(21.5, 17.25)),
        (Footage(200, 100), at(301, 180, -1.3)),
        (Footage(201, 99), at(-40.3, 60.8, 1.1)),
        (Footage(401, 251), at(-30, -20)),
        (Footage(401, 251), at(-31, -21)),
    ],
)
def test_as_through_rgba(footage: Footage, matrix: Matrix, size: tuple[int, int]) -> None:
    display = frame_of(box(10, 10, 90, 60), clip(1, matrix, of=footage), box(60, 50, 80, 60, 0.6), size=size)
    assert FrameCompositor(*size).advance_planar(display) is not None
    planes, want = alone(display), usual(display)
    assert np.abs(planes[0].astype(int) - want[0]).max() <= TOLERANCE
    if matrix not in (at(-30, -20), at(-31, -21), at(21, 17)):  # whose chroma is not filtered twice
        assert difference(planes, want) <= TOLERANCE


@pytest.mark.parametrize(
    "clips",
    [
        (Clip((0.0, 0.0, 130.0, 70.0), at(31.0, 9.0)),),
        (Clip((0.0, 0.0, 130.3, 70.6), at(31.4, 9.2)), Clip((0.0, 0.0, 500.0, 60.0), at(0.0, 15.5))),
    ],
)
def test_windows_and_clips(clips: tuple[Clip, ...]) -> None:
    footage = Footage(300, 200)
    display = frame_of(
        box(0, 0, 100, 100), clip(2, at(4.7, 2.1, 0.9), of=footage, window=(20.0, 10.5, 250.0, 190.0), clips=clips)
    )
    assert FrameCompositor(W, H).advance_planar(display) is not None
    assert difference(alone(display), usual(display)) <= TOLERANCE


def test_what_came_before_leaves_no_trace() -> None:
    """Frames that differ below, in, and above the clip, in its place, and frames without one."""
    random = np.random.default_rng(5)
    places = [at(0, 0), at(0, 0), at(-9, -4, 1.1), at(40, 31), at(41.5, 30.2, 0.6)]
    frames, ring = FrameCompositor(W, H), YuvRing(W, H, 3)
    place, index, low, high = 0, 0, 0, 0
    for _ in range(60):
        match random.integers(0, 5):
            case 0:
                place = int(random.integers(0, len(places)))
            case 1:
                index = int(random.integers(0, 10))
            case 2:
                low = int(random.integers(0, 200))
            case 3:
                high = int(random.integers(0, 200))
        commands = [box(low, 20, 70, 50), box(low / 3, low, 33, 21, 0.5)]
        if random.random() < 0.85:
            commands.append(clip(index, places[place], of=Footage(digest=b"%d" % place)))
        commands += [box(high, 63.5, 64.4, 40, 0.6), box(300, high, 22, 20), box(128, 128, 64, 64)][: int(high) % 4]
        display = frame_of(*commands)
        planes, _ = drawn(frames, ring, display)
        assert difference(planes, alone(display)) == 0
    assert not drawn(frames, ring, display)[1]


def test_the_largest_clip_stays_in_yuv() -> None:
    small, large = Footage(90, 50, b"small"), Footage(digest=b"large")
    for commands in (
        (clip(0, of=large), clip(1, at(5, 5), of=small)),
        (clip(1, at(5, 5), of=small), clip(0, of=large)),
    ):
        planar = FrameCompositor(W, H).advance_planar(frame_of(*commands))
        assert planar is not None and np.array_equal(planar.clip.planes[0], large.planes(0)[0])
        assert np.abs(alone(frame_of(*commands))[0].astype(int) - usual(frame_of(*commands))[0]).max() <= TOLERANCE


@pytest.mark.parametrize(
    "commands",
    [
        [clip(0, of=Footage(planar=False))],
        [command(VideoSource(Footage(), 0, W, H, None), opacity=0.9)],
        [command(VideoSource(Footage(), 0, W, H, None), blend=BlendMode.SCREEN)],
        [clip(0, (1.0, 0.01, -0.01, 1.0, 0.0, 0.0))],
        [clip(0, clips=(Clip((0.0, 0.0, 99.0, 99.0), (1.0, 0.1, 0.0, 1.0, 0.0, 0.0)),))],
        [clip(0, at(0, 0, 0.05))],
        [clip(0, at(5000, 0))],
        [clip(0), box(-1, -1, W + 2, H + 2)],
        [clip(0), command(FillSource(rectangle_path(0.0, 0.0, 9.0, 9.0), SolidPaint(BLACK)), blend=BlendMode.MULTIPLY)],
        [box(0, 0, W, H)],
    ],
)
def test_others_are_drawn(commands: list[DrawCommand]) -> None:
    assert FrameCompositor(W, H).advance_planar(frame_of(*commands)) is None
