"""Runs expressions and keeps them within limits. One that fails is switched off with a finding, as After Effects
does."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.errors import Finding, Place
from velocity_engine.evaluate.expressions.budget import Budget
from velocity_engine.evaluate.expressions.picture import Expressed, PictureMaker, with_expressions
from velocity_engine.evaluate.expressions.watch import Watch
from velocity_engine.model.properties import Bezier, Property
from velocity_engine.model.text import TextDocument
from velocity_engine.plan.layers import PlannedLayer
from velocity_engine.plan.plan import Plan

DOCUMENT_BYTES = 192 * 2**20  # what the interpreter may take for the document that expressions see
MEMORY_BYTES = 128 * 2**20  # what all expressions may keep, beside the document
ROOM_BYTES = 4 * 2**20  # what one expression may take at a time
MAX_IN_VAIN = 2
MAX_EXPRESSIONS = 6_000
"""Of a document. Each keeps some 16 KiB of the interpreter, and takes 0.2 ms to try."""
NO_BYTES = 1  # nothing fits; 0 would be no limit
STACK_BYTES = 512 * 2**10
MAX_CHARACTERS = 100_000  # of an expression
_KIND = re.compile(r"\A(?:\w*Error|Refused): ")
_FAILURES = (ValueError, TypeError, LookupError, RuntimeError, TimeoutError, MemoryError)


def expression_engine(plan: Plan) -> Engine | None:
    """The engine of a plan, or None where no property has an expression, or too many have."""
    expressed = with_expressions(plan.document)
    count = sum(map(len, expressed.values()))
    if count > MAX_EXPRESSIONS:
        message = f"the document has {count} expressions, and {MAX_EXPRESSIONS} at most are evaluated"
        plan.report(
            Finding("expression.failed", message, Place(), "the keyframes' own values are used for all of them")
        )
        return None
    return Engine(plan, expressed) if count else None


class Engine:
    """``ExpressionEngine`` of a plan. The interpreter starts with the first evaluation."""

    def __init__(self, plan: Plan, expressed: Expressed) -> None:
        self._plan, self._with_expressions = plan, expressed
        self._maker: PictureMaker | None = None
        self._context: Any = None
        self._lock = threading.Lock()
        self._off: set[int] = set()
        self._budget = Budget(sum(map(len, expressed.values())))
        self._tried = False
        self._useless = ""  # why no expression of the document can be evaluated
        self._room = 0  # bytes that the interpreter may take now
        self._most_room = 0
        self._in_vain = 0  # how often nothing was free though all room is given
        self._last: dict[int, tuple[float, Any]] = {}
        self._watch = Watch(self._take_memory, self._give_memory)

    def begin_frame(self) -> None:
        """To be called before a frame is evaluated. The first time, every expression is tried, in the document's order:
        whether too many of them run out of time is known before the first picture, and the same for all frames."""
        if not self._tried:
            self._tried = True
            self._try_all()
        self._budget.begin_frame()

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
                result = _shaped(self._answer("velocityRun", prop, frame), value)
            except (JSException, *_FAILURES) as error:
                self._switch_off(prop, layer, _reason(error))
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
        """What the expression of a text selector returns, as ``Sampler.select``; ``before`` where it fails."""
        if id(prop) in self._off or not len(units):
            return before
        rows, inverse = np.unique(np.column_stack((units, before)), axis=0, return_inverse=True)
        with self._lock:
            from _quickjs import JSException

            try:
                found = self._answer("velocitySelect", prop, frame, total, json.dumps(rows.tolist()))
                selected = np.array(found, np.float64).reshape(len(rows), 3)
            except (JSException, *_FAILURES) as error:
                self._switch_off(prop, layer, _reason(error), "what the others select is kept")
                return before
        return selected[inverse.reshape(-1)]

    def check(self) -> None:
        """Tries every expression once, so that those that fail are reported before a render."""
        self._budget.begin_frame()
        for prop, planned in self._expressed():
            frame = planned.layer.in_point
            self.evaluate(prop, planned, frame, self._plan.curves.value(prop, frame))

    def _expressed(self) -> Iterator[tuple[Property[Any], PlannedLayer]]:
        for composition in list(self._plan.compositions.values()):  # to which a replay adds what it shows
            for planned in composition.layers:
                for prop in self._with_expressions[id(planned.layer)]:
                    yield prop, planned

    def _try_all(self) -> None:
        """Switches off those that run out of time, and no others: what fails at one moment may do well at the next."""
        from _quickjs import JSException

        for prop, planned in self._expressed():
            if self._budget.exhausted:
                return
            if id(prop) in self._off:
                continue
            with self._lock:
                try:
                    self._answer("velocityRun", prop, planned.layer.in_point)
                except _OutOfTime as error:
                    self._switch_off(prop, planned, _reason(error))
                except (JSException, *_FAILURES):
                    continue

    def _answer(self, function: str, prop: Property[Any], frame: float, *more: Any) -> Any:
        """What a function of the runtime says of a property. RuntimeError where it says that the expression failed."""
        if self._context is None:
            self._start()
        assert self._maker is not None
        number = self._maker.numbers.get(id(prop))
        if number is None:
            raise LookupError("the property cannot be reached by expressions")
        if prop.expression is not None and len(prop.expression) > MAX_CHARACTERS:
            raise ValueError(f"it has more than {MAX_CHARACTERS} characters")
        if self._budget.exhausted:
            raise _OutOfTime("it is not tried, since others took too long")
        given = (number, frame / self._plan.document.frame_rate, *more)
        answer = self._call(function, *given)
        if _lacks_room(answer) and self._widened():
            answer = self._call(function, *given)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _call(self, function: str, *given: Any) -> Any:
        """The answer, or the error that there was: none of the two before the time that it took is counted."""
        import time

        from _quickjs import JSException

        started = time.thread_time()
        answer: Any
        self._watch.begin(self._budget.a_call)
        try:
            answer = json.loads(str(self._context.get(function)(*given)))
        except (JSException, *_FAILURES) as error:
            answer = error
        finally:
            if self._watch.end():
                self._give_memory()
        seconds = time.thread_time() - started
        if isinstance(answer, dict) and "failed" in answer:
            answer = RuntimeError(str(answer["failed"]))
        if self._budget.ran_out(seconds) or _interrupted(answer):
            self._budget.lose(seconds)
            self._context.set_time_limit(self._budget.a_call)
            return _OutOfTime("it takes too long")
        self._budget.charge(seconds)
        return answer

    def _start(self) -> None:
        from _quickjs import Context, JSException

        if self._useless:
            raise RuntimeError(self._useless)
        self._maker = PictureMaker(self._plan.document, self._with_expressions)
        context = Context()
        context.set_max_stack_size(STACK_BYTES)
        for script in ("runtime.js", "guards.js"):
            context.eval(resources.files("velocity_engine.evaluate.expressions").joinpath(script).read_text("utf-8"))
        context.set_memory_limit(DOCUMENT_BYTES)
        try:
            context.get("velocityLoad")(json.dumps(self._maker.picture()))
        except JSException as error:
            self._useless = "the document is too large for expressions" if _lacks_room(error) else _reason(error)
            raise RuntimeError(self._useless) from None
        self._room = context.memory()["malloc_size"] + ROOM_BYTES
        self._most_room = self._room + MEMORY_BYTES
        context.set_memory_limit(self._room)
        context.set_time_limit(self._budget.a_call)
        self._context = context

    def _take_memory(self) -> None:
        """What an expression that is out of time copies, it copies no longer. A turn of the watch's thread."""
        self._context.set_memory_limit(NO_BYTES)

    def _give_memory(self) -> None:
        """The other turn of the watch's thread."""
        self._context.set_memory_limit(self._room)

    def _widened(self) -> bool:
        """Makes room for what expressions have kept so far. False where all of it is free, or they kept too much.

        What they keep no more is collected once it has taken up all that they may keep: collecting visits every value,
        and so does counting, which is done the less often the more there is.
        """
        if self._room == self._most_room:
            if self._in_vain == MAX_IN_VAIN:
                return False
            self._context.gc()
        used = self._context.memory()["malloc_size"]
        kept = used - (self._most_room - MEMORY_BYTES - ROOM_BYTES)
        room = min(used + max(ROOM_BYTES, kept // 2), self._most_room)
        if room == self._room:
            self._in_vain += 1
            return False
        self._room = room
        self._context.set_memory_limit(room)
        return True

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


class _OutOfTime(TimeoutError):
    """An expression used up its time, or comes after too many that did."""


def _interrupted(answer: Any) -> bool:
    """Whether the interpreter's own clock ended it, which counts the other threads' time as well."""
    return isinstance(answer, Exception) and "interrupted" in str(answer)


def _lacks_room(answer: Any) -> bool:
    return isinstance(answer, Exception) and "out of memory" in str(answer)


def _reason(error: Exception) -> str:
    """What went wrong, without the interpreter's name for its kind and its list of calls."""
    return _KIND.sub("", str(error).strip().split("\n")[0])


def _shaped(result: Any, value: Any) -> Any:
    """The runtime's answer in the shape of the property's own value."""
    if isinstance(value, Bezier):
        if not isinstance(result, dict) or "vertices" not in result:
            raise TypeError("a path property needs a path")
        try:
            lists = [[point[:2] for point in result[name]] for name in ("vertices", "ins", "outs")]  # may have a z
            points = [np.array(found, np.float64).reshape(-1, 2) for found in lists]
        except (TypeError, ValueError, KeyError):
            raise TypeError("a path needs points and tangents of two numbers each") from None
        if not len(points[0]) == len(points[1]) == len(points[2]):
            raise ValueError("a path needs as many tangents as points")
        return Bezier(points[0], points[1], points[2], bool(result["closed"]))
    if isinstance(value, TextDocument):
        if isinstance(result, list) and len(result) == 1:
            number = result[0]
            return replace(value, text=f"{number:g}", spans=())
        if not isinstance(result, dict) or "text" not in result:
            raise TypeError("a text property needs a text")
        return replace(value, text=result["text"], spans=value.spans if result["text"] == value.text else ())
    if not isinstance(result, list) or not result:
        raise TypeError("the property needs a number or an array of numbers")
    try:
        numbers = tuple(float(v) for v in result)
    except (TypeError, ValueError):
        raise TypeError("the property needs a number or an array of numbers") from None
    if len(value) == 1:
        return numbers[:1]
    return numbers[: len(value)] + tuple(value[len(numbers) :])
