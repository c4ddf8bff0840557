"""The display list: what to draw at one frame, flat and immutable, in painter's order, each entry with a content
digest.

Coordinates of a command go through its ``matrix`` to device pixels, whose centres lie at (x + 0.5, y + 0.5).
Colours in paints are straight RGBA, 0..1; pixels are premultiplied RGBA, uint8.
Two commands with the same digest draw the same pixels. Digests are stable between processes and machines.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import IDENTITY, Matrix, Path
from velocity_engine.model.layers import BlendMode, MatteMode
from velocity_engine.model.shapes import Cap, FillRule, GradientKind, Join

Digest = bytes  # 16 bytes
RGBA = tuple[float, float, float, float]


def digest_of(*parts: Any) -> Digest:
    """A digest of numbers, strings, bytes, arrays, enums, None and (nested) tuples of them.

    Arrays count by their bytes: give shapes beside them where two arrays of the same bytes can mean different things.
    """
    # Version 2 of the marshal format: the last without references, so the bytes depend on the values alone.
    try:
        data = marshal.dumps(parts, 2)
    except ValueError:
        data = marshal.dumps(_plain(parts), 2)
    return hashlib.blake2b(data, digest_size=16).digest()


def _plain(part: Any) -> Any:
    if isinstance(part, tuple | list):
        return tuple(_plain(entry) for entry in part)
    if isinstance(part, np.ndarray):
        return (part.dtype.str, part.shape, part.tobytes())
    if part is None or type(part) in (int, float, str, bytes, bool):
        return part
    return f"{type(part).__name__}:{part!r}"


# --- paints ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SolidPaint:
    color: RGBA

    @property
    def digest(self) -> Digest:
        return digest_of("solid", self.color)


@dataclass(frozen=True, slots=True, eq=False)
class GradientPaint:
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

    @property
    def digest(self) -> Digest:
        return digest_of("gradient", self.kind.name, self.start, self.end, self.focal, self.stops)


Paint = SolidPaint | GradientPaint


# --- sources --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class FillSource:
    """The inside of a path. Open contours are closed by a straight line. ``digest`` by ``fill_source``."""

    path: Path
    paint: Paint
    rule: FillRule
    digest: Digest


@dataclass(frozen=True, slots=True, eq=False)
class StrokeSource:
    """The outline of a path, ``width`` in the path's coordinates (so a matrix that is not uniform makes an oval pen).

    ``dashes``: lengths of dash, gap, dash, gap ...; empty for a whole line. ``digest`` by ``stroke_source``.
    """

    path: Path
    paint: Paint
    width: float
    cap: Cap
    join: Join
    miter_limit: float
    dashes: tuple[float, ...]
    dash_offset: float
    digest: Digest


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
class ImageSource:
    """A picture that fills the rectangle (0, 0, width, height) of the command's coordinates.

    ``window`` is the part of the picture that is shown, in picture pixels (x0, y0, x1, y1); None for all of it.
    """

    picture: Picture
    width: float
    height: float
    window: tuple[float, float, float, float] | None
    digest: Digest


@dataclass(frozen=True, slots=True, eq=False)
class VideoSource:
    """A frame of a clip in the rectangle (0, 0, width, height); the pixels are read when it is composited."""

    reader: FrameReader
    index: int
    width: float
    height: float
    window: tuple[float, float, float, float] | None
    digest: Digest


@dataclass(frozen=True, slots=True, eq=False)
class GroupSource:
    """Commands that are drawn together on a clear ground, then treated as one picture (an isolated group).

    The matrices of ``commands`` already lead to device pixels: the matrix of a command whose source is a group
    is IDENTITY. Its effects, masks, matte, opacity and blend mode act on the whole.
    """

    commands: tuple[DrawCommand, ...]
    digest: Digest


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

    ``feather`` is the blur's (x, y) extent in device pixels. ``mode`` is the letter of ``MaskMode``; ``opacity`` 0..1.
    """

    path: Path
    mode: str
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
class LayerPicture:
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

    @property
    def digest(self) -> Digest:
        return digest_of("layer picture", self.width, self.height, self.size, *(c.digest for c in self.commands))


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


