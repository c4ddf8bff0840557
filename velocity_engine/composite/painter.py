"""Drawing commands: directly onto the surface where that is the same, else in a buffer of their own.

Two rectangles go along. ``clip`` is what is wanted now, a part of the surface. ``frame`` is all that may ever be wanted
of the surface; it does not depend on the region that is drawn. What reaches from one pixel to another (effects,
feathers) is computed for the frame, so that every region gets the same pixels.

Kernels that many templates never need are imported where they are used: importing one compiles it, the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.clips import split_clips
from velocity_engine.composite.effect_room import effect_room
from velocity_engine.composite.extents import Extents
from velocity_engine.composite.groups import dissolves, plain_shapes, stands_apart
from velocity_engine.composite.pictures import PicturePainter
from velocity_engine.composite.rects import Rect, intersection
from velocity_engine.composite.results import Results
from velocity_engine.composite.surface import BufferPool, Surface, surface_of
from velocity_engine.composite.vector import VectorPainter, alpha_of
from velocity_engine.display import (
    Clip,
    DrawCommand,
    EffectCall,
    FillSource,
    GroupSource,
    LayerPicture,
    Matte,
    MeanSource,
    StrokeSource,
    digest_of,
)
from velocity_engine.errors import Place, VelocityError
from velocity_engine.kernels.pixels.source_over import lay_over
from velocity_engine.model.layers import BlendMode
from velocity_engine.plugins.failures import failure

Pixels = NDArray[np.uint8]
ApplyEffect = Callable[[Pixels, EffectCall, tuple[int, int]], Pixels]


def apply_effect(pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
    from velocity_engine.plugins.manager import effect

    if call.label is None:
        return effect(call.effect).apply(pixels, call, origin)
    who, layer, when = call.label
    shape = pixels.shape
    try:
        drawn: Any = effect(call.effect).apply(pixels, call, origin)
        if not isinstance(drawn, np.ndarray) or drawn.shape != shape or drawn.dtype != np.uint8:
            raise TypeError(f"apply returned {_described(drawn)}: it must return uint8 pixels of the shape {shape}")
    except VelocityError:
        raise
    except (Exception, SystemExit) as error:
        raise failure(who, error, Place(layer=layer), when) from error
    given: Pixels = drawn
    return given


def _described(value: object) -> str:
    return f"{value.dtype} of the shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__


class Painter:
    """Draws commands by one thread. ``extents``, ``pictures`` and ``results`` are shared between the threads of a
    compositor.
    """

    def __init__(
        self, vector: VectorPainter, pictures: PicturePainter, extents: Extents, results: Results, effects: ApplyEffect
    ) -> None:
        self._vector = vector
        self._pictures = pictures
        self._extents = extents
        self._results = results
        self._effects = effects
        self._pool = BufferPool()

    def draw_all(self, surface: Surface, commands: tuple[DrawCommand, ...], clip: Rect, frame: Rect) -> None:
        for command in commands:
            self.draw(surface, command, clip, frame)

    def draw(self, surface: Surface, command: DrawCommand, clip: Rect, frame: Rect, opacity: float = 1.0) -> None:
        """Draws ``command`` inside ``clip``, its own opacity times ``opacity``."""
        extent = self._extents.command(command)
        if extent is None or intersection(extent, clip) is None:
            return
        bounds, clips = split_clips(command.clips, extent) if command.clips else (extent, [])
        wanted = intersection(bounds, clip) if bounds else None
        if bounds is None or wanted is None:
            return
        opacity *= command.opacity
        if stands_apart(command, clips):
            self._draw_apart(surface, command, wanted, intersection(bounds, frame) or wanted, clips, opacity)
        else:
            self._draw_source(surface, command, wanted, frame, opacity)

    def _draw_source(self, surface: Surface, command: DrawCommand, clip: Rect, frame: Rect, opacity: float) -> None:
        source = command.source
        if isinstance(source, GroupSource):
            if dissolves(source.commands, opacity, self._extents):
                for child in source.commands:
                    self.draw(surface, child, clip, frame, opacity)
            elif (shapes := plain_shapes(source.commands)) is not None:
                self._vector.group(surface, shapes, clip, opacity)
            else:
                self._draw_apart(surface, command, clip, frame, [], opacity)
        elif isinstance(source, FillSource | StrokeSource):
            self._vector.draw(surface, source, command.matrix, clip, opacity)
        elif isinstance(source, MeanSource):
            self._draw_mean(surface, source, clip, frame, opacity)
        else:
            self._pictures.draw(surface, source, command.matrix, clip, opacity)

    def _draw_mean(self, surface: Surface, source: MeanSource, clip: Rect, frame: Rect, opacity: float) -> None:
        """Adds up the pictures, each in a buffer of its own, and blends their mean onto the surface."""
        from velocity_engine.kernels.pixels.mean import add_pixels, store_mean

        x0, y0, x1, y1 = clip
        sums = np.zeros((y1 - y0, x1 - x0, 4), np.uint16)
        for picture, weight in zip(source.pictures, source.weights, strict=True):
            extent = self._extents.command(picture)
            shared = intersection(extent, clip) if extent else None
            if shared is None:
                continue
            layer, buffer = self._pool.clear_surface(shared)
            self.draw(layer, picture, shared, frame)
            add_pixels(sums, layer.pixels, shared[0] - x0, shared[1] - y0, weight)
            self._pool.give(buffer)
        mean, buffer = self._pool.clear_surface(clip)
        store_mean(sums, source.total, mean.pixels)
        lay_over(surface.packed, surface.x, surface.y, mean.packed, mean.x, mean.y, *clip, alpha_of(opacity))
        self._pool.give(buffer)

    def _draw_apart(
        self, surface: Surface, command: DrawCommand, clip: Rect, frame: Rect, clips: list[Clip], opacity: float
    ) -> None:
        """Draws in a buffer, applies what acts on the whole, and blends the buffer onto the surface."""
        whole: Surface | None = None
        if command.effects:
            whole = self._with_effects(command, frame)
            shared = intersection(whole.rect, clip) if whole else None
            if whole is None or shared is None:
                return
            clip = shared
            if not (command.masks or command.matte or clips):
                self._blend(surface, whole, command.blend, clip, opacity)
                return
        layer, buffer = self._pool.clear_surface(clip)
        if whole is not None:
            lay_over(layer.packed, layer.x, layer.y, whole.packed, whole.x, whole.y, *clip, 255)
        elif isinstance(command.source, GroupSource):
            self.draw_all(layer, command.source.commands, clip, frame)
        else:
            self._draw_source(layer, command, clip, frame, 1.0)
        if command.masks:
            from velocity_engine.composite.masks import mask_coverage

            self._multiply(layer, mask_coverage(command.masks, clip, frame, self._vector, self._pool))
        if command.matte is not None:
            self._multiply(layer, self._matte_coverage(command.matte, clip, frame))
        if clips:
            from velocity_engine.composite.masks import clip_coverage

            self._multiply(layer, clip_coverage(clips, clip, self._vector, self._pool))
        self._blend(surface, layer, command.blend, clip, opacity)
        self._pool.give(buffer)

    def _blend(self, surface: Surface, layer: Surface, mode: BlendMode, clip: Rect, opacity: float) -> None:
        if mode is BlendMode.NORMAL:
            lay_over(surface.packed, surface.x, surface.y, layer.packed, layer.x, layer.y, *clip, alpha_of(opacity))
            return
        from velocity_engine.kernels.pixels.blend import blend_layer

        x, y = surface.x, surface.y
        box = (clip[0] - x, clip[1] - y, clip[2] - x, clip[3] - y)
        blend_layer(surface.pixels, layer.pixels, layer.x - x, layer.y - y, *box, mode.value, opacity)

    def _multiply(self, layer: Surface, coverage_and_buffer: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> None:
        from velocity_engine.kernels.pixels.matte import multiply_mask

        coverage, buffer = coverage_and_buffer
        multiply_mask(layer.pixels, coverage)
        self._pool.give(buffer)

    def _matte_coverage(self, matte: Matte, clip: Rect, frame: Rect) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        from velocity_engine.kernels.pixels.matte import matte_from

        drawn, buffer = self._pool.clear_surface(clip)
        self.draw_all(drawn, matte.commands, clip, frame)
        coverage, given = self._pool.mask(clip, 0)
        matte_from(drawn.pixels, matte.mode.value, coverage)
        self._pool.give(buffer)
        return coverage, given

    def _with_effects(self, command: DrawCommand, frame: Rect) -> Surface | None:
        """The command's source with its effects, wherever the frame needs it; the same for every region of the
        frame.
        """
        room = effect_room(command, self._extents, frame)
        if room is None:
            return None
        rect = room.rect
        key = (effects_digest(command), rect)

        def compute() -> Pixels:
            layer = surface_of(np.zeros((rect[3] - rect[1], rect[2] - rect[0], 4), np.uint8), rect[0], rect[1])
            if isinstance(room.source, GroupSource):
                self.draw_all(layer, room.source.commands, rect, rect)
            else:
                self._draw_source(layer, command, rect, rect, 1.0)
            pixels = layer.pixels
            for call in room.effects:
                if call.picture is not None:
                    call = replace(call, picture=self._drawn(call.picture))
                pixels = self._effects(pixels, call, (rect[0], rect[1]))
            return np.ascontiguousarray(_on_device(pixels, room.steps))

        return surface_of(self._results.get(key, compute), *room.device_rect[:2])

    def _drawn(self, picture: LayerPicture) -> LayerPicture:
        """With its pixels. It is drawn whole, so they do not depend on the frame."""
        rect = (0, 0, picture.width, picture.height)

        def compute() -> Pixels:
            layer = surface_of(np.zeros((picture.height, picture.width, 4), np.uint8))
            self.draw_all(layer, picture.commands, rect, rect)
            return layer.pixels

        return replace(picture, pixels=self._results.get((picture.digest, rect), compute))


def _on_device(pixels: Pixels, steps: int) -> Pixels:
    """Pixels of which ``steps`` lie along each of the device's, as the device's."""
    from velocity_engine.kernels.pictures.warp import halve

    while steps > 1:
        pixels, steps = halve(pixels), steps // 2
    return pixels


def effects_digest(command: DrawCommand) -> bytes:
    """Names a source with its effects, whatever else acts on the command."""
    finer = () if command.finer is None else command.finer.parts
    calls = tuple(call.parts for call in command.effects)
    return digest_of("effects", command.source.digest, command.matrix, calls, *finer)
