"""Where the layers of a plan stand at a moment, their parents included."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from velocity_engine.model.geometry import Matrix, multiply
from velocity_engine.motion.keyframes import Curves
from velocity_engine.motion.transforms import Matrix4, auto_orient_turn, lift, transform_matrix, transform_matrix4
from velocity_engine.plan.layers import PlannedLayer
from velocity_engine.sampler import Sampler

M = TypeVar("M", Matrix, Matrix4)


class LayerMatrices:
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

    def depth(self, planned: PlannedLayer, frame: float, camera: Matrix4) -> float:
        """How far the layer's anchor point lies before the eye, in zooms of the camera, rounded."""
        anchor = (*self._sampler(planned, frame).vector(planned.layer.transform.anchor), 0.0, 0.0)
        depth = float(camera[3] @ self.matrix4(planned, frame) @ (*anchor[:3], 1.0))
        return round(depth, _STEPS_OF_DEPTH) if math.isfinite(depth) else 0.0

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


# --- depth ----------------------------------------------------------------------------------------------------------

_STEPS_OF_DEPTH = 6  # decimals of a depth (1 where the lens shows things at their size) below which layers are level


def painters_order(
    layers: Sequence[PlannedLayer], frame: float, camera: Matrix4, matrices: LayerMatrices
) -> list[PlannedLayer]:
    """``layers``, which are given in painter's order, as After Effects paints them: neighbours of three dimensions
    from the farthest to the nearest. Flat layers, and those with layer styles, stay where they are and part such runs;
    layers as far away as one another keep their order."""
    found: list[PlannedLayer] = []
    run: list[tuple[float, PlannedLayer]] = []
    for planned in layers:
        layer = planned.layer
        is_time = planned.replayed is not None or layer.in_point <= frame < layer.out_point
        if planned.prepared is None or not is_time:
            continue
        if layer.three_d and not layer.styles:
            run.append((matrices.depth(planned, frame, camera), planned))
            continue
        found += _farthest_first(run)
        run = []
        found.append(planned)
    return found + _farthest_first(run)


def _farthest_first(run: list[tuple[float, PlannedLayer]]) -> list[PlannedLayer]:
    return [planned for _, planned in sorted(run, key=lambda entry: -entry[0])]
