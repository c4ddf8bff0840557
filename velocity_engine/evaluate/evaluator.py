"""Evaluates a plan at a moment: typed layers in, a display list out. No pixel is touched here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from velocity_engine.display import (
    RGBA,
    Clip,
    DisplayList,
    DrawCommand,
    EffectCall,
    FinerDrawing,
    LayerPicture,
    MaskPath,
    Matte,
    altered,
    command,
    display_list,
    group_source,
)
from velocity_engine.errors import Finding, Place
from velocity_engine.evaluate.command_counts import check_count
from velocity_engine.evaluate.echoes import echoed
from velocity_engine.evaluate.evaluation_pass import EVERYWHERE, Pass, Viewport
from velocity_engine.evaluate.finer import in_finer_pixels, magnified
from velocity_engine.evaluate.layer_matrices import LayerMatrices, painters_order
from velocity_engine.evaluate.layer_sampler import LayerSampler
from velocity_engine.evaluate.perspective import DeviceTransform, bent_all, bent_mask, device_transform, plane, square
from velocity_engine.evaluate.replays import captioned_frame, replayed_at
from velocity_engine.evaluate.shutter import LayerParts, mean_of
from velocity_engine.model.geometry import IDENTITY, Matrix, axis_lengths, mean_scale, multiply, scaling
from velocity_engine.model.layers import (
    BlendMode,
    CameraContent,
    CaptionsContent,
    MaskMode,
    MatteMode,
    ShapeContent,
    TextContent,
)
from velocity_engine.motion.transforms import Matrix4, camera_matrix, default_camera
from velocity_engine.order import MotionBlur
from velocity_engine.placing import placed
from velocity_engine.plan.layers import PlannedComposition, PlannedEffect, PlannedLayer
from velocity_engine.plan.plan import Plan
from velocity_engine.plan.timeline import Ahead
from velocity_engine.plugin_types import Echo, StyledLayer
from velocity_engine.shapes.primitives import bezier_path

LARGEST_LAYER_PICTURE = 4096.0  # pixels a side of what effects read of another layer
MAX_LAYER_DEPTH = 100
"""How many mattes and precomps may stand within each other on the way to a layer."""
MAX_NESTING = 100
"""How many commands may stand within each other."""


class Evaluator:
    """Evaluates one plan. It remembers the commands of still layers, so it serves one thread at a time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._size = (float(plan.document.width), float(plan.document.height))
        self._still: dict[int, tuple[Matrix, Sequence[DrawCommand]]] = {}
        self._matrices = LayerMatrices(plan.curves, partial(LayerSampler, plan))

    def display_list(
        self, frame: float, viewport: Viewport, background: RGBA, ahead: Ahead | None = None
    ) -> DisplayList:
        """``frame``: the composition's time in frames. ``ahead``: what is elsewhere: captions and a clip."""
        self._matrices.forget()
        if self.plan.expressions is not None:
            self.plan.expressions.begin_frame()
        at = Pass(frame, viewport.matrix, self._size, viewport, ahead=ahead)
        with np.errstate(over="ignore", invalid="ignore"):
            commands = self._composition(self.plan.main, at)
        clip = Clip((0.0, 0.0, *self._size), viewport.matrix)
        return display_list(viewport.width, viewport.height, background, _clipped(commands, clip, viewport))

    # --- compositions ---

    def _composition(self, planned: PlannedComposition, at: Pass) -> list[DrawCommand]:
        at = replace(at, camera=self._camera(planned, at, at.frame), composition=planned, mattes={})
        commands: list[DrawCommand] = []
        shown = [p for p in reversed(planned.layers) if not (p.layer.is_matte or p.layer.hidden or p.layer.guide)]
        if at.camera is not None:
            seen = [p for p in shown if p.replayed is None or replayed_at(p, at) is not None]
            shown = painters_order(seen, at.frame, at.camera, self._matrices)
        for layer in shown:
            drawn = self._layer(layer, at)
            commands += drawn
            if drawn:
                at.tally.count(layer, len(drawn))
                check_count(layer, at)
        return commands

    def _camera(self, planned: PlannedComposition, at: Pass, moment: float) -> Matrix4 | None:
        """The camera that is looked through at the frame, where it stands at a moment."""
        for entry in planned.cameras:
            layer = entry.layer
            if layer.in_point <= at.frame < layer.out_point and isinstance(layer.content, CameraContent):
                parents = self._matrices.matrix4(entry.parent, moment)
                sampler = LayerSampler(self.plan, entry, moment)
                return camera_matrix(layer, layer.content, sampler, parents, *at.size)
        return default_camera(*at.size) if planned.composition.in_space else None

    def composition(self, planned: PlannedComposition, frame: float, matrix: Matrix, at: Pass) -> Sequence[DrawCommand]:
        """What a composition shows under a matrix that does not lead to the viewport."""
        inside = _inside(at, frame, matrix, self._size, EVERYWHERE)
        return self._composition(planned, inside)

    def placed_composition(
        self, planned: PlannedComposition, frame: float, matrix: Matrix, size: tuple[float, float], at: Pass
    ) -> Sequence[DrawCommand]:
        """What a composition shows under a matrix that leads to the viewport of ``at``, cut to its box."""
        has_area = size[0] > 0.0 and size[1] > 0.0
        box = size if has_area else self._size
        inside = _inside(at, frame, matrix, box, at.viewport)
        commands = self._composition(planned, inside)
        return _clipped(commands, Clip((0.0, 0.0, *size), matrix), at.viewport) if has_area else commands

    # --- layers ---

    def _layer(self, planned: PlannedLayer, at: Pass) -> Sequence[DrawCommand]:
        if planned.replayed is not None:
            shown = replayed_at(planned, at)
            if shown is None:
                return ()
            planned, at = shown
        layer = planned.layer
        if planned.prepared is None or not layer.in_point <= at.frame < layer.out_point:
            return ()
        if planned.still:
            kept = self._still.get(id(planned))
            if kept is not None and kept[0] == at.base:
                return kept[1]
        if at.depth >= MAX_LAYER_DEPTH:
            return self._too_deep(planned, f"mattes and precomps are nested more than {MAX_LAYER_DEPTH} deep")
        commands = self._drawn(planned, at)
        if any(entry.nesting > MAX_NESTING for entry in commands):
            return self._too_deep(planned, f"what the layer shows is nested more than {MAX_NESTING} deep")
        if planned.still:
            self._still[id(planned)] = (at.base, commands)
        return commands

    def _too_deep(self, planned: PlannedLayer, what: str) -> tuple[DrawCommand, ...]:
        place = Place(layer=planned.path, pointer=planned.layer.pointer or None)
        self.plan.report(Finding("layer.depth", what, place, "the layer is left out"))
        return ()

    def _drawn(self, planned: PlannedLayer, at: Pass) -> Sequence[DrawCommand]:
        sampler = LayerSampler(self.plan, planned, at.frame, self, at)
        opacity = min(max(sampler.scalar(planned.layer.transform.opacity) / 100.0, 0.0), 1.0)
        if opacity <= 0.0:
            return ()
        blur = self.plan.motion_blur if planned.layer.motion_blur and at.shutter is None else None
        parts = self._parts(planned, sampler, at) if blur is None else self._blurred(planned, at, blur)
        return () if parts is None else self._finished(planned, sampler, at, parts, opacity)

    def _content_sampler(self, planned: PlannedLayer, sampler: LayerSampler, at: Pass) -> LayerSampler:
        """What captions draw themselves by: in a video with a length of its own, their time is the video's."""
        content = planned.layer.content
        if at.ahead is None or not isinstance(content, CaptionsContent):
            return sampler
        return LayerSampler(self.plan, planned, captioned_frame(content.rate, at), self, at)

    def _parts(self, planned: PlannedLayer, sampler: LayerSampler, at: Pass) -> LayerParts | None:
        """A layer's own picture with its effects and masks; None where nothing of it is seen.

        While a shutter is open, a layer with the switch moves; so does what shapes and texts are made of. Pictures,
        clips and compositions show what they show at the frame, and effects keep its values.
        """
        moving = sampler
        if at.shutter is not None and planned.layer.motion_blur:
            moving = LayerSampler(self.plan, planned, at.frame + at.shutter, self, at)
        device = self._device_transform(planned, moving, at)
        vector = is_vector(planned)
        if device is None:
            return None
        effects, echo = planned.effects, None
        for number, one in enumerate(planned.effects):
            if one.echoes is not None:
                effects, echo = planned.effects[number + 1 :], one.echoes.echo(one.effect, sampler)
        if echo is not None:
            content = self._echoed(planned, echo, at, device)
        else:
            content = _content(planned, moving if vector else self._content_sampler(planned, sampler, at), device)
        if not content:
            return None
        # As in After Effects, the effects of shapes and texts act after the layer's transform, in its composition, and
        # so do the styles of all layers.
        calls = _effects(effects, sampler, at.base if vector else device.matrix)
        return LayerParts(content, _masks(planned, moving, device), calls, moved=moving is not sampler)

    def _echoed(self, planned: PlannedLayer, echo: Echo, at: Pass, device: DeviceTransform) -> Sequence[DrawCommand]:
        """The layer at the moments of an echo: shapes and texts where they are then, other layers where they are now,
        since effects are given these before their transform."""
        layer, shown = planned.layer, []
        for seconds, intensity in zip(echo.seconds, echo.intensities, strict=True):
            frame = at.frame + seconds * self.plan.document.frame_rate
            there = replace(at, frame=frame, camera_is_old=True, mattes={})
            content: Sequence[DrawCommand] = ()
            if layer.in_point <= frame < layer.out_point:
                shift = at.shutter if at.shutter is not None and layer.motion_blur and is_vector(planned) else 0.0
                sampler = LayerSampler(self.plan, planned, frame + shift, self, there)
                placing = self._device_transform(planned, sampler, there) if is_vector(planned) else device
                content = _content(planned, sampler, placing) if placing is not None else ()
            shown.append((content, intensity))
            at.tally.commands += max(1, len(content))
            check_count(planned, at)
        return echoed(shown, echo.operator)

    def _blurred(self, planned: PlannedLayer, at: Pass, blur: MotionBlur) -> LayerParts | None:
        moments = []
        for offset in blur.offsets:
            open_at = replace(at, shutter=offset)
            shown = self._parts(planned, LayerSampler(self.plan, planned, at.frame, self, open_at), open_at)
            moments.append(shown)
            at.tally.commands += 1 if shown is None else len(shown.content)
            check_count(planned, at)
        return mean_of(moments, effects_after=is_vector(planned))

    def _finished(
        self, planned: PlannedLayer, sampler: LayerSampler, at: Pass, parts: LayerParts, opacity: float
    ) -> Sequence[DrawCommand]:
        """Adds styles, matte, opacity and blend mode to a layer's own picture with its effects and masks."""
        layer, content, masks, effects = planned.layer, parts.content, parts.masks, parts.effects
        styles, under = _styles(planned, sampler, at, content)
        matte = self._matte(planned, at)
        if matte is not None and not matte.commands and matte.mode in (MatteMode.ALPHA, MatteMode.LUMA):
            return ()
        acted_on = bool(effects or styles or under)
        plain = not acted_on and not masks and matte is None
        if plain and opacity >= 1.0 and layer.blend_mode is BlendMode.NORMAL:
            return [_labelled(entry, planned.path) for entry in content]
        first = content[0]
        if masks and acted_on:
            # Masks cut what effects are given, while the masks of a command cut what its effects gave.
            content = parts.masked.content
            first, masks = content[0], ()
        is_drawn_again = not (parts.moved or any(one.echoes for one in planned.effects))
        finer = self._finer(planned, at, content, effects) if is_drawn_again else None
        if finer is not None and (len(finer.effects) < len(effects) or styles or under):
            count = len(finer.effects)
            content = [command(group_source(content), effects=effects[:count], finer=finer)]
            first, effects, finer = content[0], effects[count:], None
        finished = first.effects or first.masks or first.matte or first.blend is not BlendMode.NORMAL
        acting: dict[str, Any] = {
            "blend": layer.blend_mode,
            "masks": masks,
            "matte": matte,
            "effects": (*effects, *styles),
            "label": planned.path,
        }
        if len(content) > 1 or acted_on or finished:
            shown = command(group_source(content), opacity=opacity, finer=finer, **acting)
        else:
            shown = altered(first, opacity=first.opacity * opacity, **acting)
        return [*(altered(shown, blend=mode, effects=(*effects, call)) for call, mode in under), shown]

    def _finer(
        self, planned: PlannedLayer, at: Pass, content: Sequence[DrawCommand], effects: Sequence[EffectCall]
    ) -> FinerDrawing | None:
        """A layer's own picture with its first effects, down to the last one that magnifies, in finer pixels."""
        found = magnified(effects, at, content)
        if found is None:
            return None
        count, steps = found
        fine = in_finer_pixels(at, steps)
        sampler = LayerSampler(self.plan, planned, at.frame, self, fine)
        device = self._device_transform(planned, sampler, fine)
        drawn = _content(planned, sampler, device) if device is not None else ()
        if device is None or not drawn:
            return None
        if masks := _masks(planned, sampler, device):
            drawn = [altered(command(group_source(drawn)), masks=masks)]
        calls = _effects(planned.effects, sampler, fine.base if is_vector(planned) else device.matrix)
        return FinerDrawing(steps, group_source(drawn), calls[:count]) if len(calls) == len(effects) else None

    def _matte(self, planned: PlannedLayer, at: Pass) -> Matte | None:
        if planned.matte is None or planned.layer.matte is None:
            return None
        drawn = at.mattes.get(id(planned.matte))
        if drawn is None:
            drawn = tuple(self._layer(planned.matte, replace(at, depth=at.depth + 1)))
            at.mattes[id(planned.matte)] = drawn
        return Matte(planned.layer.matte, drawn)

    def layer_picture(self, planned: PlannedLayer, at: Pass, scale: float) -> LayerPicture | None:
        """A layer's own picture, without masks, matte and effects, at ``scale`` pixels to each of its own."""
        if planned.replayed is not None:
            shown = replayed_at(planned, at)
            if shown is None:
                return None
            planned, at = shown
        if planned.prepared is None:
            return None
        layer = planned.layer
        (width, height) = size = LayerSampler(self.plan, planned, at.frame, self, at).size
        scale = min(scale, LARGEST_LAYER_PICTURE / max(size))
        across, down = max(1, math.ceil(width * scale - 1e-6)), max(1, math.ceil(height * scale - 1e-6))
        commands: Sequence[DrawCommand] = ()
        if layer.in_point <= at.frame < layer.out_point:
            matrix = scaling(across / width, down / height)
            if is_vector(planned):
                matrix = multiply(matrix, self._matrices.matrix(planned, at.frame))
            alone = replace(at, viewport=Viewport(across, down, IDENTITY))
            own = LayerSampler(self.plan, planned, at.frame, self, alone)
            sampler = self._content_sampler(planned, own, alone)
            commands = _content(planned, sampler, DeviceTransform(matrix))
        return LayerPicture(tuple(commands), across, down, size)

    def _device_transform(self, planned: PlannedLayer, sampler: LayerSampler, at: Pass) -> DeviceTransform | None:
        """From the layer's coordinates to device pixels; None where nothing of the layer can be seen.

        The camera sees layers of three dimensions. A flat layer takes parents in space as seen from straight ahead.
        """
        moment, camera = sampler.frame, at.camera
        if not planned.in_space:
            return DeviceTransform(multiply(at.base, self._matrices.matrix(planned, moment)))
        space = self._matrices.matrix4(planned, moment)
        if camera is not None and at.composition is not None and (moment != at.frame or at.camera_is_old):
            camera = self._camera(at.composition, at, moment)
        if camera is not None and planned.layer.three_d:
            space = camera @ space
        x, y = sampler.vector(planned.layer.transform.anchor)[:2]
        width, height = sampler.size
        anchors = ((x, y), (width / 2, height / 2), (0.0, 0.0), (width, 0.0), (0.0, height), (width, height))
        return device_transform(square(at.base) @ plane(space), anchors, max(width, height))


