"""Whether the frames of a render can be drawn within what one frame may take. Nothing is drawn for that."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from velocity_engine import plugins
from velocity_engine.composite import Compositor
from velocity_engine.composite.cost import FEWER, FrameCosts
from velocity_engine.display import CLEAR, DisplayList
from velocity_engine.errors import FrameCostError, Place, VelocityError
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.model.layers import Layer
from velocity_engine.plan.guarded import GuardedLayer
from velocity_engine.plan.plan import Plan

MOMENTS = 12
MAX_SECONDS = 3.0
"""Of a processor, for all of them: no further one is begun."""
WEIGHT = 20  # of an effect, a mask or a style, beside its layer
PARTS = (2, 4, 8, 16)
SMALLEST_SIDE = 16

Size = tuple[int, int]


def unaffordable(plan: Plan, size: Size, span: tuple[float, float]) -> FrameCostError | None:
    """Returns what a render would be refused for.

    Args:
        plan: What is rendered.
        size: (width, height) of the frames in pixels.
        span: (start, end) in frames of the composition, half-open. About a dozen moments of it are looked at, first
            the one at which most is shown, as long as that takes no more than a few seconds. None where plugins draw.

    Returns:
        The error of one frame, whose field is ``resolution`` where a smaller picture would do; None where all is well.
    """
    if _runs_plugins(plan):
        return None
    evaluator, begun = Evaluator(plan), time.thread_time()
    costs = FrameCosts(Compositor().extents)
    for frame in moments(plan.document.main.layers, span):
        if time.thread_time() - begun > MAX_SECONDS:
            return None
        try:
            display = _display_list(evaluator, frame, size)
        except FrameCostError as error:
            return error
        except VelocityError:
            return None  # what else may be wrong with a frame, its render says
        try:
            costs.check(display)
        except FrameCostError as error:
            return _with_size(error, _smaller(evaluator, frame, size), is_blurred=plan.motion_blur is not None)
    return None


def _runs_plugins(plan: Plan) -> bool:
    """Whether a frame calls code of third parties, which may hang or crash: only a render can bear that."""
    for composition in plan.compositions.values():
        for planned in composition.layers:
            styles = (plugins.style_type(style.style.type) for style in planned.styles)
            kinds = (*(effect.kind for effect in planned.effects), *styles)
            if isinstance(planned.prepared, GuardedLayer) or any(map(plugins.provider_of, kinds)):
                return True
    return False


def moments(layers: Sequence[Layer], span: tuple[float, float]) -> list[float]:
    """Where to look: first where most is shown, then spread over the span, the earlier ones farthest apart."""
    start, end = span
    last = max(start, end - 1.0)
    spread = [start + (last - start) * part / (MOMENTS - 1) for part in range(MOMENTS)]
    order = [spread[7 * number % MOMENTS] for number in range(MOMENTS)]
    return list(dict.fromkeys([_fullest(layers, start, last), *order]))


def _fullest(layers: Sequence[Layer], start: float, last: float) -> float:
    """The moment at which the layers that are shown have most effects, masks and styles."""
    changes: dict[float, int] = {}
    for layer in layers:
        begin, end = max(layer.in_point, start), layer.out_point
        if layer.hidden or begin > last or end <= begin:
            continue
        weight = 1 + WEIGHT * (len(layer.effects) + len(layer.masks) + len(layer.styles))
        changes[begin] = changes.get(begin, 0) + weight
        changes[end] = changes.get(end, 0) - weight
    times = sorted(changes)
    sums = accumulate(changes[time] for time in times)
    return max(zip(sums, (-time for time in times), strict=True), default=(0, -start))[1] * -1


def _display_list(evaluator: Evaluator, frame: float, size: Size) -> DisplayList:
    document = evaluator.plan.document
    return evaluator.display_list(frame, fit_viewport((document.width, document.height), *size), CLEAR)


def _smaller(evaluator: Evaluator, frame: float, size: Size) -> Size | None:
    """A smaller size in which the frame would be drawn, if there is one."""
    for part in PARTS:
        smaller = (_even(size[0] / part), _even(size[1] / part))
        if min(smaller) < SMALLEST_SIDE:
            return None
        try:
            FrameCosts(Compositor().extents).check(_display_list(evaluator, frame, smaller))
        except VelocityError:
            continue
        return smaller
    return None


def _even(side: float) -> int:
    return int(side) // 2 * 2


def _with_size(error: FrameCostError, smaller: Size | None, *, is_blurred: bool) -> FrameCostError:
    samples = ", or fewer samples of the motion blur" if is_blurred else ""
    if smaller is None:
        return FrameCostError(error.message, place=Place(layer=error.place.layer), hint=f"{FEWER}{samples}")
    return FrameCostError(
        error.message,
        place=replace(error.place, field="resolution"),
        hint=f"Ask for a smaller picture, such as {smaller[0]}x{smaller[1]}, "
        f"or use fewer effects, masks and layers{samples}",
    )
