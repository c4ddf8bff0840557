"""How long what each layer needs takes, by the clock, while the engine's own evaluator and painter work."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from velocity_engine.composite import Compositor
from velocity_engine.composite.painter import Painter
from velocity_engine.composite.rects import Rect
from velocity_engine.composite.surface import Surface
from velocity_engine.display import DrawCommand
from velocity_engine.evaluate.evaluation_pass import Pass
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.plan.layers import PlannedLayer
from velocity_engine.plan.plan import Plan

Spent = dict[str, int]
"""Nanoseconds by label."""


class LayerClock:
    """Adds up time by label, of one thread. What runs within the time of another label counts for itself alone; what
    has no label counts for "".
    """

    def __init__(self) -> None:
        self._spent: Spent = {}
        self._labels = [""]
        self._since = time.perf_counter_ns()

    @contextmanager
    def of(self, label: str) -> Iterator[None]:
        """While it lasts, time counts for ``label``."""
        self._turn()
        self._labels.append(label)
        try:
            yield
        finally:
            self._turn()
            self._labels.pop()

    def take(self) -> Spent:
        """What was spent since the last call."""
        self._turn()
        spent, self._spent = self._spent, {}
        return spent

    def _turn(self) -> None:
        now = time.perf_counter_ns()
        label = self._labels[-1]
        self._spent[label] = self._spent.get(label, 0) + now - self._since
        self._since = now


class MeasuredEvaluator(Evaluator):
    """An evaluator whose layers are measured."""

    def __init__(self, plan: Plan, clock: LayerClock) -> None:
        super().__init__(plan)
        self._clock = clock

    def _layer(self, planned: PlannedLayer, at: Pass) -> Sequence[DrawCommand]:
        with self._clock.of(planned.path):
            return super()._layer(planned, at)


class MeasuredPainter(Painter):
    """A painter whose commands are measured."""

    def __init__(self, clock: LayerClock, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # what a compositor gives every painter
        self._clock = clock

    def draw(self, surface: Surface, command: DrawCommand, clip: Rect, frame: Rect, opacity: float = 1.0) -> None:
        if not command.label:
            super().draw(surface, command, clip, frame, opacity)
            return
        with self._clock.of(command.label):
            super().draw(surface, command, clip, frame, opacity)


def measured_compositor(clock: LayerClock) -> Compositor:
    """A compositor of one thread whose commands are measured."""
    return Compositor(painter=partial(MeasuredPainter, clock))
