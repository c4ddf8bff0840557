"""Values of items at one moment, and what one evaluation has already worked out."""

from __future__ import annotations

from typing import Any

from velocity_engine.model.geometry import Matrix
from velocity_engine.model.properties import Property, SplitPosition, Vector
from velocity_engine.model.transform import Transform
from velocity_engine.motion.transforms import transform_matrix
from velocity_engine.sampler import Sampler

Numbers = tuple[float, ...]
AnyProperty = Property[Vector] | SplitPosition


class Moment:
    """One evaluation: its sampler, and by node what was computed (several nodes ask the same one).

    ``copied`` counts what repeaters have made in it, copies of copies included.
    """

    __slots__ = ("copied", "known", "sampler")

    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler
        self.copied = 0
        self.known: dict[object, Any] = {}


class Reading:
    """Several properties read as one flat tuple: one number each, or two for ``pairs`` (which come first).

    A pair with only one number has it twice. A number that is not finite reads as 0.
    """

    __slots__ = ("_kept", "_moving", "_parts", "moves")

    def __init__(self, *, pairs: tuple[AnyProperty, ...] = (), scalars: tuple[Property[Vector], ...] = ()) -> None:
        self._parts = tuple((p, True) for p in pairs) + tuple((p, False) for p in scalars)
        self.moves = any(p.moves for p, _ in self._parts)
        starts = [2 * min(i, len(pairs)) + max(i - len(pairs), 0) for i in range(len(self._parts))]
        self._moving = [(i, *part) for i, part in zip(starts, self._parts, strict=True) if part[0].moves]
        self._kept: Numbers | None = None

    def read(self, sampler: Sampler) -> Numbers:
        kept = self._kept
        if kept is None:
            kept = self._kept = tuple([number for part in self._parts for number in _numbers(sampler, *part)])
        if not self._moving:
            return kept
        values = list(kept)
        for index, prop, is_pair in self._moving:
            if is_pair:
                values[index : index + 2] = _numbers(sampler, prop, True)
            else:
                values[index] = _finite(sampler.scalar(prop))  # type: ignore[arg-type]
        return tuple(values)


def _numbers(sampler: Sampler, prop: AnyProperty, is_pair: bool) -> Numbers:
    vector = sampler.vector(prop)
    return (_finite(vector[0]), _finite(vector[-1 if len(vector) < 2 else 1])) if is_pair else (_finite(vector[0]),)


def _finite(value: float) -> float:
    return float(value) if value - value == 0.0 else 0.0


def transform_moves(transform: Transform) -> bool:
    """Whether the matrix or the opacity of a group's transform can change."""
    parts: tuple[AnyProperty, ...] = (
        transform.anchor,
        transform.position,
        transform.scale,
        transform.rotation,
        transform.skew,
        transform.skew_axis,
        transform.opacity,
    )
    return any(p.moves for p in parts)


class Placement:
    """The matrix of a group's transform."""

    __slots__ = ("_fixed", "_transform", "moves")

    def __init__(self, transform: Transform) -> None:
        self._transform = transform
        self.moves = transform_moves(transform)
        self._fixed: Matrix | None = None

    def matrix(self, moment: Moment) -> Matrix:
        if self._fixed is not None:
            return self._fixed
        matrix: Matrix | None = moment.known.get(self)
        if matrix is None:
            matrix = transform_matrix(self._transform, moment.sampler)
            moment.known[self] = matrix
            if not self.moves:
                self._fixed = matrix
        return matrix
