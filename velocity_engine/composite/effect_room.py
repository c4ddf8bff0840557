"""The rectangle of pixels that a command's effects are given, and how fine these pixels are."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.composite.extents import Extents, effect_margin
from velocity_engine.composite.rects import Rect, grown, intersection, union
from velocity_engine.display import DrawCommand, EffectCall, Source

MAX_FINER_PIXELS = 10_000_000
"""Of what is drawn in finer pixels for one command: a frame of 1920 x 1080 twice as fine, with some room around it."""


@dataclass(frozen=True, slots=True, eq=False)
class EffectRoom:
    """What effects are given.

    Attributes:
        rect: Where, in pixels of which ``steps`` lie along each of the device's. Its edges are those of device pixels.
        steps: 1 but where the effects magnify.
        source: What is drawn there.
        effects: What acts on it.
    """

    rect: Rect
    steps: int
    source: Source
    effects: tuple[EffectCall, ...]

    @property
    def device_rect(self) -> Rect:
        x0, y0, x1, y1 = self.rect
        return (x0 // self.steps, y0 // self.steps, x1 // self.steps, y1 // self.steps)


def effect_room(command: DrawCommand, extents: Extents, frame: Rect) -> EffectRoom | None:
    """The content and its margin, as far as the frame can need it; None where that is nothing.

    It depends on the command and the frame alone, never on the part of the frame that is drawn.
    """
    finer = command.finer
    if finer is not None:
        content = extents.commands(finer.source.commands)
        x0, y0, x1, y1 = (edge * finer.steps for edge in frame)
        rect = _read_or_written(finer.effects, content, (x0, y0, x1, y1)) if content is not None else None
        if rect is not None:
            rect = _on_device_pixels(rect, finer.steps)
            if (rect[2] - rect[0]) * (rect[3] - rect[1]) <= MAX_FINER_PIXELS:
                return EffectRoom(rect, finer.steps, finer.source, finer.effects)
    content = extents.content(command)
    room = _room(command.effects, content, frame) if content is not None else None
    return None if room is None else EffectRoom(room, 1, command.source, command.effects)


def _room(effects: tuple[EffectCall, ...], content: Rect, frame: Rect) -> Rect | None:
    left, top, right, bottom = effect_margin(effects)
    across, down = _reach(effects, frame)
    return intersection(grown(content, left, top, right, bottom), grown(frame, across, down, across, down))


def _read_or_written(effects: tuple[EffectCall, ...], content: Rect, frame: Rect) -> Rect | None:
    """As ``_room``; of a single effect only what it can read of the content, and what it can change of the frame."""
    if len(effects) > 1:
        return _room(effects, content, frame)
    across, down = _reach(effects, frame)
    read = intersection(content, grown(frame, across, down, across, down))
    written = intersection(grown(content, *effect_margin(effects)), frame)
    return union(read, written) if written is not None else None


def _reach(effects: tuple[EffectCall, ...], frame: Rect) -> tuple[float, float]:
    left, top, right, bottom = effect_margin(effects)
    most = max(frame[2] - frame[0], frame[3] - frame[1], 64)
    return min(max(left, right), most), min(max(top, bottom), most)


def _on_device_pixels(rect: Rect, steps: int) -> Rect:
    x0, y0, x1, y1 = rect
    return (x0 // steps * steps, y0 // steps * steps, -(-x1 // steps) * steps, -(-y1 // steps) * steps)
