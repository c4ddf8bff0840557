"""The resampling of a flat picture in perspective, as ``evaluate.perspective`` asks for it; documents cannot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import RESAMPLE, EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


class Resampling:
    """``values`` of its calls: the nine numbers of the projective map on the device's plane, row by row."""

    key = RESAMPLE
    match_names: tuple[str, ...] = ()
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        return None

    def apply(self, pixels: NDArray[np.uint8], call: EffectCall, origin: tuple[int, int]) -> NDArray[np.uint8]:
        from velocity_engine.kernels.pictures.project import draw_projected

        out = np.zeros_like(pixels)
        moved = np.array([[1.0, 0.0, origin[0]], [0.0, 1.0, origin[1]], [0.0, 0.0, 1.0]])
        whole = np.linalg.inv(moved) @ np.reshape(call.values[0], (3, 3)) @ moved
        if not np.isfinite(whole).all() or abs(np.linalg.det(whole)) < 1e-12:
            return out
        # Where (x, y, 1) goes to (u w, v w, w) with w > 0, the inverse takes (u, v, 1) to (x / w, y / w, 1 / w): the
        # third number is above 0 for what lies before the eye.
        draw_projected(out, pixels, np.ascontiguousarray(np.linalg.inv(whole)))
        return out