@dataclass(frozen=True, slots=True, eq=False)
class DrawCommand:
    """An entry of the display list. Order of work: source, effects, masks, matte, clip; then opacity and blend onto
    what is below.

    Effects stand only on commands whose source is a group. Make one with ``command``, which computes the digest.
    """

    source: Source
    matrix: Matrix
    opacity: float
    blend: BlendMode
    clips: tuple[Clip, ...]
    masks: tuple[MaskPath, ...]
    matte: Matte | None
    effects: tuple[EffectCall, ...]
    digest: Digest
    label: str = field(default="", compare=False)  # the layer's path, for messages; not in the digest


@dataclass(frozen=True, slots=True, eq=False)
class DisplayList:
    """``width`` x ``height`` device pixels; ``background`` is opaque or clear straight RGBA; ``digest`` covers all."""

    width: int
    height: int
    background: RGBA
    commands: tuple[DrawCommand, ...]
    digest: Digest


# --- makers ---------------------------------------------------------------------------------------------------------


def path_digest(path: Path) -> Digest:
    return digest_of(path.points, path.starts, path.closed)


def fill_source(
    path: Path, paint: Paint, rule: FillRule = FillRule.NON_ZERO, *, outline: Digest | None = None
) -> FillSource:
    """``outline`` is ``path_digest(path)`` where the caller already has it."""
    return FillSource(path, paint, rule, digest_of("fill", outline or path_digest(path), paint.digest, rule.value))


def stroke_source(
    path: Path,
    paint: Paint,
    width: float,
    *,
    cap: Cap = Cap.BUTT,
    join: Join = Join.MITER,
    miter_limit: float = 4.0,
    dashes: tuple[float, ...] = (),
    dash_offset: float = 0.0,
    outline: Digest | None = None,
) -> StrokeSource:
    """``outline`` is ``path_digest(path)`` where the caller already has it."""
    drawn = outline or path_digest(path)
    digest = digest_of("stroke", drawn, paint.digest, width, cap.value, join.value, miter_limit, dashes, dash_offset)
    return StrokeSource(path, paint, width, cap, join, miter_limit, dashes, dash_offset, digest)


def picture(pixels: NDArray[np.uint8]) -> Picture:
    """``pixels``: (h, w, 4) uint8, premultiplied."""
    pixels = np.ascontiguousarray(pixels)
    return Picture(pixels, bool((pixels[..., 3] == 255).all()), digest_of("picture", pixels.shape, pixels))


def image_source(
    image: Picture, width: float, height: float, window: tuple[float, float, float, float] | None = None
) -> ImageSource:
    return ImageSource(image, width, height, window, digest_of("image", image.digest, width, height, window))


def video_source(
    reader: FrameReader,
    index: int,
    width: float,
    height: float,
    window: tuple[float, float, float, float] | None = None,
) -> VideoSource:
    digest = digest_of("video", reader.digest, index, width, height, window)
    return VideoSource(reader, index, width, height, window, digest)


def group_source(commands: Sequence[DrawCommand]) -> GroupSource:
    return GroupSource(tuple(commands), digest_of("group", *(c.digest for c in commands)))


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
    parts: list[Any] = [source.digest, matrix, float(opacity), blend.value]
    if clips:
        parts += [(c.box, c.matrix) for c in clips]
    if masks:
        parts += [("mask", path_digest(m.path), m.mode, m.inverted, m.opacity, m.expansion, m.feather) for m in masks]
    if matte is not None:
        parts += ["matte", matte.mode.value, *(c.digest for c in matte.commands)]
    if effects:
        parts += [call.parts for call in effects]
    return DrawCommand(
        source, matrix, opacity, blend, clips, masks, matte, effects, digest_of("command", *parts), label
    )


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
    """``entry`` with fields replaced and its digest computed anew."""
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
    digest = digest_of("list", width, height, background, *(c.digest for c in commands))
    return DisplayList(width, height, background, tuple(commands), digest)
