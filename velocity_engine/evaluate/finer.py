"""What effects magnify is drawn in finer pixels first, so that lines, letters and pictures in it stay sharp."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from velocity_engine.display import DrawCommand, EffectCall, commands_in
from velocity_engine.evaluate.evaluation_pass import EVERYWHERE, Pass, Tally, Viewport
from velocity_engine.model.geometry import multiply, scaling

LEAST_MAGNIFICATION = 1.1
MAX_COMMANDS = 500
"""Of what is drawn twice, so that evaluating a frame stays bounded."""
MAX_PIXELS_BY_FOUR = 640 * 640
"""Of a frame in which four finer pixels may lie along one of the device's. In larger ones two do."""


def magnified(effects: Sequence[EffectCall], at: Pass, content: Sequence[DrawCommand]) -> tuple[int, int] | None:
    """How many of a layer's effects act on finer pixels, the first ones, and how many of these pixels lie along one of
    the device's. None where nothing is magnified, or too much would be drawn for it."""
    count, most = 0, 1.0
    for number, call in enumerate(effects, 1):
        if call.magnification >= LEAST_MAGNIFICATION:
            count, most = number, most * call.magnification
    if count == 0 or at.finer or at.viewport is EVERYWHERE or _more_than(MAX_COMMANDS, content):
        return None
    small = at.viewport.width * at.viewport.height <= MAX_PIXELS_BY_FOUR
    return count, 4 if most > 1.5 and small else 2


def in_finer_pixels(at: Pass, steps: int) -> Pass:
    fine, seen = scaling(steps, steps), at.viewport
    viewport = Viewport(seen.width * steps, seen.height * steps, multiply(fine, seen.matrix))
    return replace(at, base=multiply(fine, at.base), viewport=viewport, mattes={}, tally=Tally(), finer=True)


def _more_than(most: int, commands: Iterable[DrawCommand]) -> bool:
    """Whether there are more than ``most`` commands, with those in groups and mattes."""
    waiting = list(commands)
    count = 0
    while waiting:
        count += 1
        if count > most:
            return True
        entry = waiting.pop()
        waiting += commands_in(entry.source)
        if entry.matte is not None:
            waiting += entry.matte.commands
    return False
