"""Evaluates a plan at a moment: typed layers in, a display list out. No pixel is touched here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from velocity_engine.display import (
    RGBA,
    Clip,
    DisplayList,
    DrawCommand,
    EffectCall,
    GroupSource,
    LayerPicture,
    MaskPath,
    Matte,
    altered,
    command,
    display_list,
    group_source,
)
from velocity_engine.errors import Finding, Place, RenderFailed
from velocity_engine.evaluate.layer_matrices import LayerMatrices, painters_order
from velocity_engine.evaluate.layer_sampler import LayerSampler
from velocity_engine.evaluate.perspective import DeviceTransform, bent_all, bent_mask, device_transform, plane, square
from velocity_engine.model.geometry import IDENTITY, Matrix, mean_scale, multiply, scaling
from velocity_engine.model.layers import (
    BlendMode,
    CameraContent,
    Layer,
    MaskMode,
    PrecompContent,
    ShapeContent,
    TextContent,
)
from velocity_engine.motion.transforms import Matrix4, camera_matrix, default_camera
from velocity_engine.plan.layers import PlannedComposition, PlannedLayer
from velocity_engine.plan.plan import Plan
from velocity_engine.shapes.primitives import bezier_path

MAX_COMMANDS = 250_000
LARGEST_LAYER_PICTURE = 4096.0  # pixels a side of what effects read of another layer
MAX_LAYER_DEPTH = 100
"""How many mattes and precomps may stand within each other on the way to a layer."""
MAX_NESTING = 100
"""How many commands may stand within each other."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """The output picture: ``matrix`` fits the composition inside and centres it."""

    width: int
    height: int
    matrix: Matrix


def fit_viewport(document_size: tuple[float, float], width: int, height: int) -> Viewport:
    scale = min(width / document_size[0], height / document_size[1])
    left, top = (width - document_size[0] * scale) / 2, (height - document_size[1] * scale) / 2
    return Viewport(width, height, (scale, 0.0, 0.0, scale, left, top))


EVERYWHERE = Viewport(2**40, 2**40, IDENTITY)
"""The viewport that no clip leaves free."""


class Evaluator:
    """Evaluates one plan. It remembers the commands of still layers, so it serves one thread at a time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._still: dict[int, tuple[Matrix, Sequence[DrawCommand]]] = {}
        self._count = 0
        self._depth = 0
        self._viewport = Viewport(0, 0, IDENTITY)
        self.composition_size = (float(plan.document.width), float(plan.document.height))  # of the one evaluated now
        self._places = LayerMatrices(plan.curves, partial(LayerSampler, plan))

    def display_list(self, frame: float, viewport: Viewport, background: RGBA) -> DisplayList:
        """``frame``: the composition's time in frames."""
        self._count = self._depth = 0
        self._viewport = viewport
        self._places.forget()
        if self.plan.expressions is not None:
            self.plan.expressions.begin_frame()
        document = self.plan.document
        size = (float(document.width), float(document.height))
        with np.errstate(over="ignore", invalid="ignore"):
            commands = self._composition(self.plan.main, frame, viewport.matrix, size)
        clip = Clip((0.0, 0.0, float(document.width), float(document.height)), viewport.matrix)
        commands = self._clipped(commands, clip)
        return display_list(viewport.width, viewport.height, background, commands)

    def _composition(
        self, planned: PlannedComposition, frame: float, matrix: Matrix, size: tuple[float, float]
    ) -> list[DrawCommand]:
        if not (size[0] > 0.0 and size[1] > 0.0):
            size = (float(self.plan.document.width), float(self.plan.document.height))
        around, self.composition_size = self.composition_size, size
        camera = self._camera(planned, frame, size)
        commands: list[DrawCommand] = []
        shown = [p for p in reversed(planned.layers) if not (p.layer.is_matte or p.layer.hidden or p.layer.guide)]
        if camera is not None:
            shown = painters_order(shown, frame, camera, self._places)
        for layer in shown:
            commands += self._layer(layer, frame, matrix, camera)
        self.composition_size = around
        self._count += len(commands)
        if self._count > MAX_COMMANDS:
            raise RenderFailed(
                f"frame {frame:g} draws more than {MAX_COMMANDS} things",
                place=Place(pointer=planned.composition.pointer or None),
                hint="Compositions are nested too often",
            )
        return commands

    def _clipped(self, commands: list[DrawCommand], clip: Clip) -> list[DrawCommand]:
        """``commands`` inside ``clip`` only; unchanged where the clip leaves the whole picture free."""
        a, b, c, d, e, f = clip.matrix
        if b == 0.0 and c == 0.0:
            left, right = sorted((a * clip.box[0] + e, a * clip.box[2] + e))
            top, bottom = sorted((d * clip.box[1] + f, d * clip.box[3] + f))
            width, height, slack = self._viewport.width, self._viewport.height, 0.01
            if max(left, top) <= slack and right >= width - slack and bottom >= height - slack:
                return commands
        return [altered(entry, clips=(*entry.clips, clip)) for entry in commands]

    def _camera(self, planned: PlannedComposition, frame: float, size: tuple[float, float]) -> Matrix4 | None:
        for entry in planned.cameras:
            layer = entry.layer
            if layer.in_point <= frame < layer.out_point and isinstance(layer.content, CameraContent):
                parents = self._places.matrix4(entry.parent, frame)
                return camera_matrix(layer, layer.content, LayerSampler(self.plan, entry, frame), parents, *size)
        return default_camera(*size) if planned.composition.in_space else None

    # --- layers ---

    def _layer(
        self, planned: PlannedLayer, frame: float, base: Matrix, camera: Matrix4 | None
    ) -> Sequence[DrawCommand]:
        layer = planned.layer
        if planned.prepared is None or not layer.in_point <= frame < layer.out_point:
            return ()
        if planned.still:
            kept = self._still.get(id(planned))
            if kept is not None and kept[0] == base:
                return kept[1]
        if self._depth >= MAX_LAYER_DEPTH:
            return self._too_deep(planned, f"mattes and precomps are nested more than {MAX_LAYER_DEPTH} deep")
        self._depth += 1
        commands = self._drawn(planned, frame, base, camera)
        self._depth -= 1
        if any(entry.nesting > MAX_NESTING for entry in commands):
            return self._too_deep(planned, f"what the layer shows is nested more than {MAX_NESTING} deep")
        if planned.still:
            self._still[id(planned)] = (base, commands)
        return commands

    def _too_deep(self, planned: PlannedLayer, what: str) -> tuple[DrawCommand, ...]:
        place = Place(layer=planned.path, pointer=planned.layer.pointer or None)
        self.plan.report(Finding("layer.depth", what, place, "the layer is left out"))
        return ()

    def _drawn(
        self, planned: PlannedLayer, frame: float, base: Matrix, camera: Matrix4 | None
    ) -> Sequence[DrawCommand]:
        sampler = LayerSampler(self.plan, planned, frame, self)
        opacity = min(max(sampler.scalar(planned.layer.transform.opacity) / 100.0, 0.0), 1.0)
        place = self._place(planned, sampler, frame, base, camera) if opacity > 0.0 else None
        content = self._content(planned, sampler, frame, place) if place is not None else ()
        if place is None or not content:
            return ()
        return self._finished(planned, sampler, frame, base, place, camera, content, opacity)

    def _content(
        self, planned: PlannedLayer, sampler: LayerSampler, frame: float, place: DeviceTransform
    ) -> Sequence[DrawCommand]:
        content = planned.layer.content
        if isinstance(content, PrecompContent):
            commands = self._precomp(planned, content, sampler, frame, place.matrix)
        elif planned.prepared is not None:
            commands = [placed(entry, place.matrix) for entry in planned.prepared.draw(sampler)]
        else:
            return ()
        return commands if place.residual is None else bent_all(commands, place.residual)

    def _precomp(
        self, planned: PlannedLayer, content: PrecompContent, sampler: LayerSampler, frame: float, matrix: Matrix
    ) -> Sequence[DrawCommand]:
        inner = self.plan.compositions[content.composition]
        if content.time_remap is not None:
            time = sampler.scalar(content.time_remap) * self.plan.document.frame_rate
        else:
            layer = planned.layer
            time = (frame - layer.start_time) / (layer.stretch or 1.0)
        commands = self._composition(inner, time, matrix, (content.width, content.height))
        if content.width > 0 and content.height > 0:
            clip = Clip((0.0, 0.0, content.width, content.height), matrix)
            commands = self._clipped(commands, clip)
        if not planned.layer.collapse and any(entry.blend is not BlendMode.NORMAL for entry in commands):
            commands = [command(group_source(commands), label=planned.path)]
        return commands

    def _finished(
        self,
        planned: PlannedLayer,
        sampler: LayerSampler,
        frame: float,
        base: Matrix,
        place: DeviceTransform,
        camera: Matrix4 | None,
        content: Sequence[DrawCommand],
        opacity: float,
    ) -> Sequence[DrawCommand]:
        """Adds effects, masks, matte, opacity and blend mode to a layer's own picture."""
        layer = planned.layer
        # As in After Effects, the effects of shapes and texts act after the layer's transform, in its composition.
        vector = isinstance(layer.content, ShapeContent | TextContent)
        matrix = base if vector else place.matrix
        effects = self._effects(planned, sampler, matrix)
        styles, under = self._styles(layer, sampler, matrix, content if vector else None)
        masks = _masks(planned, sampler, place)
        matte = self._matte(planned, frame, base, camera)
        if matte is not None and not matte.commands and matte.mode.value in (1, 3):
            return ()
        acted_on = bool(effects or styles or under)
        plain = not acted_on and not masks and matte is None
        if plain and opacity >= 1.0 and layer.blend_mode is BlendMode.NORMAL:
            return [_labelled(entry, planned.path) for entry in content]
        first = content[0]
        if masks and acted_on:
            # Masks cut what effects are given, while the masks of a command cut what its effects gave.
            content = [altered(command(group_source(content)), masks=masks)]
            first, masks = content[0], ()
        finished = first.effects or first.masks or first.matte or first.blend is not BlendMode.NORMAL
        acting: dict[str, Any] = {
            "blend": layer.blend_mode,
            "masks": masks,
            "matte": matte,
            "effects": (*effects, *styles),
            "label": planned.path,
        }
        if len(content) > 1 or acted_on or finished:
            shown = command(group_source(content), opacity=opacity, **acting)
        else:
            shown = altered(first, opacity=first.opacity * opacity, **acting)
        return [*(altered(shown, blend=mode, effects=(*effects, call)) for call, mode in under), shown]

    def _matte(self, planned: PlannedLayer, frame: float, base: Matrix, camera: Matrix4 | None) -> Matte | None:
        if planned.matte is None or planned.layer.matte is None:
            return None
        return Matte(planned.layer.matte, tuple(self._layer(planned.matte, frame, base, camera)))

    def _effects(self, planned: PlannedLayer, sampler: LayerSampler, matrix: Matrix) -> tuple[EffectCall, ...]:
        calls = []
        for effect, kind in planned.effects:
            call = kind.evaluate(effect, sampler, matrix)
            if call is not None:
                calls.append(call)
        return tuple(calls)

    def _styles(
        self, layer: Layer, sampler: LayerSampler, matrix: Matrix, content: Sequence[DrawCommand] | None
    ) -> tuple[tuple[EffectCall, ...], tuple[tuple[EffectCall, BlendMode], ...]]:
        """The calls of the layer's styles, and those that draw under it, each with its blend mode."""
        if not layer.styles:
            return (), ()
        from velocity_engine.builtin.effects.styles import evaluate_styles

        return evaluate_styles(layer.styles, sampler, matrix, content)

    def composition(self, planned: PlannedComposition, frame: float, matrix: Matrix) -> Sequence[DrawCommand]:
        """What a composition shows under a matrix that does not lead to the viewport."""
        document, viewport = self.plan.document, self._viewport
        self._viewport = EVERYWHERE
        try:
            return self._composition(planned, frame, matrix, (float(document.width), float(document.height)))
        finally:
            self._viewport = viewport

    def layer_picture(self, planned: PlannedLayer, frame: float, scale: float) -> LayerPicture | None:
        """A layer's own picture, without masks, matte and effects, at ``scale`` pixels to each of its own."""
        if planned.prepared is None:
            return None
        layer, sampler = planned.layer, LayerSampler(self.plan, planned, frame, self)
        (width, height), largest = sampler.size, max(sampler.size)
        scale = min(scale, LARGEST_LAYER_PICTURE / largest)
        across, down = max(1, math.ceil(width * scale - 1e-6)), max(1, math.ceil(height * scale - 1e-6))
        commands: Sequence[DrawCommand] = ()
        if layer.in_point <= frame < layer.out_point:
            place = scaling(across / width, down / height)
            if isinstance(layer.content, ShapeContent | TextContent):
                place = multiply(place, self._places.matrix(planned, frame))
            viewport, self._viewport = self._viewport, Viewport(across, down, IDENTITY)
            try:
                commands = self._content(planned, sampler, frame, DeviceTransform(place))
            finally:
                self._viewport = viewport
        return LayerPicture(tuple(commands), across, down, (width, height))

    def _place(
        self, planned: PlannedLayer, sampler: LayerSampler, frame: float, base: Matrix, camera: Matrix4 | None
    ) -> DeviceTransform | None:
        """From the layer's coordinates to device pixels; None where nothing of the layer can be seen.

        The camera sees layers of three dimensions. A flat layer takes parents in space as seen from straight ahead.
        """
        if not planned.in_space:
            return DeviceTransform(multiply(base, self._places.matrix(planned, frame)))
        space = self._places.matrix4(planned, frame)
        if camera is not None and planned.layer.three_d:
            space = camera @ space
        x, y = sampler.vector(planned.layer.transform.anchor)[:2]
        width, height = sampler.size
        anchors = ((x, y), (width / 2, height / 2), (0.0, 0.0), (width, 0.0), (0.0, height), (width, height))
        return device_transform(square(base) @ plane(space), anchors, max(width, height))


