"""Draw commands, what they hold of other commands, and the list of all that is drawn at one frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display.cuts import Clip, MaskPath
from velocity_engine.display.paints import RGBA
from velocity_engine.display.sources import FillSource, ImageSource, StrokeSource, VideoSource
from velocity_engine.model.digests import Digested, written
from velocity_engine.model.geometry import IDENTITY, Matrix
from velocity_engine.model.layers import BlendMode, MatteMode

FEW = 4
"""A group of no more commands is written into the digests of what shows it, without a digest of its own."""
RESAMPLE = "velocity.projection"
"""The key of the built-in effect that resamples a flat picture in perspective."""
BLUR_SIZE_TO_SIGMA = 0.3  # of what After Effects calls a blur's size, as Skottie measured it (GaussianBlurEffect.cpp)
MAX_BLUR_SIGMA = 532.0  # device pixels, as Skia's blurs
MAX_EFFECT_MARGIN = 3000.0  # device pixels
GAUSSIAN_BLUR = "gaussian-blur"
"""The key of the built-in Gaussian blur."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupSource(Digested):
    """Commands that are drawn together on a clear ground and then treated as one picture (an isolated group).

    The effects, masks, matte, opacity and blend mode of the command that has this source act on the whole picture.

    Attributes:
        commands: The commands, in painter's order. Their matrices already lead to device pixels, so the matrix of the
            command that has this source is IDENTITY.
    """

    commands: tuple[DrawCommand, ...]

    def _content(self) -> tuple[Any, ...]:
        return ("group", *(entry.name for entry in self.commands))

    @property
    def name(self) -> bytes:
        commands = self.commands
        if len(commands) > FEW or any(isinstance(entry.source, GroupSource) for entry in commands):
            return self.digest
        return written(self._content())


@dataclass(frozen=True, slots=True, eq=False)
class MeanSource(Digested):
    """The mean of several pictures: what a layer shows while a shutter is open.

    The pixels are added up as premultiplied colours in 16 bits and rounded once. Where a picture is clear, it counts as
    clear: a layer that is there for half of the time covers half.

    Attributes:
        pictures: One command for each picture, drawn on a clear ground. Their matrices already lead to device pixels,
            so the matrix of the command that has this source is IDENTITY.
        weights: How often each of them counts, at least once.
        total: How many pictures the mean is of, at least the sum of the weights and at most 256. The others are clear.
    """

    pictures: tuple[DrawCommand, ...]
    weights: tuple[int, ...]
    total: int

    def _content(self) -> tuple[Any, ...]:
        return ("mean", self.total, self.weights, *(entry.digest for entry in self.pictures))


Source = FillSource | StrokeSource | ImageSource | VideoSource | GroupSource | MeanSource


def commands_in(source: Source) -> tuple[DrawCommand, ...]:
    """Returns the commands that a group or a mean is made of; none for other sources.

    Args:
        source: The source of a command.
    """
    if isinstance(source, GroupSource):
        return source.commands
    return source.pictures if isinstance(source, MeanSource) else ()


def group_source(commands: Sequence[DrawCommand]) -> GroupSource:
    """Returns a source that draws commands as one picture.

    Args:
        commands: The commands, in painter's order. Their matrices lead to device pixels.
    """
    return GroupSource(tuple(commands))


