"""Which frames of a template are held: they show what the frame before shows, so that a render does not draw them."""

from __future__ import annotations

import time
from collections.abc import Iterator

from velocity_engine.composite import changed_regions
from velocity_engine.errors import VelocityError
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.given.arguments import number as given_number
from velocity_engine.given.arguments import require
from velocity_engine.pipeline.prepared import BLACK
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plan.plan import Plan
from velocity_engine.plan.timeline import Timeline
from velocity_engine.template import OPENED, Template

SECONDS = 1.0


def held_ranges(
    template: Template, seconds: float = SECONDS, timeline: Timeline | None = None
) -> tuple[tuple[int, int], ...] | None:
    """Finds the frames that a render of a template holds, without drawing any.

    Args:
        template: What ``open_template`` returned, or ``customized``.
        seconds: How long it may take, in seconds of one processor.
        timeline: What ``Template.timeline`` returned of a longer or shorter video.

    Returns:
        Ranges (start, end), half-open, in frames counted from the first of the template; with a timeline, in output
        frames. Each of these frames equals
        the one before it. None where the time did not suffice, or where a frame cannot be drawn.

    Raises:
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     held = ve.held_ranges(template)
    """
    require("template", template, Template, OPENED)
    require("timeline", timeline, Timeline | None, "Give what Template.timeline returned")
    deadline = time.thread_time() + given_number("seconds", seconds, "Give a number of seconds, such as 0.5")
    try:
        plan = template.plan()
        try:
            changes = _changes(_scene(template, plan, timeline), _count(template, timeline), deadline)
            return None if changes is None else tuple(_ranges(changes))
        finally:
            plan.close()
    except VelocityError:
        return None


def _scene(template: Template, plan: Plan, timeline: Timeline | None) -> TimelineScene:
    ground, size = plan.document.background or BLACK, (template.width, template.height)
    viewport, step = fit_viewport(size, *size), 1.0 if timeline is None else timeline.step
    return TimelineScene(Evaluator(plan), viewport, ground, template.first_frame, step, timeline)


def _count(template: Template, timeline: Timeline | None) -> int:
    return template.frame_count if timeline is None else timeline.frame_count


def _changes(scene: TimelineScene, count: int, deadline: float) -> list[bool] | None:
    """Whether each frame differs from the one before; None where the time did not suffice."""
    previous, found = None, []
    for number in range(count):
        if time.thread_time() > deadline:
            return None
        current = scene.display_list(number)
        found.append(bool(changed_regions(previous, current)))
        previous = current
    return found


def _ranges(changes: list[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for frame, changed in enumerate([*changes, True]):
        if changed and start is not None:
            yield start, frame
        if changed:
            start = None
        elif start is None:
            start = frame
