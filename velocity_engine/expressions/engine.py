"""Runs expressions and keeps them within limits. One that fails is switched off with a finding, as After Effects
does."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.errors import Finding, Place
from velocity_engine.expressions.picture import PictureMaker, properties_of
from velocity_engine.model.properties import Bezier, Property
from velocity_engine.model.text import TextDocument
from velocity_engine.plan import Plan
from velocity_engine.planned import PlannedLayer

SECONDS_A_CALL = 0.5
SHORTEST_CALL = 0.05  # each expression that runs out of time halves what the others get, down to this
MEMORY_BYTES = 128 * 2**20
STACK_BYTES = 512 * 2**10
SECONDS_IN_ALL = 60.0


def expression_engine(plan: Plan) -> Engine | None:
    """The engine of a plan, or None where no property has an expression."""
    document = plan.document
    compositions = (document.main, *document.compositions.values())
    if not any(prop.expression is not None for composition in compositions for prop in properties_of(composition)):
        return None
    return Engine(plan)


class Engine:
    """``ExpressionEngine`` of a plan. The interpreter starts with the first evaluation."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._maker: PictureMaker | None = None
        self._context: Any = None
        self._lock = threading.Lock()
        self._off: set[int] = set()
        self._spent = 0.0
        self._allowed = SECONDS_A_CALL
        self._last: dict[int, tuple[float, Any]] = {}

    def evaluate(self, prop: Property[Any], layer: PlannedLayer | None, frame: float, value: Any) -> Any:
        """The expression's value at ``frame``; ``value`` (the keyframes') where it fails or was switched off."""
        key = id(prop)
        if key in self._off:
            return value
        with self._lock:
            known = self._last.get(key)
            if known is not None and known[0] == frame:
                return known[1]
            from _quickjs import JSException

            try:
                result = _shaped(json.loads(self._timed("velocityRun", prop, frame)), value)
            except (JSException, ValueError, TypeError, LookupError, RuntimeError, TimeoutError, MemoryError) as error:
                self._switch_off(prop, layer, str(error).strip().split("\n")[0])
                return value
            self._last[key] = (frame, result)
            return result

    def select(
        self,
        prop: Property[Any],
        layer: PlannedLayer | None,
        frame: float,
        units: NDArray[np.int64],
        total: int,
        before: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """What the expression of a text selector gives, as ``Sampler.select``; ``before`` where it fails."""
        if id(prop) in self._off or not len(units):
            return before
        rows, places = np.unique(np.column_stack((units, before)), axis=0, return_inverse=True)
        with self._lock:
            from _quickjs import JSException

            try:
                found = self._timed("velocitySelect", prop, frame, total, json.dumps(rows.tolist()))
                selected = np.array(json.loads(found), np.float64).reshape(len(rows), 3)
            except (JSException, ValueError, TypeError, LookupError, RuntimeError, TimeoutError, MemoryError) as error:
                self._switch_off(prop, layer, str(error).strip().split("\n")[0], "what the others select is kept")
                return before
        return selected[places.reshape(-1)]

    def check(self) -> None:
        """Tries every expression once, so that those that fail are reported before a render."""
        for composition in self._plan.compositions.values():
            for planned in composition.layers:
                for prop in properties_of(planned.layer):
                    if prop.expression is not None:
                        frame = planned.layer.in_point
                        self.evaluate(prop, planned, frame, self._plan.curves.value(prop, frame))

    def _timed(self, function: str, prop: Property[Any], frame: float, *more: Any) -> str:
        import time

        if self._context is None:
            self._start()
        assert self._maker is not None
        number = self._maker.numbers.get(id(prop))
        if number is None:
            raise LookupError("the property cannot be reached by expressions")
        if self._spent > SECONDS_IN_ALL:
            raise TimeoutError(f"the expressions of this render took more than {SECONDS_IN_ALL:g} s")
        started = time.thread_time()
        try:
            return str(self._context.get(function)(number, frame / self._plan.document.frame_rate, *more))
        finally:
            seconds = time.thread_time() - started
            self._spent += seconds
            if seconds >= self._allowed:
                self._allowed = max(self._allowed / 2, SHORTEST_CALL)
                self._context.set_time_limit(self._allowed)

    def _start(self) -> None:
        from _quickjs import Context

        self._maker = PictureMaker(self._plan.document)
        context = Context()
        context.set_memory_limit(MEMORY_BYTES)
        context.set_max_stack_size(STACK_BYTES)
        context.eval(resources.files("velocity_engine.expressions").joinpath("runtime.js").read_text("utf-8"))
        context.get("velocityLoad")(json.dumps(self._maker.picture()))
        context.set_time_limit(SECONDS_A_CALL)
        self._context = context

    def _switch_off(
        self,
        prop: Property[Any],
        layer: PlannedLayer | None,
        reason: str,
        instead: str = "the keyframes' own values are used",
    ) -> None:
        self._off.add(id(prop))
        if self._context is not None and self._maker is not None and id(prop) in self._maker.numbers:
            self._context.get("velocityDisable")(self._maker.numbers[id(prop)])
        path = layer.path if layer is not None else None
        what = f" of {prop.name}" if prop.name else ""
        self._plan.report(
            Finding(
                "expression.failed",
                f"the expression{what} failed: {reason}",
                Place(layer=path, pointer=prop.pointer or None),
                instead=instead,
            )
        )


def _shaped(result: Any, value: Any) -> Any:
    """The runtime's answer in the shape of the property's own value."""
    if isinstance(value, Bezier):
        if not isinstance(result, dict) or "vertices" not in result:
            raise TypeError("a path property needs a path")
        lists = [[point[:2] for point in result[name]] for name in ("vertices", "ins", "outs")]  # points may have a z
        points = [np.array(found, np.float64).reshape(-1, 2) for found in lists]
        if not len(points[0]) == len(points[1]) == len(points[2]):
            raise ValueError("a path needs as many tangents as points")
        return Bezier(points[0], points[1], points[2], bool(result["closed"]))
    if isinstance(value, TextDocument):
        if isinstance(result, list) and len(result) == 1:
            number = result[0]
            return replace(value, text=f"{number:g}")
        if not isinstance(result, dict) or "text" not in result:
            raise TypeError("a text property needs a text")
        return replace(value, text=result["text"])
    if not isinstance(result, list) or not result:
        raise TypeError("the property needs a number or an array of numbers")
    numbers = tuple(float(v) for v in result)
    if len(value) == 1:
        return numbers[:1]
    return numbers[: len(value)] + tuple(value[len(numbers) :])
