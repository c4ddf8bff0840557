"""Wide blurs of coverage on a coarse grid.

What a Gaussian of sigma s has blurred bends so little that straight lines between points s / 8 apart stay within half
a level of it (the error is at most step^2 / 8 times the second derivative, 0.24 levels an axis). The coverage of
coarse pixels is exact, and what averaging over them and drawing lines between them blur is taken off the sigma.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.rects import Rect
from velocity_engine.kernels.filters.blur import blur_mask
from velocity_engine.kernels.pictures.upscale import rows_between
from velocity_engine.model.geometry import Matrix

STEPS_A_SIGMA = 8.0
MIN_STEP = 4  # pixels; below it the fine grid costs as little


class CoarseGrid:
    """A grid of pixels ``step_x`` x ``step_y`` device pixels large, whose lines go through the device's origin.

    ``rect`` is the grid's own pixels that cover a device rectangle, and one more all around; ``matrix`` leads from
    device pixels to the grid's.
    """

    def __init__(self, whole: Rect, step_x: int, step_y: int) -> None:
        x0, y0, x1, y1 = whole
        self.steps = (step_x, step_y)
        self.rect: Rect = (x0 // step_x - 1, y0 // step_y - 1, -(-x1 // step_x) + 1, -(-y1 // step_y) + 1)
        self.matrix: Matrix = (1.0 / step_x, 0.0, 0.0, 1.0 / step_y, 0.0, 0.0)

    def store(self, soft: NDArray[np.float32], shared: Rect, out: NDArray[np.uint8], origin: tuple[int, int]) -> None:
        """Stores ``soft``, (h, w) float32 over the grid's ``rect``, at full size in the part ``shared`` of ``out``,
        whose first pixel lies at ``origin``."""
        at_x = self._positions(0, shared[0], shared[2])
        left = np.clip(at_x.astype(np.int64), 0, soft.shape[1] - 2)
        part = at_x - left.astype(np.float32)
        at_y = self._positions(1, shared[1], shared[3])
        top, bottom = int(at_y[0]), min(int(at_y[-1]) + 2, len(soft))
        near = soft[min(top, len(soft) - 2) : bottom]
        rows = near[:, left] + (near[:, left + 1] - near[:, left]) * part
        positions = at_y - np.float32(min(top, len(soft) - 2))
        rows_between(np.ascontiguousarray(rows), positions, out, shared[0] - origin[0], shared[1] - origin[1])

    def _positions(self, axis: int, start: int, stop: int) -> NDArray[np.float32]:
        """Where the centres of device pixels lie among the centres of the grid's."""
        centres = (np.arange(start, stop) + 0.5) / self.steps[axis] - 0.5 - self.rect[axis]
        return centres.astype(np.float32)


def coarse_steps(sigma_x: float, sigma_y: float) -> tuple[int, int] | None:
    """The steps of a grid on which a blur can be done (1 along an axis that is blurred little), or None where it is
    better done on device pixels."""
    step_x, step_y = _step(sigma_x), _step(sigma_y)
    return (step_x, step_y) if step_x > 1 or step_y > 1 else None


def _step(sigma: float) -> int:
    step = int(sigma / STEPS_A_SIGMA)
    return step if step >= MIN_STEP else 1


def blurred(sharp: NDArray[np.uint8], sigmas: tuple[float, float], steps: tuple[int, int]) -> NDArray[np.float32]:
    """(h, w) float32, 0 to 255: coverage of a grid's pixels, (h, w) uint8, blurred. What lies outside counts as 0.

    ``sigmas``: along x and y, in device pixels. ``steps``: of the grid, as ``coarse_steps`` returns them.
    """
    fine = [sigma if step == 1 else 0.0 for sigma, step in zip(sigmas, steps, strict=True)]
    soft = blur_mask(sharp, fine[0], fine[1]).astype(np.float32)
    for sigma, step, axis in zip(sigmas, steps, (1, 0), strict=True):
        if step > 1:
            # The mean over a coarse pixel has a variance of 1/12, the tent of lines between pixels of 1/6.
            soft = _along(soft, _kernel(math.sqrt((sigma / step) ** 2 - 0.25)), axis)
    return soft


def _kernel(sigma: float) -> NDArray[np.float32]:
    """The half of a Gaussian from its middle on, cut at 3.5 sigma."""
    weights = np.exp(-0.5 * (np.arange(math.ceil(3.5 * sigma) + 1) / sigma) ** 2)
    halved: NDArray[np.float32] = (weights / (2.0 * weights.sum() - weights[0])).astype(np.float32)
    return halved


def _along(values: NDArray[np.float32], kernel: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Term by term, so that the sum is the same on every machine."""
    reach = len(kernel) - 1
    pads = [(reach, reach) if axis == side else (0, 0) for side in (0, 1)]
    padded = np.pad(values, pads)
    count = values.shape[axis]

    def shifted(by: int) -> NDArray[np.float32]:
        part = slice(reach + by, reach + by + count)
        return padded[:, part] if axis else padded[part]

    total: NDArray[np.float32] = shifted(0) * kernel[0]
    for distance in range(1, reach + 1):
        total += (shifted(-distance) + shifted(distance)) * kernel[distance]
    return total