# --- parts of commands ----------------------------------------------------------------------------------------------


def placed(entry: DrawCommand, matrix: Matrix) -> DrawCommand:
    """A command of a layer's coordinates moved to device pixels."""
    if not (entry.nesting or entry.clips or entry.masks or entry.effects or isinstance(entry.source, GroupSource)):
        return command(
            entry.source,
            multiply(matrix, entry.matrix),
            opacity=entry.opacity,
            blend=entry.blend,
            label=entry.label,
        )
    changes: dict[str, Any] = {"matrix": multiply(matrix, entry.matrix)}
    if isinstance(entry.source, GroupSource):
        changes["source"] = group_source([placed(inner, matrix) for inner in entry.source.commands])
        changes["matrix"] = IDENTITY
    if entry.clips:
        changes["clips"] = tuple(Clip(c.box, multiply(matrix, c.matrix)) for c in entry.clips)
    if entry.masks:
        changes["masks"] = tuple(_placed_mask(m, matrix) for m in entry.masks)
    if entry.matte is not None:
        changes["matte"] = Matte(entry.matte.mode, tuple(placed(inner, matrix) for inner in entry.matte.commands))
    if entry.effects:
        scale = mean_scale(matrix)
        changes["effects"] = tuple(
            replace(e, matrix=multiply(matrix, e.matrix), margin=tuple(m * scale for m in e.margin))  # type: ignore[arg-type]
            for e in entry.effects
        )
    return altered(entry, **changes)


