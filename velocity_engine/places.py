"""Where the layers of a plan stand at a moment, their parents included."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from velocity_engine.animate import Curves
from velocity_engine.layer_matrix import Matrix4, auto_orient_turn, lift, transform_matrix, transform_matrix4
from velocity_engine.model.geometry import Matrix, multiply
from velocity_engine.plan import PlannedLayer
from velocity_engine.sampler import Sampler

M = TypeVar("M", Matrix, Matrix4)


class Places:
    """Matrices from layers to their compositions. What stands above others is remembered until ``forget``, so that a
    chain of any length costs one matrix a layer."""

    __slots__ = ("_curves", "_flat", "_sampler", "_space")

    def __init__(self, curves: Curves, sampler: Callable[[PlannedLayer, float], Sampler]) -> None:
        self._curves = curves
        self._sampler = sampler
        self._flat: dict[tuple[int, float], Matrix] = {}
        self._space: dict[tuple[int, float], Matrix4] = {}

    def forget(self) -> None:
        self._flat.clear()
        self._space.clear()

    def matrix(self, planned: PlannedLayer, frame: float) -> Matrix:
        """From the layer's coordinates to those of its composition, in the plane."""
        own = self._own(planned, frame)
        if planned.parent is None:
            return own
        return multiply(_above(planned.parent, frame, self._flat, self._own, multiply), own)

    def matrix4(self, planned: PlannedLayer | None, frame: float) -> Matrix4:
        """The same in space; that of no layer changes nothing."""
        if planned is None:
            return np.eye(4)
        own = self._own4(planned, frame)
        if planned.parent is None:
            return own
        return _above(planned.parent, frame, self._space, self._own4, np.matmul) @ own

    def _own(self, planned: PlannedLayer, frame: float) -> Matrix:
        sampler = self._sampler(planned, frame)
        return transform_matrix(planned.layer.transform, sampler, self._turn(planned, frame, sampler))

    def _own4(self, planned: PlannedLayer, frame: float) -> Matrix4:
        if not planned.layer.three_d:
            return lift(self._own(planned, frame))
        sampler = self._sampler(planned, frame)
        return transform_matrix4(planned.layer.transform, sampler, self._turn(planned, frame, sampler))

    def _turn(self, planned: PlannedLayer, frame: float, sampler: Sampler) -> float:
        layer = planned.layer
        return auto_orient_turn(layer, self._curves, frame, sampler) if layer.auto_orient else 0.0


def _above(
    planned: PlannedLayer,
    frame: float,
    known: dict[tuple[int, float], M],
    own: Callable[[PlannedLayer, float], M],
    product: Callable[[M, M], M],
) -> M:
    """The matrix of a layer that others stand below, without recursion."""
    chain: list[PlannedLayer] = []
    at: PlannedLayer | None = planned
    while at is not None and (id(at), frame) not in known:
        chain.append(at)
        at = at.parent
    matrix = None if at is None else known[id(at), frame]
    for one in reversed(chain):
        matrix = own(one, frame) if matrix is None else product(matrix, own(one, frame))
        known[id(one), frame] = matrix
    assert matrix is not None
    return matrix
