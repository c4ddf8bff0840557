"""Where a command can draw: the tightest rectangle of device pixels that is cheap to know.

Everything here depends on the command alone, never on the canvas or on the part of it that is drawn.
"""

from __future__ import annotations

from functools import lru_cache

from velocity_engine.composite.paths import path_box
from velocity_engine.composite.rects import FAR, Rect, grown, intersection, pixels_of, union_of
from velocity_engine.composite.strokes import pen, reach
from velocity_engine.display import (
    Clip,
    DrawCommand,
    EffectCall,
    FillSource,
    GroupSource,
    MaskPath,
    MeanSource,
    StrokeSource,
    commands_in,
)
from velocity_engine.model.geometry import Matrix, Path, transformed_bounds
from velocity_engine.model.layers import MaskMode, MatteMode

SIGMA_OF_FEATHER = 0.38  # Skottie's factor, found by comparison with After Effects
REACH_OF_SIGMA = 3.0
ADDING = (MaskMode.ADD, MaskMode.LIGHTEN, MaskMode.DIFFERENCE)  # a first mask of these starts from nothing
MAX_KEPT = 4096

Box = tuple[float, float, float, float]


def effect_margin(effects: tuple[EffectCall, ...]) -> tuple[float, float, float, float]:
    """How far all effects together reach: left, top, right, bottom."""
    left, top, right, bottom = (sum(max(0.0, call.margin[side]) for call in effects) for side in range(4))
    return (left, top, right, bottom)


def mask_extent(mask: MaskPath) -> Rect | None:
    """Where a mask that is not inverted lets anything show."""
    x0, y0, x1, y1 = path_box(mask.path)
    pad_x, pad_y = (max(0.0, mask.expansion) + REACH_OF_SIGMA * SIGMA_OF_FEATHER * f for f in mask.feather)
    return pixels_of(x0 - pad_x - 1, y0 - pad_y - 1, x1 + pad_x + 1, y1 + pad_y + 1)


@lru_cache(maxsize=MAX_KEPT)  # all commands of a precomp share its clip
def clip_extent(clip: Clip) -> Rect | None:
    return pixels_of(*transformed_bounds(clip.matrix, clip.box))


class Extents:
    """Remembers the extents of commands, so that one that is kept from frame to frame is measured once."""

    def __init__(self) -> None:
        self._known: dict[DrawCommand, Rect | None] = {}
        self._last_box: tuple[Path, Matrix, Box] | None = None

    def command(self, command: DrawCommand) -> Rect | None:
        """Where ``command`` can change pixels."""
        try:
            return self._known[command]
        except KeyError:
            pass
        rect = self._measured(command)
        if len(self._known) >= MAX_KEPT:
            self._known.clear()
        self._known[command] = rect
        return rect

    def commands(self, commands: tuple[DrawCommand, ...]) -> Rect | None:
        return union_of(self.command(command) for command in commands)

    def content(self, command: DrawCommand) -> Rect | None:
        """Where the command's source draws, before effects, masks, matte and clips."""
        source, matrix = command.source, command.matrix
        if isinstance(source, GroupSource | MeanSource):
            return self.commands(commands_in(source))
        if isinstance(source, FillSource):
            return pixels_of(*self._box(source.path, matrix))
        if isinstance(source, StrokeSource):
            width, _ = pen(source, matrix)
            if width == 0.0:
                return None
            x0, y0, x1, y1 = self._box(source.path, matrix)
            pad_x, pad_y = reach(source, matrix, width)
            return pixels_of(x0 - pad_x, y0 - pad_y, x1 + pad_x, y1 + pad_y)
        if not (source.width > 0.0 and source.height > 0.0):
            return None
        return pixels_of(*transformed_bounds(matrix, (0.0, 0.0, source.width, source.height)))

    def _box(self, path: Path, matrix: Matrix) -> Box:
        """``path_box``; mostly a stroke goes with the fill before it."""
        last = self._last_box
        if last is not None and last[0] is path and last[1] == matrix:
            return last[2]
        box = path_box(path, matrix)
        self._last_box = (path, matrix, box)
        return box

    def _measured(self, command: DrawCommand) -> Rect | None:
        if not command.opacity > 0.0:
            return None
        rect = self.content(command)
        if rect is not None and command.effects:
            rect = grown(rect, *effect_margin(command.effects))
        for limit in self._limits(command):
            if rect is None or limit is None:
                return None
            rect = intersection(rect, limit)
        return rect

    def _limits(self, command: DrawCommand) -> list[Rect | None]:
        limits: list[Rect | None] = [clip_extent(clip) for clip in command.clips]
        masks = command.masks
        if masks and masks[0].mode in ADDING and not any(mask.inverted and mask.mode in ADDING for mask in masks):
            limits.append(union_of(mask_extent(mask) for mask in masks if mask.mode in ADDING))
        if command.matte is not None and command.matte.mode in (MatteMode.ALPHA, MatteMode.LUMA):
            limits.append(self.commands(command.matte.commands))
        return limits


def command_bounds(command: DrawCommand, width: int, height: int) -> Rect | None:
    """The rectangle of device pixels of a ``width`` x ``height`` canvas that ``command`` can change; None when there is
    none.

    Tight for paths (by their control points), pictures, clips and groups; strokes, effects and feathers add their
    reach.
    """
    rect = Extents().command(command)
    return None if rect is None else intersection(rect, (0, 0, min(width, FAR), min(height, FAR)))