@dataclass(frozen=True, slots=True, eq=False)
class Matte:
    """The picture by whose alpha or luminance another command is multiplied.

    Attributes:
        mode: Whether alpha or luminance counts, and whether it is inverted.
        commands: The commands that draw the matte on a clear ground, in painter's order.
    """

    mode: MatteMode
    commands: tuple[DrawCommand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LayerPicture(Digested):
    """The own picture of another layer, which an effect reads: a displacement map, for example, or a matte.

    ``Sampler.layer_picture`` returns it.

    Attributes:
        commands: The commands that draw it on a clear ground.
        width: The width of the ground in pixels.
        height: The height of the ground in pixels. The ground holds the whole box of the layer.
        size: The width and height of the layer's box, in the layer's own pixels.
        pixels: (height, width, 4) uint8, premultiplied RGBA. The compositor draws them before it passes the call to the
            effect. They are None until then, and must not be written to.
    """

    commands: tuple[DrawCommand, ...]
    width: int
    height: int
    size: tuple[float, float]
    pixels: NDArray[np.uint8] | None = None

    def _content(self) -> tuple[Any, ...]:
        return ("layer picture", self.width, self.height, self.size, *(c.digest for c in self.commands))


@dataclass(frozen=True, slots=True, eq=False)
class EffectCall:
    """One effect with its values at one moment. ``EffectType.evaluate`` makes it, and ``EffectType.apply`` draws it.

    Attributes:
        effect: The ``key`` of the ``EffectType`` that draws it.
        values: The values: numbers, strings, arrays and tuples.
        matrix: The map from the layer's coordinates to device pixels.
        margin: (left, top, right, bottom): how far the effect can reach beyond the picture it gets, in device pixels.
        picture: The picture of another layer, for effects that read one.
        nanoseconds: How long a processor takes for each pixel, where the effect is far slower than most. It only goes
            into what a frame is expected to cost, so it need not be exact; it is not part of the digest.
        magnification: How many times as large as it was given the effect shows what it magnifies most. The engine draws
            what is magnified in finer pixels first; it is not part of the digest.
        label: The effect with its package, the path of the layer, and the moment, for messages. The engine sets it for
            effects of plugins; it is not part of the digest.
    """

    effect: str
    values: tuple[Any, ...]
    matrix: Matrix = IDENTITY
    margin: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    picture: LayerPicture | None = None
    nanoseconds: float = 30.0
    magnification: float = 1.0
    label: tuple[str, str, str] | None = None

    @property
    def parts(self) -> tuple[Any, ...]:
        """Everything in which it can differ from other calls. It goes into the digest of a command."""
        parts = ("effect", self.effect, self.values, self.matrix, self.margin)
        return parts if self.picture is None else (*parts, self.picture.digest)


def blur_call(sigma_x: float, sigma_y: float) -> EffectCall:
    """Returns a call of the built-in Gaussian blur, for layers that blur a part of what they draw.

    Args:
        sigma_x: The horizontal standard deviation, in pixels of the layer.
        sigma_y: The vertical standard deviation, in pixels of the layer.

    Returns:
        A call for a command whose source is a group. What lies outside of the group counts as clear.
    """
    across, down = (3.0 * sigma + 8.0 if sigma > 0.0 else 0.0 for sigma in (sigma_x, sigma_y))
    return EffectCall(GAUSSIAN_BLUR, (sigma_x, sigma_y, False, (0.0, 0.0)), margin=(across, down, across, down))


@dataclass(frozen=True, slots=True, eq=False)
class FinerDrawing:
    """What a command with effects draws in finer pixels, where its effects magnify, so that lines stay sharp.

    Attributes:
        steps: 2 or 4: so many of the finer pixels lie along each of the device's.
        source: The command's source in finer pixels.
        effects: Its effects in finer pixels.
    """

    steps: int
    source: GroupSource
    effects: tuple[EffectCall, ...]

    @property
    def parts(self) -> tuple[Any, ...]:
        return ("finer", self.steps, self.source.digest, *(call.parts for call in self.effects))


@dataclass(frozen=True, slots=True, eq=False)
class DrawCommand(Digested):
    """An entry of the display list. Make one with the function ``command``, which computes ``nesting``.

    It is drawn in this order: source, effects, masks, matte, clips; then opacity, and the blend onto what is below.

    Attributes:
        source: What is drawn.
        matrix: The map from the source's coordinates to device pixels (in ``PreparedLayer.draw``: to the layer's).
        opacity: 0 to 1.
        blend: How it is blended onto what is below.
        clips: Only what lies inside all of these rectangles is shown.
        masks: The masks, in the order in which they are combined.
        matte: The matte, or None.
        effects: The effects, in the order in which they act. Only a command whose source is a group can have effects.
        nesting: How many levels of commands there are inside of it.
        label: The path of the layer, for messages. It is not part of the digest.
        finer: What is drawn in place of the source and its effects, where there is room for it, or None.
    """

    source: Source
    matrix: Matrix
    opacity: float
    blend: BlendMode
    clips: tuple[Clip, ...]
    masks: tuple[MaskPath, ...]
    matte: Matte | None
    effects: tuple[EffectCall, ...]
    nesting: int  # how many levels of commands there are inside of it
    label: str = ""  # the layer's path, for messages; not in the digest
    finer: FinerDrawing | None = None

    def _content(self) -> tuple[Any, ...]:
        parts: list[Any] = ["command", self.source.name, self.matrix, float(self.opacity), self.blend.value]
        if self.clips:
            parts += [(clip.box, clip.matrix) for clip in self.clips]
        for m in self.masks:
            parts.append(("mask", m.path.digest, m.mode.value, m.inverted, m.opacity, m.expansion, m.feather))
        if self.matte is not None:
            parts += ["matte", self.matte.mode.value, *(entry.digest for entry in self.matte.commands)]
        if self.effects:
            parts += [call.parts for call in self.effects]
        if self.finer is not None:
            parts.append(self.finer.parts)
        return tuple(parts)

    @property
    def name(self) -> bytes:
        if self.clips or self.masks or self.matte is not None or self.effects:
            return self.digest
        return written(self._content())


@dataclass(frozen=True, slots=True, eq=False)
class DisplayList(Digested):
    """All that is drawn at one frame.

    Attributes:
        width: The width of the frame in device pixels.
        height: The height of the frame in device pixels.
        background: Straight RGBA, opaque or clear.
        commands: The commands, in painter's order.
    """

    width: int
    height: int
    background: RGBA
    commands: tuple[DrawCommand, ...]

    def _content(self) -> tuple[Any, ...]:
        return ("list", self.width, self.height, self.background, *(entry.digest for entry in self.commands))


def command(
    source: Source,
    matrix: Matrix = IDENTITY,
    *,
    opacity: float = 1.0,
    blend: BlendMode = BlendMode.NORMAL,
    clips: tuple[Clip, ...] = (),
    masks: tuple[MaskPath, ...] = (),
    matte: Matte | None = None,
    effects: tuple[EffectCall, ...] = (),
    label: str = "",
    finer: FinerDrawing | None = None,
) -> DrawCommand:
    """Returns a draw command, with its ``nesting`` computed. The arguments are the attributes of ``DrawCommand``."""
    inner = commands_in(source)
    if matte is not None:
        inner += matte.commands
    for call in effects:
        inner += call.picture.commands if call.picture is not None else ()
    nesting = 1 + max(entry.nesting for entry in inner) if inner else 0
    return DrawCommand(source, matrix, opacity, blend, clips, masks, matte, effects, nesting, label, finer)


_KEEP: Any = object()


def altered(
    entry: DrawCommand,
    *,
    source: Source = _KEEP,
    matrix: Matrix = _KEEP,
    opacity: float = _KEEP,
    blend: BlendMode = _KEEP,
    clips: tuple[Clip, ...] = _KEEP,
    masks: tuple[MaskPath, ...] = _KEEP,
    matte: Matte | None = _KEEP,
    effects: tuple[EffectCall, ...] = _KEEP,
    label: str = _KEEP,
) -> DrawCommand:
    """Returns a copy of a command in which some fields are replaced. Its ``finer`` drawing is left out where what that
    draws is replaced.

    Args:
        entry: The command. The other arguments are the attributes of ``DrawCommand`` to replace.
    """
    kept = all(part is _KEEP for part in (source, matrix, effects))
    return command(
        entry.source if source is _KEEP else source,
        entry.matrix if matrix is _KEEP else matrix,
        opacity=entry.opacity if opacity is _KEEP else opacity,
        blend=entry.blend if blend is _KEEP else blend,
        clips=entry.clips if clips is _KEEP else clips,
        masks=entry.masks if masks is _KEEP else masks,
        matte=entry.matte if matte is _KEEP else matte,
        effects=entry.effects if effects is _KEEP else effects,
        label=entry.label if label is _KEEP else label,
        finer=entry.finer if kept else None,
    )


def display_list(width: int, height: int, background: RGBA, commands: Sequence[DrawCommand]) -> DisplayList:
    """Returns a display list. The arguments are the attributes of ``DisplayList``."""
    return DisplayList(width, height, background, tuple(commands))
