"""What a soft mask shows of a frame does not depend on how much of it lies beyond the frame's edge."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.composite.extents import REACH_OF_SIGMA, SIGMA_OF_FEATHER
from velocity_engine.composite.masks import mask_coverage
from velocity_engine.composite.rects import Rect
from velocity_engine.composite.surface import BufferPool
from velocity_engine.composite.vector import GradientTables, VectorPainter
from velocity_engine.display import MaskPath
from velocity_engine.model.geometry import Path, rectangle_path
from velocity_engine.model.layers import MaskMode

SHOWN = (0, 0, 40, 40)
FAR = (-400, -400, 440, 440)


def coverage(path: Path, feather: float, frame: Rect) -> NDArray[np.uint8]:
    mask = MaskPath(path, MaskMode.ADD, False, 1.0, 0.0, (feather, feather))
    found, _ = mask_coverage((mask,), SHOWN, frame, VectorPainter(GradientTables()), BufferPool())
    return found


@pytest.mark.parametrize("feather", [3.0, 4.0, 5.0, 6.0, 12.0])
def test_a_mask_that_ends_just_within_reach_of_the_frame(feather: float) -> None:
    reach = REACH_OF_SIGMA * SIGMA_OF_FEATHER * feather
    for edge in np.arange(-reach - 3.0, -reach + 3.0, 0.5).tolist():
        for path in (rectangle_path(-300.0, -300.0, 300.0, edge), rectangle_path(-300.0, -300.0, edge, 300.0)):
            assert np.array_equal(coverage(path, feather, SHOWN), coverage(path, feather, FAR))
