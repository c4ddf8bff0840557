"""JSON to ``model.shapes``. Lottie specification, section "Shapes"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypedDict, TypeVar

from velocity_engine.model.shapes import (
    Cap,
    Dash,
    Ellipse,
    Fill,
    FillRule,
    Gradient,
    GradientKind,
    Group,
    Join,
    Merge,
    MergeMode,
    OffsetPath,
    PathShape,
    Polystar,
    PuckerBloat,
    Rectangle,
    Repeater,
    RoundCorners,
    ShapeItem,
    StarKind,
    Stroke,
    Trim,
    TrimMode,
    Twist,
    ZigZag,
)
from velocity_engine.model.transform import Transform
from velocity_engine.parse.context import Context
from velocity_engine.parse.properties import color_property, gradient_stops, path_property, position, scalar, vector
from velocity_engine.parse.transform import transform
from velocity_engine.parse.values import described, flag_of, integer_of, list_of, number_of, object_of, text_of

MAX_GROUP_DEPTH = 100
CLOSED_ON_SHAPE_BEFORE = (4, 4, 18)
E_ = TypeVar("E_", bound=Enum)


class _Common(TypedDict):
    name: str
    match_name: str
    hidden: bool
    pointer: str
    blend_mode: int


def shape_items(context: Context, raw: list[Any], pointer: str, depth: int = 0) -> tuple[ShapeItem, ...]:
    """The items of a shape layer or group, in the document's order, without its transform."""
    context.count_shape_items(len(raw), pointer)
    items = []
    for entry, where in context.objects(raw, pointer, "a shape"):
        item = _item(context, entry, where, depth)
        if item is not None:
            items.append(item)
    return tuple(items)


def _item(context: Context, raw: dict[str, Any], pointer: str, depth: int) -> ShapeItem | None:
    kind = raw.get("ty")
    if kind == "gr":
        return _group(context, raw, pointer, depth)
    if kind in ("tr", "no"):
        return None
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        name = text_of(raw, "nm") or "unnamed"
        feature = f"shape.{kind}" if isinstance(kind, str) else "shape.unknown"
        context.report(feature[:60], f"shape type {described(kind)} ({name}) is not supported", pointer)
        return None
    return read(context, raw, pointer, _common(raw, pointer))


def _common(raw: Mapping[str, Any], pointer: str) -> _Common:
    return _Common(
        name=text_of(raw, "nm"),
        match_name=text_of(raw, "mn"),
        hidden=flag_of(raw, "hd"),
        pointer=pointer,
        blend_mode=integer_of(raw, "bm", 0),
    )


def _group(context: Context, raw: dict[str, Any], pointer: str, depth: int) -> Group | None:
    if depth >= MAX_GROUP_DEPTH:
        what = f"groups are nested more than {MAX_GROUP_DEPTH} deep"
        context.report("shape.depth", what, pointer, "the groups within are left out")
        return None
    entries = list_of(raw, "it")
    own = Transform()
    for index, entry in enumerate(entries):
        if isinstance(entry, dict) and entry.get("ty") == "tr":
            own = transform(context, entry, f"{pointer}/it/{index}")
    items = shape_items(context, entries, f"{pointer}/it", depth + 1)
    return Group(**_common(raw, pointer), items=items, transform=own)


_WORDS = {
    "sy": "kind of star",
    "t": "kind of gradient",
    "r": "fill rule",
    "lc": "line cap",
    "lj": "line join",
    "m": "trim mode",
    "mm": "merge mode",
}


def _choice(context: Context, raw: Mapping[str, Any], key: str, choices: type[E_], default: E_, pointer: str) -> E_:
    """The member of ``choices`` that ``raw[key]`` names by number."""
    if raw.get(key) is None:
        return default
    value = integer_of(raw, key, -1)
    try:
        return choices(value)
    except ValueError:
        what = f"the {_WORDS[key]} ({key}) {described(raw[key])} is unknown"
        context.report("document.malformed", what, f"{pointer}/{key}", f"{default.name.lower()} is used")
        return default


def _reversed(raw: Mapping[str, Any]) -> bool:
    return integer_of(raw, "d", 1) == 3


