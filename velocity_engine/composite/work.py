"""How long drawing a command takes a processor, and how much memory it holds meanwhile, by the pixels that it touches.

The estimate follows ``Painter``: what it draws apart costs a buffer and laying that over what is below, what stands
inside of it costs again. The weights are nanoseconds of one processor of the machine that they were measured on
(docs/decisions/0019-budgets-of-a-frame.md), so they are constants: whether a frame is drawn depends on its display list
alone, never on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.composite.clips import split_clips
from velocity_engine.composite.effect_room import effect_room
from velocity_engine.composite.extents import REACH_OF_SIGMA, SIGMA_OF_FEATHER, Extents, mask_extent
from velocity_engine.composite.groups import dissolves, plain_shapes, stands_apart
from velocity_engine.composite.rects import Rect, grown, intersection
from velocity_engine.display import (
    MAX_BLUR_SIGMA,
    DrawCommand,
    EffectCall,
    FillSource,
    GradientPaint,
    GroupSource,
    MaskPath,
    Matte,
    MeanSource,
    StrokeSource,
)
from velocity_engine.model.layers import BlendMode, MaskMode

# Nanoseconds for each pixel.
COLOR = 1.5
GRADIENT = 3.0
PICTURE = 5.0
BUFFER = 2.0  # a clear buffer, and laying it over what is below
BLEND = 12.0  # laying over in another mode than the normal one
MASK = 3.0
FEATHER = 10.0
MATTE = 4.0
MEAN = 1.0  # adding a picture to those before it, and clearing its buffer
# Nanoseconds for each of something else.
COMMAND = 4_000.0
APART = 40_000.0  # a command that is drawn in a buffer of its own
VERTEX = 15.0


class BeyondBudget(Exception):
    """The work that was allowed is used up; to go on counting would cost as much as it tells."""


@dataclass(slots=True)
class Work:
    """``nanoseconds`` so far, and bytes of buffers: ``held`` at this moment of the drawing, ``most`` at any."""

    limit: float
    nanoseconds: float = 0.0
    held: int = 0
    most: int = 0

    def add(self, nanoseconds: float) -> None:
        self.nanoseconds += nanoseconds
        if self.nanoseconds > self.limit:
            raise BeyondBudget

    def hold(self, size: int) -> None:
        self.held += size
        self.most = max(self.most, self.held)

    def release(self, size: int) -> None:
        self.held -= size


def area_of(rect: Rect) -> int:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def most_for_shapes(command: DrawCommand, area: int) -> float | None:
    """Nanoseconds that drawing a shape, or a group of shapes, on ``area`` pixels takes at most; None where something
    else is drawn, or acts on it. Far sooner told than the estimate, which most frames do not need."""
    if command.effects or command.masks or command.matte is not None or command.blend is not BlendMode.NORMAL:
        return None
    most = COMMAND + APART + (BUFFER + MASK * len(command.clips)) * area
    source = command.source
    if isinstance(source, FillSource | StrokeSource):
        return most + GRADIENT * area + VERTEX * len(source.path.points)
    if not isinstance(source, GroupSource):
        return None
    for entry in source.commands:
        inner = None if isinstance(entry.source, GroupSource) else most_for_shapes(entry, area)
        if inner is None:
            return None
        most += inner
    return most


class WorkEstimate:
    """Adds up the work of commands. Each method takes what ``Painter``'s of the same kind takes."""

    def __init__(self, extents: Extents) -> None:
        self._extents = extents

    def commands(self, work: Work, commands: tuple[DrawCommand, ...], clip: Rect, frame: Rect) -> None:
        for command in commands:
            self.command(work, command, clip, frame)

    def command(self, work: Work, command: DrawCommand, clip: Rect, frame: Rect, opacity: float = 1.0) -> None:
        work.add(COMMAND)
        extent = self._extents.command(command)
        if extent is None or intersection(extent, clip) is None:
            return
        bounds, clips = split_clips(command.clips, extent) if command.clips else (extent, [])
        wanted = intersection(bounds, clip) if bounds else None
        if bounds is None or wanted is None:
            return
        opacity *= command.opacity
        if stands_apart(command, clips):
            self._apart(work, command, wanted, intersection(bounds, frame) or wanted, len(clips))
        else:
            self._source(work, command, wanted, frame, opacity)

    def _source(self, work: Work, command: DrawCommand, clip: Rect, frame: Rect, opacity: float) -> None:
        source, area = command.source, area_of(clip)
        if isinstance(source, GroupSource):
            if dissolves(source.commands, opacity, self._extents):
                for child in source.commands:
                    self.command(work, child, clip, frame, opacity)
            elif plain_shapes(source.commands) is not None:
                self.commands(work, source.commands, clip, frame)
            else:
                self._apart(work, command, clip, frame, 0)
        elif isinstance(source, MeanSource):
            self._mean(work, source, clip, frame)
        elif isinstance(source, FillSource | StrokeSource):
            each = GRADIENT if isinstance(source.paint, GradientPaint) else COLOR
            work.add(each * area + VERTEX * len(source.path.points))
        else:
            work.add(PICTURE * area)

    def _mean(self, work: Work, source: MeanSource, clip: Rect, frame: Rect) -> None:
        area = area_of(clip)
        work.hold(12 * area)  # the sums of two bytes each, and what becomes of them
        work.add(APART + (BUFFER + MEAN) * area)
        for picture in source.pictures:
            extent = self._extents.command(picture)
            shared = intersection(extent, clip) if extent else None
            if shared is not None:
                size = 4 * area_of(shared)
                work.hold(size)
                work.add(APART + MEAN * area_of(shared))
                self.command(work, picture, shared, frame)
                work.release(size)
        work.release(12 * area)

    def _apart(self, work: Work, command: DrawCommand, clip: Rect, frame: Rect, clips: int) -> None:
        if command.effects:
            shared = self._effects(work, command, frame)
            shared = intersection(shared, clip) if shared else None
            if shared is None:
                return
            clip = shared
        area = area_of(clip)
        work.hold(4 * area)
        work.add(APART)
        work.add((BUFFER + (BLEND if command.blend is not BlendMode.NORMAL else 0.0) + MASK * clips) * area)
        if not command.effects:
            if isinstance(command.source, GroupSource):
                self.commands(work, command.source.commands, clip, frame)
            else:
                self._source(work, command, clip, frame, 1.0)
        for mask in command.masks:
            self._mask(work, mask, area, frame)
        if command.matte is not None:
            self._matte(work, command.matte, clip, frame)
        work.release(4 * area)

    def _mask(self, work: Work, mask: MaskPath, area: int, frame: Rect) -> None:
        if mask.mode is MaskMode.NONE:
            return
        rims = 2 if mask.expansion else 1
        work.add(MASK * area + rims * (COMMAND + MASK * area + VERTEX * len(mask.path.points)))
        if max(mask.feather) > 0.0:
            reach = (REACH_OF_SIGMA * min(SIGMA_OF_FEATHER * max(0.0, one), MAX_BLUR_SIGMA) for one in mask.feather)
            across, down = reach
            extent = mask_extent(mask)
            whole = intersection(extent, grown(frame, across, down, across, down)) if extent else None
            work.add(FEATHER * area_of(whole) if whole else 0.0)

    def _matte(self, work: Work, matte: Matte, clip: Rect, frame: Rect) -> None:
        area = area_of(clip)
        work.hold(5 * area)
        work.add(MATTE * area)
        self.commands(work, matte.commands, clip, frame)
        work.release(5 * area)

    def _effects(self, work: Work, command: DrawCommand, frame: Rect) -> Rect | None:
        """The rectangle of what the painter gives to the effects."""
        room = effect_room(command, self._extents, frame)
        if room is None:
            return None
        area = area_of(room.rect)
        work.hold(12 * area)  # what an effect is given, gives, and needs besides
        if isinstance(room.source, GroupSource):
            self.commands(work, room.source.commands, room.rect, room.rect)
        for call in room.effects:
            work.add(call.nanoseconds * area)
            self._picture(work, call)
        work.release(12 * area)
        return room.device_rect

    def _picture(self, work: Work, call: EffectCall) -> None:
        picture = call.picture
        if picture is not None:
            rect = (0, 0, picture.width, picture.height)
            work.hold(4 * area_of(rect))
            work.add(BUFFER * area_of(rect))
            self.commands(work, picture.commands, rect, rect)
            work.release(4 * area_of(rect))
