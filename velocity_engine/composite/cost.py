"""What a frame will cost, told before any pixel of it is drawn.

Nothing bounds a kernel that is at work; so a document that asks for hundreds of full-size blurs, masks, mattes or
layers is refused by what they would take.
"""

from __future__ import annotations

from contextlib import suppress

from velocity_engine.composite.extents import Extents
from velocity_engine.composite.occlusion import first_seen
from velocity_engine.composite.rects import Rect
from velocity_engine.composite.work import BeyondBudget, Work, WorkEstimate, most_for_shapes
from velocity_engine.display import DisplayList, DrawCommand
from velocity_engine.errors import FrameCostError, Place

MAX_SECONDS = 3.0
"""Of one processor of the machine that the weights of ``work`` were measured on."""
MAX_BYTES = 512 << 20
"""Of the buffers that are held at once, beside the frame itself."""
FEWER = "Use fewer effects, masks, mattes and layers there, or make them smaller"
HINT = f"{FEWER}, or ask for a smaller picture"


class FrameCosts:
    """Remembers the work of commands, so that one that is kept from frame to frame is measured once."""

    def __init__(self, extents: Extents) -> None:
        self._estimate = WorkEstimate(extents)
        self._known: dict[DrawCommand, Work] = {}
        self._frame: Rect = (0, 0, 0, 0)

    def check(self, display: DisplayList) -> None:
        """Raises FrameCostError, which names the layer that costs most, where a frame takes too much."""
        if _are_few_shapes(display):
            return
        frame = (0, 0, display.width, display.height)
        if frame != self._frame or len(self._known) > len(display.commands) * 8 + 4096:
            self._known.clear()
            self._frame = frame
        seconds, dearest = 0.0, (0.0, "")
        for command in display.commands[first_seen(display.commands, frame) or 0 :]:
            work = self._work(command)
            if work.most > MAX_BYTES:
                self._refuse(f"more than {MAX_BYTES >> 20} MB of memory at once", command.label)
            here = work.nanoseconds / 1e9
            seconds, dearest = seconds + here, max(dearest, (here, command.label))
            if seconds > MAX_SECONDS:
                self._refuse(f"more than {MAX_SECONDS:g} s of a processor", dearest[1])

    def _work(self, command: DrawCommand) -> Work:
        known = self._known.get(command)
        if known is None:
            known = self._known[command] = Work(MAX_SECONDS * 1e9)
            with suppress(BeyondBudget):
                self._estimate.command(known, command, self._frame, self._frame)
        return known

    def _refuse(self, what: str, label: str) -> None:
        most = ", most of it for one layer" if label else ""
        place = Place(layer=label or None)
        raise FrameCostError(f"to draw one frame would take {what}{most}", place=place, hint=HINT)


def _are_few_shapes(display: DisplayList) -> bool:
    """Whether all are shapes, and so few that they cost too little wherever they lie."""
    area = display.width * display.height
    if 8 * area > MAX_BYTES:
        return False
    left = MAX_SECONDS * 1e9
    for command in display.commands:
        most = most_for_shapes(command, area)
        if most is None or most > left:
            return False
        left -= most
    return True
