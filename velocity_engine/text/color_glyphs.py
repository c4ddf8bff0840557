"""Glyphs in colour: what a font's COLR table paints (versions 0 and 1), or the bitmap of its CBDT or sbix table.

OpenType 1.9.1, "COLR - Color Table". HarfBuzz walks the table; what it says to paint becomes draw commands in em about
the glyph's origin, with y downwards. What HarfBuzz calls transforms, clips and groups are stacks here.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import (
    Clip,
    DrawCommand,
    FillSource,
    ImageSource,
    Matte,
    SolidPaint,
    altered,
    command,
    group_source,
    picture,
)
from velocity_engine.model.geometry import (
    IDENTITY,
    Bounds,
    Matrix,
    Path,
    invert,
    multiply,
    rectangle_path,
    transformed_bounds,
    translation,
)
from velocity_engine.model.layers import MatteMode
from velocity_engine.text.color_gradients import ColorLine, Gradient, gradient_paint, slanted, sweep_picture
from velocity_engine.text.color_groups import DRAWN_TWICE, composited
from velocity_engine.text.limits import MAX_POINTS

RGB = tuple[float, float, float]
MAX_PARTS = 2000
"""Of one glyph, with the clips that they lie in; the emoji of Noto have 300 parts at most."""
CLIP_PARTS = 2
"""A clip is a group with a matte."""
PART_POINTS = 40
"""So many points of outlines a part counts as, beside its own."""
PIXELS_OF_POINT = 64
DECODED_OF_POINT = 32
STOP_POINTS = 4
SWEEP_POINTS = 16_384
"""A picture of a sweep takes as long as so many points."""
MAX_BITMAP_SIDE = 2048
KEPT_BITMAP_SIDE = 512
"""Larger bitmaps are kept so small."""
_EVERYWHERE = rectangle_path(-4.0, -4.0, 4.0, 4.0)  # em
_SWEEP_SIDE = 256


@dataclass(frozen=True, slots=True, eq=False)
class ColorGlyph:
    """``commands``: in em about the glyph's origin, in painter's order. ``bounds``: the box of all they draw.

    ``follows_text``: whether the text's own colour shows in it. ``points``: what it counts of a text's outlines.
    ``effort``: what it counts beside, once, however often a text has it: to make it takes that long.
    """

    commands: tuple[DrawCommand, ...]
    bounds: Bounds | None
    follows_text: bool
    points: int
    effort: int = 0


def has_color(face: Any) -> bool:
    """Whether any glyph of a ``uharfbuzz.Face`` has a colour that is drawn (a picture in SVG is none)."""
    return bool(face.has_color_paint or face.has_color_layers or face.has_color_png)


def is_painted(font: Any, glyph: int) -> bool:
    """Whether the COLR table of a ``uharfbuzz.Font`` has the glyph."""
    face = font.face
    return bool(
        (face.has_color_paint and face.glyph_has_color_paint(glyph))
        or (face.has_color_layers and len(face.get_glyph_color_layers(glyph)))
    )


def is_bitmap(font: Any, glyph: int) -> bool:
    return bool(font.face.has_color_png and len(font.get_glyph_color_png(glyph)))


def painted_glyph(font: Any, glyph: int, outline: Callable[[int], Path], text_color: RGB) -> ColorGlyph:
    """A glyph for which ``is_painted`` holds. ``outline``: those of the face, in em. ``text_color``: what the entries
    show that ask for the text's own colour."""
    recorder = _Recorder(1.0 / font.face.upem, outline, text_color)
    font.paint_glyph(glyph, _paint_funcs(), recorder)
    return recorder.glyph()


