"""The read-only picture of a document that expressions see: named property groups, as After Effects has them.

The indices are those of After Effects' property groups, since expressions address properties by them too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from velocity_engine.model import shapes
from velocity_engine.model.document import Composition, Document
from velocity_engine.model.layers import (
    Effect,
    EffectParameter,
    Layer,
    PrecompContent,
    ShapeContent,
    SolidContent,
    TextContent,
)
from velocity_engine.model.properties import Bezier, Property, SplitPosition
from velocity_engine.model.text import TextDocument
from velocity_engine.model.transform import Transform

Node = dict[str, Any]

Expressed = Mapping[int, Sequence[Property[Any]]]
"""The properties of a layer that have expressions, by the layer's ``id``."""

_PLAIN = (int, float, str, type(None))  # bool is an int


class PictureMaker:
    """Numbers the properties it meets: ``numbers`` maps id(property) to the number that the runtime knows it by."""

    def __init__(self, document: Document, expressed: Expressed) -> None:
        self.document, self._expressed = document, expressed
        self.numbers: dict[int, int] = {}
        self.kept: list[Property[Any]] = []
        self.owners: list[str] = []

    def picture(self) -> dict[str, Any]:
        document = self.document
        compositions = {"": document.main, **document.compositions}
        return {
            "rate": document.frame_rate,
            "width": document.width,
            "height": document.height,
            "ip": document.in_point,
            "op": document.out_point,
            "markers": [{"name": m.name, "time": m.time, "duration": m.duration} for m in document.markers],
            "comps": {key: self._composition(key, value) for key, value in compositions.items()},
        }

    def _composition(self, key: str, composition: Composition) -> Node:
        name = composition.name or (self.document.name if key == "" else key)
        layers = [self._layer(layer, place) for place, layer in enumerate(composition.layers, 1)]
        return {"id": key, "name": name, "layers": layers}

    def _layer(self, layer: Layer, place: int) -> Node:
        content = layer.content
        sized = isinstance(content, PrecompContent | SolidContent)
        before = len(self.numbers)
        picture: Node = {
            "name": layer.name,
            "place": place,
            "index": layer.index,
            "parent": layer.parent,
            "ip": layer.in_point,
            "op": layer.out_point,
            "st": layer.start_time,
            "width": content.width if sized else self.document.width,  # type: ignore[union-attr]
            "height": content.height if sized else self.document.height,  # type: ignore[union-attr]
            "ref": content.composition if isinstance(content, PrecompContent) else None,
            "transform": self._transform(layer.transform, "Transform", "ADBE Transform Group"),
            "effects": {"n": "Effects", "c": [self._effect(e, i) for i, e in enumerate(layer.effects, 1)]},
            "contents": {"n": "Contents", "c": self._items(content.items) if isinstance(content, ShapeContent) else []},
            "masks": {"n": "Masks", "c": [self._mask(mask, i) for i, mask in enumerate(layer.masks, 1)]},
            "text": {"n": "Text", "c": self._text(content) if isinstance(content, TextContent) else []},
        }
        # What has no name of its own for expressions may still carry one.
        rest = [p for p in self._expressed[id(layer)] if id(p) not in self.numbers]
        picture["extra"] = [self._property(p, p.name or "property") for p in rest]
        self.owners += [layer.name] * (len(self.numbers) - before)
        return picture

    def _property(
        self, prop: Property[Any], name: str, match: str = "", index: int = 0, aliases: Sequence[str] = ()
    ) -> Node:
        number = self.numbers.setdefault(id(prop), len(self.kept))
        if number == len(self.kept):
            self.kept.append(prop)
        node: Node = {"id": number, "n": name, "m": match, "index": index, "v": _value(prop.value)}
        if aliases:
            node["a"] = list(aliases)
        if prop.keyframes:
            node["k"] = [_keyframe(key) for key in sorted(prop.keyframes, key=lambda k: k.time)]
        if prop.expression is not None:
            node["x"] = prop.expression
        return node

    def _position(self, position: Property[Any] | SplitPosition, index: int) -> list[Node]:
        if isinstance(position, Property):
            return [self._property(position, "Position", "ADBE Position", index)]
        nodes = [
            self._property(position.x, "X Position", "ADBE Position_0"),
            self._property(position.y, "Y Position", "ADBE Position_1"),
        ]
        if position.z is not None:
            nodes.append(self._property(position.z, "Z Position", "ADBE Position_2"))
        joint = self._property(Property((0.0, 0.0, 0.0)), "Position", "ADBE Position", index)
        joint["parts"] = [node["id"] for node in nodes]
        return [joint, *nodes]

    def _transform(self, transform: Transform, name: str, match: str, index: int = 0) -> Node:
        layer = match == "ADBE Transform Group"
        order = (1, 2, 6, 10, 11, 4, 5) if layer else (1, 2, 3, 6, 7, 4, 5)
        children = [
            self._property(transform.anchor, "Anchor Point", "ADBE Anchor Point", order[0], ("Anchor",)),
            *self._position(transform.position, order[1]),
            self._property(transform.scale, "Scale", "ADBE Scale", order[2]),
            self._property(transform.rotation, "Rotation", "ADBE Rotate Z", order[3], ("Z Rotation", "ADBE Rotation")),
            self._property(transform.opacity, "Opacity", "ADBE Opacity", order[4]),
            self._property(transform.skew, "Skew", "ADBE Skew", order[5]),
            self._property(transform.skew_axis, "Skew Axis", "ADBE Skew Axis", order[6]),
        ]
        return {"n": name, "m": match, "index": index, "c": children}

    def _effect(self, effect: Effect, index: int) -> Node:
        children = [self._parameter(p, i) for i, p in enumerate(effect.parameters, 1)]
        return {"n": effect.name, "m": effect.match_name, "index": index, "c": children}

    def _parameter(self, parameter: EffectParameter, index: int) -> Node:
        if parameter.value is None:
            children = [self._parameter(p, i) for i, p in enumerate(parameter.children, 1)]
            return {"n": parameter.name, "m": parameter.match_name, "index": index, "c": children}
        node = self._property(parameter.value, parameter.name, parameter.match_name, index)
        if parameter.type == _LAYER_CONTROL:
            node["l"] = True
        return node

    def _mask(self, mask: Any, index: int) -> Node:
        children = [
            self._property(mask.path, "Mask Path", "ADBE Mask Shape", 1, ("Path", "maskPath")),
            self._property(mask.opacity, "Mask Opacity", "ADBE Mask Opacity", 3, ("Opacity",)),
            self._property(mask.expansion, "Mask Expansion", "ADBE Mask Offset", 4, ("Expansion",)),
        ]
        return {"n": mask.name or f"Mask {index}", "index": index, "c": children}

    def _text(self, content: TextContent) -> list[Node]:
        return [self._property(content.text.document, "Source Text", "ADBE Text Document", 1)]

    # --- shapes ---

    def _items(self, items: Sequence[shapes.ShapeItem]) -> list[Node]:
        return [self._item(item, index) for index, item in enumerate(items, 1)]

    def _item(self, item: shapes.ShapeItem, index: int) -> Node:
        base: Node = {"n": item.name, "m": item.match_name, "index": index}
        if isinstance(item, shapes.Group):
            contents = {"n": "Contents", "m": "ADBE Vectors Group", "index": 2, "c": self._items(item.items)}
            base["c"] = [contents, self._transform(item.transform, "Transform", "ADBE Vector Transform Group", 3)]
            # A child can be asked of the group itself: content('Group 1').content('Path 1').
            return base
        base["c"] = list(self._fields(item))
        return base

    def _fields(self, item: shapes.ShapeItem) -> Iterator[Node]:
        for attribute, name, index in _FIELDS.get(type(item), ()):
            value = getattr(item, attribute)
            if isinstance(value, SplitPosition):
                yield from self._position(value, index)
            elif isinstance(value, Property):
                yield self._property(value, name, "", index, _ALIASES.get(name, ()))
        if getattr(item, "dashes", ()):
            yield self._dashes(item.dashes)  # type: ignore[attr-defined]
        transform = getattr(item, "transform", None)
        if isinstance(transform, Transform):
            yield self._transform(transform, "Transform", "ADBE Vector Repeater Transform", 4)

    def _dashes(self, dashes: Sequence[shapes.Dash]) -> Node:
        """As After Effects counts them: Dash, Gap, Dash 2, Gap 2, ..., Offset."""
        found: dict[str, int] = {}
        children = []
        for index, dash in enumerate(dashes, 1):
            number = found[dash.kind] = found.get(dash.kind, 0) + 1
            name = _DASH_NAMES.get(dash.kind, dash.kind)
            match = f"ADBE Vector Stroke {name} {number}" if dash.kind != "o" else "ADBE Vector Stroke Offset"
            children.append(self._property(dash.length, name if number == 1 else f"{name} {number}", match, index))
        return {"n": "Dashes", "m": "ADBE Vector Stroke Dashes", "index": 9, "c": children}