def is_vector(planned: PlannedLayer) -> bool:
    """Whether the layer is drawn after its transform, sharp at any size."""
    return isinstance(planned.layer.content, ShapeContent | TextContent)


def _inside(at: Pass, frame: float, base: Matrix, size: tuple[float, float], viewport: Viewport) -> Pass:
    """The walk through a composition that a layer of another shows."""
    return Pass(frame, base, size, viewport, depth=at.depth + 1, tally=at.tally, ahead=at.ahead, shutter=at.shutter)


def _content(planned: PlannedLayer, sampler: LayerSampler, device: DeviceTransform) -> Sequence[DrawCommand]:
    """A layer's own picture, on the device."""
    commands: Sequence[DrawCommand] = ()
    if planned.placed is not None:
        commands = planned.placed.draw_placed(sampler, device.matrix)
    elif planned.prepared is not None:
        commands = [placed(entry, device.matrix) for entry in planned.prepared.draw(sampler)]
    return commands if device.residual is None else bent_all(commands, device.residual)


def _clipped(commands: list[DrawCommand], clip: Clip, viewport: Viewport) -> list[DrawCommand]:
    """``commands`` inside ``clip`` only; unchanged where the clip leaves the whole picture free."""
    a, b, c, d, e, f = clip.matrix
    if b == 0.0 and c == 0.0:
        left, right = sorted((a * clip.box[0] + e, a * clip.box[2] + e))
        top, bottom = sorted((d * clip.box[1] + f, d * clip.box[3] + f))
        slack = 0.01
        if max(left, top) <= slack and right >= viewport.width - slack and bottom >= viewport.height - slack:
            return commands
    return [altered(entry, clips=(*entry.clips, clip)) for entry in commands]