def bitmap_glyph(font: Any, glyph: int) -> ColorGlyph | None:
    """A glyph for which ``is_bitmap`` holds, in its largest size; None where the bitmap cannot be read."""
    extents = font.get_glyph_extents(glyph)
    pixels, decoded = _decoded(font.get_glyph_color_png(glyph).data)
    if pixels is None or extents is None or not (extents.width and extents.height):
        return None
    em = float(font.face.upem)
    left, top = extents.x_bearing / em, -extents.y_bearing / em
    width, height = extents.width / em, -extents.height / em
    shown = command(ImageSource(picture(pixels), width, height), translation(left, top))
    bounds = (left, top, left + width, top + height)
    points = PART_POINTS + pixels.shape[0] * pixels.shape[1] // PIXELS_OF_POINT
    return ColorGlyph((shown,), bounds, False, points, decoded // DECODED_OF_POINT)


def outlined_glyph(outline: Path, text_color: RGB) -> ColorGlyph:
    """An outline in the text's own colour."""
    filled = command(FillSource(outline, SolidPaint((*text_color, 1.0))))
    return ColorGlyph((filled,), outline.bounds(), True, PART_POINTS + len(outline.points))


def _decoded(data: bytes) -> tuple[NDArray[np.uint8] | None, int]:
    """(h, w, 4) uint8, premultiplied, and how many pixels had to be decoded for it."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if max(image.size) > MAX_BITMAP_SIDE:
                return None, 0
            decoded = image.width * image.height
            whole = image.convert("RGBA").convert("RGBa")
    except Exception:  # noqa: BLE001 - Pillow raises what it likes for a damaged file
        return None, 0
    whole.thumbnail((KEPT_BITMAP_SIDE, KEPT_BITMAP_SIDE))
    return np.array(whole), decoded


# --- COLR -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """A clip: the inside of a path under a matrix. ``box``: whether it is the rectangle of the path's bounds."""

    path: Path
    matrix: Matrix
    is_box: bool


class _Recorder:
    """What HarfBuzz paints of one glyph. ``em``: 1 / units per em."""

    def __init__(self, em: float, outline: Callable[[int], Path], text_color: RGB) -> None:
        self._em, self._outline, self._text_color = em, outline, text_color
        self._matrices: list[Matrix] = [IDENTITY]
        self._clips: list[_Shape] = []
        self._groups: list[list[DrawCommand]] = [[]]
        self._boxes: list[Bounds] = []
        self._weights = [0]  # of each group: its parts with their clips, as often as they are drawn
        self._parts = self._points = self._effort = 0
        self._follows_text = False

    def glyph(self) -> ColorGlyph:
        points = self._points + PART_POINTS * self._weights[0]
        if max(self._parts, self._weights[0]) > MAX_PARTS:
            points = MAX_POINTS + 1
        bounds = None
        if self._boxes:
            lefts, tops, rights, bottoms = zip(*self._boxes, strict=True)
            bounds = (min(lefts), min(tops), max(rights), max(bottoms))
        return ColorGlyph(tuple(self._groups[0]), bounds, self._follows_text, points, self._effort)

    # --- stacks ---

    def push_transform(self, xx: float, yx: float, xy: float, yy: float, dx: float, dy: float) -> None:
        matrix: Matrix = (xx, -yx, -xy, yy, dx * self._em, -dy * self._em)
        self._matrices.append(multiply(self._matrices[-1], matrix))

    def pop_transform(self) -> None:
        self._matrices.pop()

    def push_clip_glyph(self, glyph: int) -> None:
        self._clips.append(_Shape(self._outline(glyph), self._matrices[-1], False))

    def push_clip_rectangle(self, left: float, bottom: float, right: float, top: float) -> None:
        corners = (left * self._em, -top * self._em, right * self._em, -bottom * self._em)
        self._clips.append(_Shape(rectangle_path(*corners), self._matrices[-1], True))

    def pop_clip(self) -> None:
        self._clips.pop()

    def push_group(self) -> None:
        self._groups.append([])
        self._weights.append(0)

    def pop_group(self, mode: int) -> None:
        source = self._groups.pop()
        weight = self._weights.pop()
        self._weights[-1] += weight + 1
        if mode in DRAWN_TWICE:
            self._weights[-1] *= 2
        if self._weights[-1] > MAX_PARTS:
            self._parts = MAX_PARTS + 1
            return
        self._groups[-1] = composited(self._groups[-1], source, mode)

    # --- paints ---

    def color(self, color: Any, is_text_color: bool) -> None:
        paint = SolidPaint(self._rgba(color, is_text_color))
        self._fill(lambda path, matrix: command(FillSource(path, paint), matrix))

    def gradient(self, line: Any, made: Callable[[ColorLine], Gradient]) -> None:
        if self._parts > MAX_PARTS:
            return
        stops = [(float(s.offset), *self._rgba(s.color, s.is_foreground)) for s in line.color_stops]
        gradient = made(ColorLine(np.array(sorted(stops, key=lambda s: s[0]), np.float64), int(line.extend)))
        self._effort += SWEEP_POINTS if gradient.is_sweep else PART_POINTS + STOP_POINTS * len(stops)
        self._fill(lambda path, matrix: self._graded(path, matrix, gradient))

    def point(self, x: float, y: float) -> tuple[float, float]:
        return x * self._em, -y * self._em

    def length(self, length: float) -> float:
        return length * self._em

    def _rgba(self, color: Any, is_text_color: bool) -> tuple[float, float, float, float]:
        alpha = color.alpha / 255.0
        if is_text_color:
            self._follows_text = True
            return (*self._text_color, alpha)
        return (color.red / 255.0, color.green / 255.0, color.blue / 255.0, alpha)

    def _graded(self, path: Path, matrix: Matrix, gradient: Gradient) -> DrawCommand | None:
        """The path moves into the gradient's coordinates, where circles are round."""
        plane = self._matrices[-1]
        back = invert(plane)
        if back is None:
            return None
        moved = path.transformed(multiply(back, matrix))
        box = moved.bounds()
        if box is None or box[2] <= box[0] or box[3] <= box[1]:
            return None
        if gradient.is_sweep:
            swept = picture(sweep_picture(gradient, box, _SWEEP_SIDE))
            image = ImageSource(swept, box[2] - box[0], box[3] - box[1])
            place = multiply(plane, translation(box[0], box[1]))
            shape = command(FillSource(moved, SolidPaint((1.0, 1.0, 1.0, 1.0))), plane)
            return command(image, place, matte=Matte(MatteMode.ALPHA, (shape,)))
        paint = gradient_paint(gradient, box)
        return None if paint is None else command(FillSource(moved, paint), plane)

    def _fill(self, painted: Callable[[Path, Matrix], DrawCommand | None]) -> None:
        """Paints the inside of all clips."""
        self._parts += 1 + len(self._clips)
        if self._parts > MAX_PARTS:
            return
        shapes = [clip for clip in self._clips if not clip.is_box]
        boxes = [clip for clip in self._clips if clip.is_box]
        inner = shapes.pop() if shapes else boxes.pop() if boxes else _Shape(_EVERYWHERE, IDENTITY, True)
        own = inner.path.bounds()
        if own is None:
            return
        drawn = painted(inner.path, inner.matrix)
        if drawn is None:
            return
        extent = transformed_bounds(inner.matrix, own)
        if not all(map(math.isfinite, extent)):
            return
        entry = self._within(drawn, shapes, [box for box in boxes if not _holds(box, extent)])
        self._points += len(inner.path.points)
        self._weights[-1] += 1 + CLIP_PARTS * len(shapes)
        self._boxes.append(extent)
        self._groups[-1].append(entry)

    def _within(self, entry: DrawCommand, shapes: list[_Shape], boxes: list[_Shape]) -> DrawCommand:
        for shape in shapes:
            mask = command(FillSource(shape.path, SolidPaint((1.0, 1.0, 1.0, 1.0))), shape.matrix)
            entry = command(group_source([entry]), matte=Matte(MatteMode.ALPHA, (mask,)))
        clips = tuple(Clip(box, one.matrix) for one in boxes if (box := one.path.bounds()) is not None)
        return altered(entry, clips=clips) if clips else entry


def _holds(clip: _Shape, extent: Bounds) -> bool:
    """Whether a box, which may be turned, has all of an upright one in it."""
    back, box = invert(clip.matrix), clip.path.bounds()
    if back is None or box is None:
        return False
    left, top, right, bottom = transformed_bounds(back, extent)
    return box[0] <= left and box[1] <= top and box[2] >= right and box[3] >= bottom


@cache
def _paint_funcs() -> Any:
    """What HarfBuzz calls; the last argument is the recorder."""
    import uharfbuzz as hb

    funcs = hb.PaintFuncs()
    funcs.set_push_transform_func(lambda xx, yx, xy, yy, dx, dy, to: to.push_transform(xx, yx, xy, yy, dx, dy))
    funcs.set_pop_transform_func(lambda to: to.pop_transform())
    funcs.set_push_clip_glyph_func(lambda glyph, to: to.push_clip_glyph(glyph))
    funcs.set_push_clip_rectangle_func(lambda x0, y0, x1, y1, to: to.push_clip_rectangle(x0, y0, x1, y1))
    funcs.set_pop_clip_func(lambda to: to.pop_clip())
    funcs.set_push_group_func(lambda to: to.push_group())
    funcs.set_pop_group_func(lambda mode, to: to.pop_group(int(mode)))
    funcs.set_color_func(lambda color, is_text_color, to: to.color(color, is_text_color))
    funcs.set_linear_gradient_func(_linear)
    funcs.set_radial_gradient_func(_radial)
    funcs.set_sweep_gradient_func(_sweep)
    return funcs


def _linear(line: Any, *told: Any) -> None:
    x0, y0, x1, y1, x2, y2, to = told
    to.gradient(line, lambda stops: slanted(stops, to.point(x0, y0), to.point(x1, y1), to.point(x2, y2)))


def _radial(line: Any, *told: Any) -> None:
    x0, y0, r0, x1, y1, r1, to = told
    radii = (to.length(r0), to.length(r1))
    to.gradient(line, lambda stops: Gradient(stops, to.point(x0, y0), to.point(x1, y1), radii))


def _sweep(line: Any, *told: Any) -> None:
    x, y, first, last, to = told
    to.gradient(line, lambda stops: Gradient(stops, to.point(x, y), angles=(first, last)))
