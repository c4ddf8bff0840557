"""A clip whose samples are copied, of which the edges show in part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.extents import Extents
from velocity_engine.composite.planar_clip import Planes, upright_clip
from velocity_engine.display import Clip, VideoSource, command
from velocity_engine.model.geometry import IDENTITY, translation

W, H = 64, 48


@dataclass
class Grey:
    width: int = 32
    height: int = 24
    digest: bytes = b"grey"
    frame_count: int = 1
    seconds: float = 1.0

    def read(self, index: int) -> NDArray[np.uint8]:
        return np.full((self.height, self.width, 4), 255, np.uint8)

    def index_at(self, seconds: float) -> int:
        return 0


def planes(luma: int, width: int, height: int) -> Planes:
    half = (height // 2, width // 2)
    return np.full((height, width), luma, np.uint8), np.full(half, 128, np.uint8), np.full(half, 128, np.uint8)


def drawn(*clips: Clip) -> NDArray[np.uint8]:
    """The luma of a clip of 216 at (10, 8) on a ground of 16."""
    source = VideoSource(Grey(), 0, 32, 24)
    upright = upright_clip(command(source, translation(10, 8), clips=clips), source, (W, H), Extents())
    assert upright is not None
    target = planes(16, W, H)
    upright.draw(planes(216, 32, 24), target, (0, 0, W, H))
    return target[0]


def test_a_clip_on_whole_pixels_is_copied() -> None:
    want = np.full((H, W), 16, np.uint8)
    want[8:32, 10:42] = 216
    assert np.array_equal(drawn(), want)
    want[:, 30:] = 16
    assert np.array_equal(drawn(Clip((0.0, 0.0, 30.0, 48.0), IDENTITY)), want)


def test_edges_that_show_in_part_are_mixed_with_the_ground() -> None:
    luma = drawn(Clip((20.5, 0.0, 30.25, 48.0), IDENTITY))
    assert (luma[8:32, 21:30] == 216).all()
    assert np.abs(luma[8:32, [20, 30]].astype(int) - (116, 66)).max() <= 1
    luma[8:32, 20:31] = 16
    assert (luma == 16).all()
