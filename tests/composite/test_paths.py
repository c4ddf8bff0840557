"""Paths of any arrays are handed to the kernels in the form that these take."""

from __future__ import annotations

import numpy as np

from velocity_engine.composite.paths import flattened
from velocity_engine.model.geometry import IDENTITY, Path, rectangle_path


def test_numbers_of_another_size_are_converted_and_others_are_not_copied() -> None:
    path = rectangle_path(10.0, 20.0, 50.0, 40.0)
    other = Path(path.points.astype(np.float32), path.starts.astype(np.int32), path.closed)
    points, starts, corners = flattened(path, IDENTITY)
    others = flattened(other, IDENTITY)
    assert others[0].dtype == np.float64 and others[1].dtype == np.int64
    assert np.array_equal(points, others[0])
    assert np.array_equal(starts, others[1])
    assert np.array_equal(corners, others[2])