_DASH_NAMES = {"d": "Dash", "g": "Gap", "o": "Offset"}
_LAYER_CONTROL = 10
_ALIASES = {"Path": ("ADBE Vector Shape",), "Stroke Width": ("Width",)}
_FIELDS: dict[type[shapes.ShapeItem], tuple[tuple[str, str, int], ...]] = {
    shapes.PathShape: (("path", "Path", 2),),
    shapes.Ellipse: (("size", "Size", 2), ("position", "Position", 3)),
    shapes.Rectangle: (("size", "Size", 2), ("position", "Position", 3), ("roundness", "Roundness", 4)),
    shapes.Polystar: (
        ("points", "Points", 3),
        ("position", "Position", 4),
        ("rotation", "Rotation", 5),
        ("inner_radius", "Inner Radius", 6),
        ("outer_radius", "Outer Radius", 7),
        ("inner_roundness", "Inner Roundness", 8),
        ("outer_roundness", "Outer Roundness", 9),
    ),
    shapes.Fill: (("paint", "Color", 4), ("opacity", "Opacity", 5)),
    shapes.Stroke: (
        ("paint", "Color", 3),
        ("opacity", "Opacity", 4),
        ("width", "Stroke Width", 5),
        ("miter_limit", "Miter Limit", 8),
    ),
    shapes.Trim: (("start", "Start", 1), ("end", "End", 2), ("offset", "Offset", 3)),
    shapes.Repeater: (("copies", "Copies", 1), ("offset", "Offset", 2)),
    shapes.RoundCorners: (("radius", "Radius", 1),),
    shapes.ZigZag: (("amplitude", "Size", 1), ("frequency", "Ridges per segment", 2)),
    shapes.PuckerBloat: (("amount", "Amount", 1),),
    shapes.Twist: (("angle", "Angle", 1), ("center", "Center", 2)),
    shapes.OffsetPath: (("amount", "Amount", 1), ("miter_limit", "Miter Limit", 3)),
}  # fmt: skip