def _effects(effects: Sequence[PlannedEffect], sampler: LayerSampler, matrix: Matrix) -> tuple[EffectCall, ...]:
    calls = (one.evaluate(one.effect, sampler, matrix) for one in effects)
    return tuple(call for call in calls if call is not None)


# --- parts of commands ----------------------------------------------------------------------------------------------


def _labelled(entry: DrawCommand, label: str) -> DrawCommand:
    if entry.label:
        return entry
    return DrawCommand(
        entry.source, entry.matrix, entry.opacity, entry.blend, entry.clips, entry.masks, entry.matte, entry.effects,
        entry.nesting, label, entry.finer,
    )  # fmt: skip


def _masks(planned: PlannedLayer, sampler: LayerSampler, device: DeviceTransform) -> tuple[MaskPath, ...]:
    found = []
    matrix = device.matrix
    scale = mean_scale(matrix)
    for mask in planned.layer.masks:
        if mask.mode is MaskMode.NONE:
            continue
        feather = sampler.vector(mask.feather) if mask.feather is not None else (0.0, 0.0)
        found.append(
            MaskPath(
                bezier_path(sampler.path(mask.path)).transformed(matrix),
                mask.mode,
                mask.inverted,
                min(max(sampler.scalar(mask.opacity) / 100.0, 0.0), 1.0),
                sampler.scalar(mask.expansion) * scale,
                axis_lengths(matrix, feather[0], feather[-1]),
            )
        )
    if device.residual is not None:
        return tuple(bent_mask(mask, device.residual) for mask in found)
    return tuple(found)


def _styles(
    planned: PlannedLayer, sampler: LayerSampler, at: Pass, content: Sequence[DrawCommand]
) -> tuple[tuple[EffectCall, ...], tuple[tuple[EffectCall, BlendMode], ...]]:
    """The calls of the layer's styles, and those that draw under it, the lowest first, each with its blend mode."""
    if not planned.styles:
        return (), ()
    styles = planned.layer.styles
    layer = StyledLayer(sampler=sampler, matrix=at.base, styles=styles, content=content, ground=at.size)
    found = [call for one in planned.styles if (call := one.evaluate(one.style, layer)) is not None]
    calls = tuple(entry.call for entry in found if entry.under is None)
    under = [(entry.call, entry.under) for entry in found if entry.under is not None]
    return calls, tuple(reversed(under))
