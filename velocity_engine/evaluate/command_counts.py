"""How many things a display list may draw."""

from __future__ import annotations

from velocity_engine.errors import FrameCostError, Place
from velocity_engine.evaluate.evaluation_pass import Pass
from velocity_engine.plan.layers import PlannedLayer

MAX_COMMANDS = 40_000
COMMANDS_OF_LAYER = 4
"""So many more for each layer of the file that a frame shows: nesting, shapes and texts multiply, honest layers do not.
Compositions within each other hand them on, and each counts."""
NESTED = "Let fewer layers show compositions, or compositions stand less deep in each other"
PARTS = "Give its shapes and texts fewer parts: fewer copies of repeaters, and shorter texts where they are animated"


def check_count(last: PlannedLayer, at: Pass) -> None:
    """Raises FrameCostError, which names the layer, where a display list has more than it may.

    Args:
        last: The layer that was drawn last.
        at: The walk that it belongs to.
    """
    if at.tally.commands > MAX_COMMANDS + COMMANDS_OF_LAYER * len(at.tally.layers):
        raise _too_many(last, at)


def _too_many(last: PlannedLayer, at: Pass) -> FrameCostError:
    layers = len(at.tally.layers)
    most = MAX_COMMANDS + COMMANDS_OF_LAYER * layers
    return FrameCostError(
        f"frame {at.frame:g} draws more than {most} things, too many for {layers} layer{'s' if layers > 1 else ''}",
        place=Place(layer=last.path, pointer=last.layer.pointer or None),
        hint=NESTED if at.tally.nested > at.tally.commands / 2 else PARTS,
    )
