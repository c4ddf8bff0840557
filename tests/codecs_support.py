"""Pictures to encode."""

from __future__ import annotations

import av
import numpy as np


def moving_frames(count: int, width: int = 128, height: int = 72, noise: int = 40) -> list[av.VideoFrame]:
    """A moving bar on noise that changes: hard to predict."""
    random = np.random.default_rng(1)
    made = []
    for index in range(count):
        pixels = random.integers(0, noise + 1, (height, width, 3), np.uint8)
        pixels[:, index * 3 % width : index * 3 % width + 20] = 220
        made.append(av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p"))
    return made
