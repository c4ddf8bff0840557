"""The box of a layer in its own coordinates, for what takes the layer's place."""

from __future__ import annotations

from typing import TypeVar

from velocity_engine.model.document import Document
from velocity_engine.model.geometry import (
    IDENTITY,
    Bounds,
    Matrix,
    multiply,
    rotation,
    scaling,
    skewing,
    transformed_bounds,
    translation,
)
from velocity_engine.model.layers import (
    Content,
    ImageContent,
    PluginContent,
    PrecompContent,
    ShapeContent,
    SolidContent,
    TextContent,
    VideoContent,
)
from velocity_engine.model.properties import Property, SplitPosition, Vector
from velocity_engine.model.shapes import Ellipse, Group, PathShape, Polystar, Rectangle, ShapeItem
from velocity_engine.model.text import Justify, TextDocument
from velocity_engine.model.transform import Transform

V = TypeVar("V")
LINE_HEIGHT = 1.2  # in sizes, where the document says nothing
ADVANCE = 0.55  # of a letter, in sizes: the mean of common Latin fonts
ASCENT = 0.8


def content_box(document: Document, content: Content) -> Bounds | None:
    """The box that a layer of ``content`` fills, or None where it has none (nulls, sounds, pictures of unknown size).

    Pictures, clips, solids and precomps: (0, 0, width, height). Shape layers: the bounds of their paths, rectangles,
    ellipses and stars at their first keyframes (at their last, where the first have no area), without strokes and
    modifiers. Texts: their box, or an estimate from size and length.
    """
    match content:
        case ImageContent(asset=identity) | VideoContent(asset=identity):
            asset = document.assets.get(identity)
            return None if asset is None else _sized(asset.width, asset.height)
        case SolidContent(width=width, height=height) | PrecompContent(width=width, height=height):
            return _sized(width, height)
        case PluginContent(left=left, top=top, width=width, height=height):
            return (left, top, left + width, top + height)
        case ShapeContent(items=items):
            return _real(_items_box(items, IDENTITY, 0)) or _real(_items_box(items, IDENTITY, -1))
        case TextContent(text=text):
            return _real(_text_box(text.document.value))
        case _:
            return None


def _sized(width: float, height: float) -> Bounds | None:
    return (0.0, 0.0, width, height) if width > 0.0 and height > 0.0 else None


def _real(box: Bounds | None) -> Bounds | None:
    return box if box is not None and box[2] > box[0] and box[3] > box[1] else None


def _items_box(items: tuple[ShapeItem, ...], outer: Matrix, at: int) -> Bounds | None:
    """The bounds of ``items`` at keyframe number ``at`` of each property."""
    whole: Bounds | None = None
    for item in items:
        if item.hidden:
            continue
        if isinstance(item, Group):
            box = _items_box(item.items, multiply(outer, _matrix(item.transform, at)), at)
        else:
            own = _shape_box(item, at)
            box = None if own is None else transformed_bounds(outer, own)
        if box is not None:
            whole = box if whole is None else _union(whole, box)
    return whole


def _union(one: Bounds, other: Bounds) -> Bounds:
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))


def _value(prop: Property[V], at: int) -> V:
    return prop.keyframes[at].value if prop.keyframes else prop.value


def _point(prop: Property[Vector] | SplitPosition, at: int) -> tuple[float, float]:
    if isinstance(prop, SplitPosition):
        return _value(prop.x, at)[0], _value(prop.y, at)[0]
    value = _value(prop, at)
    return value[0], value[1]


def _matrix(transform: Transform, at: int) -> Matrix:
    x, y = _point(transform.position, at)
    anchor_x, anchor_y = _point(transform.anchor, at)
    scale_x, scale_y = _point(transform.scale, at)
    matrix = multiply(translation(x, y), rotation(_value(transform.rotation, at)[0]))
    matrix = multiply(matrix, skewing(_value(transform.skew, at)[0], _value(transform.skew_axis, at)[0]))
    matrix = multiply(matrix, scaling(scale_x / 100.0, scale_y / 100.0))
    return multiply(matrix, translation(-anchor_x, -anchor_y))


def _shape_box(item: ShapeItem, at: int) -> Bounds | None:
    match item:
        case PathShape(path=path) if len(_value(path, at).vertices):
            value = _value(path, at)
            corners = [value.vertices, value.vertices + value.ins, value.vertices + value.outs]
            low = [min(float(points[:, axis].min()) for points in corners) for axis in (0, 1)]
            high = [max(float(points[:, axis].max()) for points in corners) for axis in (0, 1)]
            return (low[0], low[1], high[0], high[1])
        case Rectangle(position=position, size=size) | Ellipse(position=position, size=size):
            (x, y), (width, height) = _point(position, at), _point(size, at)
            return (x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0)
        case Polystar(position=position, outer_radius=outer, inner_radius=inner):
            x, y = _point(position, at)
            radius = max(abs(_value(outer, at)[0]), abs(_value(inner, at)[0]))
            return (x - radius, y - radius, x + radius, y + radius)
        case _:
            return None


def _text_box(text: TextDocument) -> Bounds | None:
    if text.box is not None:
        x, y, width, height = text.box
        return (x, y, x + width, y + height)
    lines = text.text.replace("\r", "\n").replace("\x03", "\n").split("\n")
    width = max(map(len, lines)) * text.size * (ADVANCE + text.tracking / 1000.0)
    line = text.line_height if text.line_height else text.size * LINE_HEIGHT
    left = {Justify.RIGHT: -width, Justify.CENTER: -width / 2.0}.get(text.justify, 0.0)
    top = -text.size * ASCENT - text.baseline_shift
    return (left, top, left + width, top + text.size * LINE_HEIGHT + (len(lines) - 1) * line)
