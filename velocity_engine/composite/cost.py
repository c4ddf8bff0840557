"""What a frame's effects will cost, told before any pixel is drawn.

Nothing bounds an effect that is at work; so a document that asks for hundreds of full-size blurs is refused by the area
that they would pass over. What is drawn without effects costs far less for each pixel, and is not counted.
"""

from __future__ import annotations

from velocity_engine.composite.extents import Extents, effect_margin
from velocity_engine.composite.rects import Rect, grown, intersection
from velocity_engine.display import DisplayList, DrawCommand, GroupSource
from velocity_engine.errors import Place, RenderFailed

MAX_EFFECT_PIXELS = 250_000_000
"""Pixels that the effects of one frame may pass over in all: thirty passes over a frame of 3840 x 2160."""


class EffectCosts:
    """Remembers the effects' area of commands, so that one that is kept from frame to frame is measured once."""

    def __init__(self, extents: Extents) -> None:
        self._extents = extents
        self._known: dict[DrawCommand, int] = {}
        self._frame: Rect = (0, 0, 0, 0)

    def check(self, display: DisplayList) -> None:
        """RenderFailed, naming the layer that costs most, where the frame's effects pass over too many pixels."""
        frame = (0, 0, display.width, display.height)
        if frame != self._frame or len(self._known) > len(display.commands) * 8 + 4096:
            self._known.clear()
            self._frame = frame
        costs = [self._cost(entry) for entry in display.commands if entry.nesting or entry.effects]
        total = sum(costs)
        if total > MAX_EFFECT_PIXELS:
            dearest = max((e for e in display.commands if e.nesting or e.effects), key=self._cost)
            raise RenderFailed(
                f"the effects of one frame pass over {total // 1_000_000} million pixels, "
                f"more than {MAX_EFFECT_PIXELS // 1_000_000} million",
                place=Place(layer=dearest.label or None),
                hint="Use fewer effects, smaller layers, or a smaller resolution",
            )

    def _cost(self, command: DrawCommand) -> int:
        known = self._known.get(command)
        if known is None:
            known = self._known[command] = self._measured(command)
        return known

    def _measured(self, command: DrawCommand) -> int:
        inner = command.source.commands if isinstance(command.source, GroupSource) else ()
        if command.matte is not None:
            inner += command.matte.commands
        total = sum(self._cost(entry) for entry in inner if entry.nesting or entry.effects)
        if command.effects:
            area = self._area(command)
            total += area * len(command.effects)
        return total

    def _area(self, command: DrawCommand) -> int:
        """Of what the painter gives to the effects: the content and its margin, as far as the frame can need it."""
        content = self._extents.content(command)
        if content is None:
            return 0
        left, top, right, bottom = effect_margin(command.effects)
        frame = self._frame
        most = max(frame[2] - frame[0], frame[3] - frame[1], 64)
        across, down = min(max(left, right), most), min(max(top, bottom), most)
        rect = intersection(grown(content, left, top, right, bottom), grown(frame, across, down, across, down))
        return (rect[2] - rect[0]) * (rect[3] - rect[1]) if rect is not None else 0
