"""The display list: what is drawn at one frame. It is flat, immutable and in painter's order (the lowest first).

Each entry has a digest of its content. Two commands with the same digest draw the same pixels.
The ``matrix`` of a command maps its coordinates to device pixels, whose centres lie at (x + 0.5, y + 0.5).
Colours in paints are straight RGBA from 0 to 1. Pixels are premultiplied RGBA, uint8.
The arrays in these objects must not be written to once the object is made.

Example:
    >>> fill = FillSource(path, SolidPaint((1.0, 0.5, 0.0, 1.0)))
    >>> entry = command(fill, opacity=0.5)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.digests import Digest as Digest
from velocity_engine.model.digests import Digested, written
from velocity_engine.model.digests import digest_of as digest_of
from velocity_engine.model.geometry import IDENTITY, MAX_WRITTEN, Matrix, Path
from velocity_engine.model.layers import BlendMode, MaskMode, MatteMode
from velocity_engine.model.shapes import Cap, FillRule, GradientKind, Join

RGBA = tuple[float, float, float, float]
FEW = 4
"""A group of no more commands is written into the digests of what shows it, without a digest of its own."""
CLEAR: RGBA = (0.0, 0.0, 0.0, 0.0)
COLOR_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$",
    "examples": ["#ff8800", "#ff880080"],
}
"""The JSON schema of a colour in the data of a layer plugin. ``rgba`` reads it."""


# --- paints ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SolidPaint(Digested):
    """One colour.

    Attributes:
        color: Straight RGBA, 0 to 1.
    """

    color: RGBA

    def _content(self) -> tuple[Any, ...]:
        return ("solid", self.color)

    @property
    def name(self) -> bytes:
        return written(self._content())


@dataclass(frozen=True, slots=True, eq=False)
class GradientPaint(Digested):
    """A gradient in the coordinates of its command's path.

    Attributes:
        kind: LINEAR runs from ``start`` to ``end``. RADIAL is a circle about ``start`` through ``end``.
        start: (x, y) of the start of the line, or of the centre of the circle.
        end: (x, y) of the end of the line, or of a point of the circle.
        focal: (x, y) of the focal point of a RADIAL gradient. It is equal to ``start`` where there is no highlight.
        stops: (n, 5) float64. Each row is offset, r, g, b, a (straight). Offsets ascend from 0 to 1: the first row has
            0 and the last one has 1.
    """

    kind: GradientKind
    start: tuple[float, float]
    end: tuple[float, float]
    focal: tuple[float, float]
    stops: NDArray[np.float64]

    def _content(self) -> tuple[Any, ...]:
        return ("gradient", self.kind.name, self.start, self.end, self.focal, self.stops)


Paint = SolidPaint | GradientPaint


# --- sources --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class FillSource(Digested):
    """The inside of a path. Open contours are closed by a straight line.

    Attributes:
        path: The path, in the command's coordinates.
        paint: The colour or gradient.
        rule: What counts as inside where contours overlap.
    """

    path: Path
    paint: Paint
    rule: FillRule = FillRule.NON_ZERO

    def _content(self) -> tuple[Any, ...]:
        return ("fill", self.path.name, self.paint.name, self.rule.value)

    @property
    def name(self) -> bytes:
        return written(self._content()) if len(self.path.points) <= MAX_WRITTEN else self.digest


@dataclass(frozen=True, slots=True, eq=False)
class StrokeSource(Digested):
    """The outline of a path. All lengths are in the path's coordinates.

    Attributes:
        path: The path, in the command's coordinates.
        paint: The colour or gradient.
        width: The width of the pen. A matrix that is not uniform makes the pen oval.
        cap: How the ends of open lines look.
        join: How corners look.
        miter_limit: The longest miter, in widths. Sharper corners are cut off.
        dashes: The lengths of dash, gap, dash, gap and so on. It is empty for a whole line.
        dash_offset: How far into the dashes the line begins.
    """

    path: Path
    paint: Paint
    width: float
    cap: Cap = Cap.BUTT
    join: Join = Join.MITER
    miter_limit: float = 4.0
    dashes: tuple[float, ...] = ()
    dash_offset: float = 0.0

    def _content(self) -> tuple[Any, ...]:
        line = (self.width, self.cap.value, self.join.value, self.miter_limit, self.dashes, self.dash_offset)
        return ("stroke", self.path.name, self.paint.name, *line)

    @property
    def name(self) -> bytes:
        return written(self._content()) if len(self.path.points) <= MAX_WRITTEN else self.digest


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture. Make one with the function ``picture``.

    Attributes:
        pixels: (h, w, 4) uint8, premultiplied RGBA, C-contiguous. They must never be written to again.
        opaque: Whether every alpha is 255.
        digest: The digest of the pixels. By it, the compositor keeps smaller copies for minification.
    """

    pixels: NDArray[np.uint8]
    opaque: bool
    digest: Digest


