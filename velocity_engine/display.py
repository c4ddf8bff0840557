"""The display list: what to draw at one frame, flat and immutable, in painter's order, each entry with a content
digest.

Coordinates of a command go through its ``matrix`` to device pixels, whose centres lie at (x + 0.5, y + 0.5).
Colours in paints are straight RGBA, 0..1; pixels are premultiplied RGBA, uint8.
Two commands with the same digest draw the same pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.digests import Digest as Digest
from velocity_engine.model.digests import Digested
from velocity_engine.model.digests import digest_of as digest_of
from velocity_engine.model.geometry import IDENTITY, Matrix, Path
from velocity_engine.model.layers import BlendMode, MaskMode, MatteMode
from velocity_engine.model.shapes import Cap, FillRule, GradientKind, Join

RGBA = tuple[float, float, float, float]


# --- paints ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SolidPaint(Digested):
    color: RGBA

    def _content(self) -> tuple[Any, ...]:
        return ("solid", self.color)


@dataclass(frozen=True, slots=True, eq=False)
class GradientPaint(Digested):
    """A gradient in the coordinates of its command's path.

    ``stops``: (n, 5) float64, rows of offset, r, g, b, a (straight), offsets ascending in 0..1, padded at both ends.
    LINEAR runs from ``start`` to ``end``. RADIAL is a circle about ``start`` through ``end``, with its focal point at
    ``focal`` (equal to ``start`` where there is no highlight).
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
    """The inside of a path. Open contours are closed by a straight line."""

    path: Path
    paint: Paint
    rule: FillRule = FillRule.NON_ZERO

    def _content(self) -> tuple[Any, ...]:
        return ("fill", self.path.digest, self.paint.digest, self.rule.value)


@dataclass(frozen=True, slots=True, eq=False)
class StrokeSource(Digested):
    """The outline of a path, ``width`` in the path's coordinates (so a matrix that is not uniform makes an oval pen).

    ``dashes``: lengths of dash, gap, dash, gap ...; empty for a whole line.
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
        return ("stroke", self.path.digest, self.paint.digest, *line)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded picture. ``pixels``: (h, w, 4) uint8, premultiplied RGBA, C-contiguous, never written to again.

    ``opaque`` when every alpha is 255. Smaller copies for minification are kept by the compositor, by ``digest``.
    """

    pixels: NDArray[np.uint8]
    opaque: bool
    digest: Digest


class FrameReader(Protocol):
    """A clip of which the compositor reads frames: ``read(index)`` gives (h, w, 4) uint8 premultiplied RGBA.

    Calls come mostly in rising order; reading is exact for any order. Several threads may call it at once.
    """

    width: int
    height: int
    digest: Digest
    frame_count: int
    seconds: float

    def read(self, index: int) -> NDArray[np.uint8]: ...

    def index_at(self, seconds: float) -> int:
        """The index of the frame that is on at a moment of the clip; the first before it, the last after it."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ImageSource(Digested):
    """A picture that fills the rectangle (0, 0, width, height) of the command's coordinates.

    ``window`` is the part of the picture that is shown, in picture pixels (x0, y0, x1, y1); None for all of it.
    """

    picture: Picture
    width: float
    height: float
    window: tuple[float, float, float, float] | None = None

    def _content(self) -> tuple[Any, ...]:
        return ("image", self.picture.digest, self.width, self.height, self.window)


@dataclass(frozen=True, slots=True, eq=False)
class VideoSource(Digested):
    """A frame of a clip in the rectangle (0, 0, width, height); the pixels are read when it is composited."""

    reader: FrameReader
    index: int
    width: float
    height: float
    window: tuple[float, float, float, float] | None = None

    def _content(self) -> tuple[Any, ...]:
        return ("video", self.reader.digest, self.index, self.width, self.height, self.window)


@dataclass(frozen=True, slots=True, eq=False)
class GroupSource(Digested):
    """Commands that are drawn together on a clear ground, then treated as one picture (an isolated group).

    The matrices of ``commands`` already lead to device pixels: the matrix of a command whose source is a group
    is IDENTITY. Its effects, masks, matte, opacity and blend mode act on the whole.
    """

    commands: tuple[DrawCommand, ...]

    def _content(self) -> tuple[Any, ...]:
        return ("group", *(entry.digest for entry in self.commands))


Source = FillSource | StrokeSource | ImageSource | VideoSource | GroupSource


# --- what acts on a command -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """Only what lies inside the rectangle ``box`` under ``matrix`` (to device pixels) shows."""

    box: tuple[float, float, float, float]
    matrix: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class MaskPath:
    """One mask of a layer, in device pixels: ``path`` (closed, even when the document's is open), already expanded
    by the document's expansion when ``expansion`` is 0, else to be grown (shrunk) by that many device pixels.

    ``feather`` is the blur's (x, y) extent in device pixels. ``opacity`` is 0..1.
    """

    path: Path
    mode: MaskMode
    inverted: bool
    opacity: float
    expansion: float
    feather: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Matte:
    """What shows of a command is multiplied by the alpha (or luminance) of ``commands`` drawn on a clear ground."""

    mode: MatteMode
    commands: tuple[DrawCommand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LayerPicture(Digested):
    """Another layer's own picture, which an effect reads: a displacement map, a matte.

    ``commands`` draw it on a clear ground of ``width`` x ``height`` pixels, which hold the layer's box of ``size`` (in
    its own pixels) whole. ``pixels``: (height, width, 4) uint8, premultiplied, never to be written to: what the
    compositor drew before it hands the call to the effect; None until then.
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
    """One effect with this frame's values. ``effect`` names an ``EffectType``; ``values`` is what its ``evaluate``
    made: numbers, strings, arrays and tuples. ``matrix`` leads from layer to device pixels. ``margin`` is how far, in
    device pixels, the effect can reach beyond what it is given (left, top, right, bottom). ``picture`` is another
    layer's, for effects that read one."""

    effect: str
    values: tuple[Any, ...]
    matrix: Matrix = IDENTITY
    margin: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    picture: LayerPicture | None = None

    @property
    def parts(self) -> tuple[Any, ...]:
        """What tells it from other calls, for a digest."""
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
    """The call of the built-in Gaussian blur, for layers that blur a part of what they draw.

    Args:
        sigma_x: The standard deviation to the right, in pixels of the layer.
        sigma_y: The same downwards.

    Returns:
        A call for a group's command. What lies outside of the group counts as clear.
    """
    across, down = (3.0 * sigma + 8.0 if sigma > 0.0 else 0.0 for sigma in (sigma_x, sigma_y))
    return EffectCall(GAUSSIAN_BLUR, (sigma_x, sigma_y, False, (0.0, 0.0)), margin=(across, down, across, down))