def with_expressions(document: Document) -> Expressed:
    """The properties of each layer that have expressions."""
    return {
        id(layer): tuple(prop for prop in properties_of(layer) if prop.expression is not None)
        for composition in (document.main, *document.compositions.values())
        for layer in composition.layers
    }


def properties_of(value: Any) -> Iterator[Property[Any]]:
    """Every property inside a model object, at any depth."""
    if isinstance(value, Property):
        yield value
        return
    if isinstance(value, tuple | list):
        within: Iterable[Any] = value
    elif isinstance(value, dict):
        within = value.values()
    else:
        kind = cast("Hashable", type(value))  # a class of any kind is one
        within = [getattr(value, name) for name in _fields_of(kind)]
    for entry in within:
        if not isinstance(entry, _PLAIN):
            yield from properties_of(entry)


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    """The names of the fields of a dataclass; none of what is the value of a property."""
    if not dataclasses.is_dataclass(kind) or issubclass(kind, Bezier | TextDocument):
        return ()
    return tuple(field.name for field in dataclasses.fields(kind))


def _value(value: Any) -> Any:
    if isinstance(value, Bezier):
        return {
            "vertices": value.vertices.tolist(),
            "ins": value.ins.tolist(),
            "outs": value.outs.tolist(),
            "closed": bool(value.closed),
        }
    if isinstance(value, TextDocument):
        return value.text
    return list(value)


def _keyframe(key: Any) -> Node:
    node: Node = {"t": key.time, "v": _value(key.value)}
    if key.end is not None:
        node["e"] = _value(key.end)
    if key.hold:
        node["h"] = 1
    if key.out is not None and key.into is not None:
        node["o"], node["i"] = [list(key.out.x), list(key.out.y)], [list(key.into.x), list(key.into.y)]
    if key.tangent_out is not None:
        node["to"] = list(key.tangent_out)
    if key.tangent_in is not None:
        node["ti"] = list(key.tangent_in)
    return node