def _path(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> PathShape | None:
    old = context.version < CLOSED_ON_SHAPE_BEFORE and "closed" in raw
    closed = flag_of(raw, "closed") if old else None
    path = path_property(context, raw, "ks", pointer, closed)
    return None if path is None else PathShape(**common, path=path, reversed=_reversed(raw))


def _ellipse(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Ellipse:
    return Ellipse(
        **common,
        position=position(context, raw, "p", (0.0, 0.0), pointer),
        size=vector(context, raw, "s", (0.0, 0.0), pointer, "size"),
        reversed=_reversed(raw),
    )


def _rectangle(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Rectangle:
    return Rectangle(
        **common,
        position=position(context, raw, "p", (0.0, 0.0), pointer),
        size=vector(context, raw, "s", (0.0, 0.0), pointer, "size"),
        roundness=scalar(context, raw, "r", 0.0, pointer, "roundness"),
        reversed=_reversed(raw),
    )


def _polystar(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Polystar:
    return Polystar(
        **common,
        kind=_choice(context, raw, "sy", StarKind, StarKind.STAR, pointer),
        position=position(context, raw, "p", (0.0, 0.0), pointer),
        points=scalar(context, raw, "pt", 5.0, pointer, "points"),
        rotation=scalar(context, raw, "r", 0.0, pointer, "rotation"),
        outer_radius=scalar(context, raw, "or", 0.0, pointer, "outerRadius"),
        outer_roundness=scalar(context, raw, "os", 0.0, pointer, "outerRoundness"),
        inner_radius=scalar(context, raw, "ir", 0.0, pointer, "innerRadius"),
        inner_roundness=scalar(context, raw, "is", 0.0, pointer, "innerRoundness"),
        reversed=_reversed(raw),
    )


def gradient(context: Context, raw: Mapping[str, Any], pointer: str) -> Gradient:
    """``g``, ``s``, ``e``, ``t``, ``h``, ``a`` of a gradient fill or stroke."""
    return Gradient(
        kind=_choice(context, raw, "t", GradientKind, GradientKind.LINEAR, pointer),
        colors=gradient_stops(context, raw, "g", pointer),
        start=position(context, raw, "s", (0.0, 0.0), pointer, "startPoint"),
        end=position(context, raw, "e", (0.0, 0.0), pointer, "endPoint"),
        highlight_length=scalar(context, raw, "h", 0.0, pointer, "highlightLength"),
        highlight_angle=scalar(context, raw, "a", 0.0, pointer, "highlightAngle"),
    )


def _fill(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Fill:
    plain = raw.get("ty") == "fl"
    return Fill(
        **common,
        paint=color_property(context, raw, "c", pointer) if plain else gradient(context, raw, pointer),
        opacity=scalar(context, raw, "o", 100.0, pointer, "opacity"),
        rule=_choice(context, raw, "r", FillRule, FillRule.NON_ZERO, pointer),
    )


def _stroke(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Stroke:
    plain = raw.get("ty") == "st"
    return Stroke(
        **common,
        paint=color_property(context, raw, "c", pointer) if plain else gradient(context, raw, pointer),
        width=scalar(context, raw, "w", 0.0, pointer, "strokeWidth"),
        opacity=scalar(context, raw, "o", 100.0, pointer, "opacity"),
        cap=_choice(context, raw, "lc", Cap, Cap.ROUND, pointer),
        join=_choice(context, raw, "lj", Join, Join.ROUND, pointer),
        miter_limit=scalar(context, raw, "ml2" if raw.get("ml2") is not None else "ml", 4.0, pointer, "miterLimit"),
        dashes=_dashes(context, list_of(raw, "d"), f"{pointer}/d"),
    )


def _dashes(context: Context, raw: list[Any], pointer: str) -> tuple[Dash, ...]:
    dashes = []
    for index, entry in enumerate(raw):
        if isinstance(entry, dict) and entry.get("n") in ("d", "g", "o"):
            dashes.append(Dash(kind=entry["n"], length=scalar(context, entry, "v", 0.0, f"{pointer}/{index}", "dash")))
        else:
            context.report("document.malformed", f"{described(entry)} is no dash, gap or offset", f"{pointer}/{index}")
    return tuple(dashes)


def _trim(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Trim:
    return Trim(
        **common,
        start=scalar(context, raw, "s", 0.0, pointer, "start"),
        end=scalar(context, raw, "e", 100.0, pointer, "end"),
        offset=scalar(context, raw, "o", 0.0, pointer, "offset"),
        mode=_choice(context, raw, "m", TrimMode, TrimMode.SIMULTANEOUSLY, pointer),
    )


def _merge(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Merge:
    return Merge(**common, mode=_choice(context, raw, "mm", MergeMode, MergeMode.NORMAL, pointer))


def _repeater(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Repeater:
    return Repeater(
        **common,
        copies=scalar(context, raw, "c", 0.0, pointer, "copies"),
        offset=scalar(context, raw, "o", 0.0, pointer, "offset"),
        transform=transform(context, object_of(raw, "tr"), f"{pointer}/tr"),
        above=number_of(raw, "m", 1.0) == 2.0,
    )


def _round_corners(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> RoundCorners:
    return RoundCorners(**common, radius=scalar(context, raw, "r", 0.0, pointer, "radius"))


def _zig_zag(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> ZigZag:
    points = scalar(context, raw, "pt", 1.0, pointer, "points")
    return ZigZag(
        **common,
        amplitude=scalar(context, raw, "s", 0.0, pointer, "size"),
        frequency=scalar(context, raw, "r", 0.0, pointer, "ridges"),
        smooth=points.value[0] == 2.0,
    )


def _pucker_bloat(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> PuckerBloat:
    return PuckerBloat(**common, amount=scalar(context, raw, "a", 0.0, pointer, "amount"))


def _twist(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> Twist:
    return Twist(
        **common,
        angle=scalar(context, raw, "a", 0.0, pointer, "angle"),
        center=vector(context, raw, "c", (0.0, 0.0), pointer, "center"),
    )


def _offset_path(context: Context, raw: dict[str, Any], pointer: str, common: _Common) -> OffsetPath:
    return OffsetPath(
        **common,
        amount=scalar(context, raw, "a", 0.0, pointer, "amount"),
        join=_choice(context, raw, "lj", Join, Join.MITER, pointer),
        miter_limit=scalar(context, raw, "ml", 4.0, pointer, "miterLimit"),
    )


_READERS: dict[str, Callable[[Context, dict[str, Any], str, _Common], ShapeItem | None]] = {
    "sh": _path,
    "el": _ellipse,
    "rc": _rectangle,
    "sr": _polystar,
    "fl": _fill,
    "gf": _fill,
    "st": _stroke,
    "gs": _stroke,
    "tm": _trim,
    "mm": _merge,
    "rp": _repeater,
    "rd": _round_corners,
    "zz": _zig_zag,
    "pb": _pucker_bloat,
    "tw": _twist,
    "op": _offset_path,
}