class FrameReader(Protocol):
    """A clip from which the compositor reads frames.

    Several threads may call it at the same time. The calls are mostly in rising order, but any order returns the exact
    frame.

    Attributes:
        width: The width of a frame in pixels.
        height: The height of a frame in pixels.
        digest: The digest of the clip's content.
        frame_count: The number of frames.
        seconds: The length of the clip.
    """

    width: int
    height: int
    digest: Digest
    frame_count: int
    seconds: float

    def read(self, index: int) -> NDArray[np.uint8]:
        """Returns one frame: (height, width, 4) uint8, premultiplied RGBA. It must not be written to.

        Args:
            index: The number of the frame, from 0 to ``frame_count`` - 1.
        """
        ...

    def index_at(self, seconds: float) -> int:
        """Returns the index of the frame that is shown at a moment of the clip.

        Args:
            seconds: The moment. Before the clip the first frame is shown, and after it the last one.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ImageSource(Digested):
    """A picture that fills the rectangle (0, 0, width, height) of the command's coordinates.

    Attributes:
        picture: The picture.
        width: The width of the rectangle.
        height: The height of the rectangle.
        window: (x0, y0, x1, y1): the part of the picture that is shown, in pixels of the picture. None for all of it.
    """

    picture: Picture
    width: float
    height: float
    window: tuple[float, float, float, float] | None = None

    def _content(self) -> tuple[Any, ...]:
        return ("image", self.picture.digest, self.width, self.height, self.window)


@dataclass(frozen=True, slots=True, eq=False)
class VideoSource(Digested):
    """A frame of a clip that fills the rectangle (0, 0, width, height) of the command's coordinates.

    Its pixels are read when it is composited.

    Attributes:
        reader: The clip.
        index: The number of the frame, as ``reader.index_at`` returns it.
        width: The width of the rectangle.
        height: The height of the rectangle.
        window: (x0, y0, x1, y1): the part of the frame that is shown, in pixels of the clip. None for all of it.
    """

    reader: FrameReader
    index: int
    width: float
    height: float
    window: tuple[float, float, float, float] | None = None

    def _content(self) -> tuple[Any, ...]:
        return ("video", self.reader.digest, self.index, self.width, self.height, self.window)


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


# --- what acts on a command -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A rectangle. Only what lies inside it is shown.

    Attributes:
        box: (x0, y0, x1, y1) of the rectangle.
        matrix: The map from the rectangle's coordinates to device pixels.
    """

    box: tuple[float, float, float, float]
    matrix: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class MaskPath:
    """One mask of a layer, in device pixels.

    Attributes:
        path: The path. It is closed, even when the document's path is open.
        mode: How the mask is combined with the masks before it.
        inverted: Whether the outside of the path shows instead of the inside.
        opacity: 0 to 1.
        expansion: By how many device pixels the path is still to be grown (or shrunk, where it is negative). 0 where
            the path has the document's expansion already.
        feather: (x, y) of the blur's extent, in device pixels.
    """

    path: Path
    mode: MaskMode
    inverted: bool
    opacity: float
    expansion: float
    feather: tuple[float, float]


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


RESAMPLE = "velocity.projection"
"""The key of the built-in effect that resamples a flat picture in perspective."""
BLUR_SIZE_TO_SIGMA = 0.3  # of what After Effects calls a blur's size, as Skottie measured it (GaussianBlurEffect.cpp)
MAX_BLUR_SIGMA = 532.0  # device pixels, as Skia's blurs
MAX_EFFECT_MARGIN = 3000.0  # device pixels
GAUSSIAN_BLUR = "gaussian-blur"
"""The key of the built-in Gaussian blur."""


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


# --- makers ---------------------------------------------------------------------------------------------------------


def rgba(text: str) -> RGBA:
    """Returns a colour that data writes as ``#rrggbb`` or ``#rrggbbaa``.

    Args:
        text: The colour. ``COLOR_SCHEMA`` is the JSON schema of such texts.

    Raises:
        ValueError: It is no such text.
    """
    parts = [part / 255 for part in bytes.fromhex(text.removeprefix("#"))]
    if len(parts) not in (3, 4):
        raise ValueError(f"{text!r} is no colour")
    return (parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else 1.0)


def picture(pixels: NDArray[np.uint8]) -> Picture:
    """Returns a picture with its digest.

    Args:
        pixels: (h, w, 4) uint8, premultiplied RGBA. They must not be written to afterwards.
    """
    pixels = np.ascontiguousarray(pixels)
    return Picture(pixels, bool((pixels[..., 3] == 255).all()), digest_of("picture", pixels.shape, pixels))


def group_source(commands: Sequence[DrawCommand]) -> GroupSource:
    """Returns a source that draws commands as one picture.

    Args:
        commands: The commands, in painter's order. Their matrices lead to device pixels.
    """
    return GroupSource(tuple(commands))


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