def _placed_mask(mask: MaskPath, matrix: Matrix) -> MaskPath:
    scale = mean_scale(matrix)
    feather = (mask.feather[0] * scale, mask.feather[1] * scale)
    path = mask.path.transformed(matrix)
    return MaskPath(path, mask.mode, mask.inverted, mask.opacity, mask.expansion * scale, feather)


def _labelled(entry: DrawCommand, label: str) -> DrawCommand:
    if entry.label:
        return entry
    return DrawCommand(
        entry.source, entry.matrix, entry.opacity, entry.blend, entry.clips, entry.masks, entry.matte, entry.effects,
        entry.nesting, label,
    )  # fmt: skip


def _masks(planned: PlannedLayer, sampler: LayerSampler, place: DeviceTransform) -> tuple[MaskPath, ...]:
    found = []
    matrix = place.matrix
    scale = mean_scale(matrix)
    for mask in planned.layer.masks:
        if mask.mode is MaskMode.NONE:
            continue
        feather = sampler.vector(mask.feather) if mask.feather is not None else (0.0, 0.0)
        found.append(
            MaskPath(
                bezier_path(sampler.path(mask.path)).transformed(matrix),
                mask.mode.value,
                mask.inverted,
                min(max(sampler.scalar(mask.opacity) / 100.0, 0.0), 1.0),
                sampler.scalar(mask.expansion) * scale,
                (feather[0] * scale, feather[-1] * scale),
            )
        )
    if place.residual is not None:
        return tuple(bent_mask(mask, place.residual) for mask in found)
    return tuple(found)