@dataclass(frozen=True, slots=True, eq=False)
class DrawCommand(Digested):
    """An entry of the display list. Order of work: source, effects, masks, matte, clip; then opacity and blend onto
    what is below.

    Effects stand only on commands whose source is a group. Make one with ``command``, which computes ``nesting``.
    """

    source: Source
    matrix: Matrix
    opacity: float
    blend: BlendMode
    clips: tuple[Clip, ...]
    masks: tuple[MaskPath, ...]
    matte: Matte | None
    effects: tuple[EffectCall, ...]
    nesting: int  # how many commands stand within one another inside of it
    label: str = ""  # the layer's path, for messages; not in the digest

    def _content(self) -> tuple[Any, ...]:
        parts: list[Any] = ["command", self.source.digest, self.matrix, float(self.opacity), self.blend.value]
        if self.clips:
            parts += [(clip.box, clip.matrix) for clip in self.clips]
        for m in self.masks:
            parts.append(("mask", m.path.digest, m.mode.value, m.inverted, m.opacity, m.expansion, m.feather))
        if self.matte is not None:
            parts += ["matte", self.matte.mode.value, *(entry.digest for entry in self.matte.commands)]
        if self.effects:
            parts += [call.parts for call in self.effects]
        return tuple(parts)


@dataclass(frozen=True, slots=True, eq=False)
class DisplayList(Digested):
    """``width`` x ``height`` device pixels; ``background`` is opaque or clear straight RGBA."""

    width: int
    height: int
    background: RGBA
    commands: tuple[DrawCommand, ...]

    def _content(self) -> tuple[Any, ...]:
        return ("list", self.width, self.height, self.background, *(entry.digest for entry in self.commands))


# --- makers ---------------------------------------------------------------------------------------------------------


def picture(pixels: NDArray[np.uint8]) -> Picture:
    """``pixels``: (h, w, 4) uint8, premultiplied."""
    pixels = np.ascontiguousarray(pixels)
    return Picture(pixels, bool((pixels[..., 3] == 255).all()), digest_of("picture", pixels.shape, pixels))


def group_source(commands: Sequence[DrawCommand]) -> GroupSource:
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
) -> DrawCommand:
    inner = source.commands if isinstance(source, GroupSource) else ()
    if matte is not None:
        inner += matte.commands
    for call in effects:
        inner += call.picture.commands if call.picture is not None else ()
    nesting = 1 + max(entry.nesting for entry in inner) if inner else 0
    return DrawCommand(source, matrix, opacity, blend, clips, masks, matte, effects, nesting, label)


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
    """``entry`` with fields replaced."""
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
    )


def display_list(width: int, height: int, background: RGBA, commands: Sequence[DrawCommand]) -> DisplayList:
    return DisplayList(width, height, background, tuple(commands))
