"""JSON to ``model.text``: text layers, fonts, glyphs.

Lottie specification, sections "Text Layer", "Font", "Character Data".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from velocity_engine.model.properties import Keyframe, Property, Vector
from velocity_engine.model.text import (
    Animator,
    BoxFit,
    Caps,
    ExpressionSelector,
    Font,
    Glyph,
    Justify,
    RangeSelector,
    Resize,
    Selector,
    TextData,
    TextDocument,
    TextPathOptions,
    TextStyle,
    VerticalAlign,
    WigglySelector,
)
from velocity_engine.parse.assets import data_uri
from velocity_engine.parse.context import Context
from velocity_engine.parse.properties import optional_vector, slotted
from velocity_engine.parse.shapes import shape_items
from velocity_engine.parse.transform import transform
from velocity_engine.parse.values import (
    Malformed,
    color,
    described,
    flag_of,
    integer_of,
    list_of,
    number,
    number_of,
    numbers,
    object_of,
    text_of,
)

RELATIVE_GLYPHS_SINCE = (4, 8, 0)
EXPRESSION_SELECTOR = "expressionSelector"  # the name that tells the interpreter what the expression may ask for


def text_data(context: Context, raw: Mapping[str, Any], pointer: str) -> TextData | None:
    """``t`` of a text layer; None where it says no text at all."""
    document = _text_property(context, raw.get("d"), f"{pointer}/d")
    if document is None:
        return None
    more = object_of(raw, "m")
    return TextData(
        document=document,
        animators=_animators(context, list_of(raw, "a"), f"{pointer}/a"),
        path=_path_options(context, object_of(raw, "p"), f"{pointer}/p"),
        anchor_grouping=integer_of(more, "g", 1),
        grouping_alignment=optional_vector(context, more, "a", f"{pointer}/m", "groupingAlignment"),
    )


# --- the text itself ------------------------------------------------------------------------------------------------


def _text_property(context: Context, raw: Any, pointer: str) -> Property[TextDocument] | None:
    if not isinstance(raw, dict):
        return None
    expression = raw.get("x") if isinstance(raw.get("x"), str) else None
    held, slot = slotted(context, raw)
    k = held.get("k", held) if isinstance(held, dict) else held
    entries = [{"t": 0, "s": k}] if isinstance(k, dict) else k
    entries = entries if isinstance(entries, list) else []
    context.count_keyframes(len(entries), pointer)
    frames: list[Keyframe[TextDocument]] = []
    for index, entry in enumerate(entries):
        where = f"{pointer}/k/{index}"
        try:
            if not isinstance(entry, dict) or not isinstance(entry.get("s"), dict):
                raise Malformed(f"{described(entry)} stands where a text should")
            frames.append(
                Keyframe(number(entry.get("t", 0.0)), text_document(context, entry["s"], f"{where}/s"), hold=True)
            )
        except Malformed as problem:
            context.report("document.malformed", f"a text cannot be read: {problem}", where)
    if not frames:
        return None
    frames.sort(key=lambda frame: frame.time)
    moving = tuple(frames) if len(frames) > 1 else ()
    return Property(frames[0].value, moving, expression, slot, pointer, "sourceText")


def text_document(context: Context, raw: Mapping[str, Any], pointer: str) -> TextDocument:
    """One text with its style. Malformed where its size, line height or box is none."""
    line_height, box = raw.get("lh"), _box(raw)
    return TextDocument(
        text=text_of(raw, "t"),
        font=text_of(raw, "f"),
        size=max(0.0, number(raw.get("s", 0.0))),
        fill=_color(context, raw, "fc", pointer),
        stroke=_color(context, raw, "sc", pointer),
        stroke_width=number_of(raw, "sw", 0.0),
        stroke_over_fill=flag_of(raw, "of"),
        line_height=None if line_height is None else number(line_height),
        tracking=number_of(raw, "tr", 0.0),
        baseline_shift=number_of(raw, "ls", 0.0),
        justify=_justify(raw),
        caps=_caps(raw),
        box=box,
        box_fit=_box_fit(raw) if box is not None else None,
    )


def _color(context: Context, raw: Mapping[str, Any], key: str, pointer: str) -> Vector | None:
    """A colour, also as a property that stands still (a slot); one that cannot be read is black."""
    given = raw.get(key)
    if isinstance(given, dict):
        held, _ = slotted(context, given)
        given = held.get("k") if isinstance(held, dict) else held
    if given is None or given == []:
        return None
    try:
        return color(given)
    except Malformed as problem:
        context.report("document.malformed", f"a text's colour: {problem}", f"{pointer}/{key}", "it is drawn black")
        return (0.0, 0.0, 0.0)


def _justify(raw: Mapping[str, Any]) -> Justify:
    value = integer_of(raw, "j", 0)
    return Justify(value) if 0 <= value <= 6 else Justify.LEFT


def _caps(raw: Mapping[str, Any]) -> Caps:
    value = integer_of(raw, "ca", 0)
    return Caps(value) if 0 <= value <= 2 else Caps.NORMAL


def _box_fit(raw: Mapping[str, Any]) -> BoxFit | None:
    """Skottie's own fields, as its ``TextValue.cpp`` reads them: ``rs`` (once ``sk_rs``) 1 to any size and 2 to a
    smaller one, between ``mf`` and ``xf``, in at most ``xl`` lines; ``vj`` (once ``sk_vj``, whose 3 and 4 also stand
    for 1 and 2 of ``rs``) is where the lines stand; ``m`` 0 says that they do not wrap."""
    resize = min(max(integer_of(raw, "rs", 0), integer_of(raw, "sk_rs", 0), 0), 2)
    align, older = integer_of(raw, "vj", -1), integer_of(raw, "sk_vj", -1)
    if align < 0 and 0 <= older <= 4:
        resize = older - 2 if older > 2 else resize
        align = min(older, 1) if older > 2 else older
    found = BoxFit(
        resize=Resize(resize),
        align=VerticalAlign(align) if 0 <= align <= 5 else None,
        min_size=max(number_of(raw, "mf", 0.0), 0.0),
        max_size=number_of(raw, "xf", math.inf),
        max_lines=max(integer_of(raw, "xl", 0), 0),
        wraps=integer_of(raw, "m", 1) != 0,
    )
    plain = found.resize is Resize.NONE and found.align is None and found.wraps
    return None if plain else found


def _box(raw: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    if raw.get("sz") is None:
        return None
    size = numbers(raw["sz"])
    corner = numbers(raw["ps"]) if raw.get("ps") is not None else (0.0, 0.0)
    if len(size) < 2 or len(corner) < 2:
        raise Malformed("a text box has no width and height, or no x and y")
    return (corner[0], corner[1], size[0], size[1])


# --- animators ------------------------------------------------------------------------------------------------------


def _animators(context: Context, raw: list[Any], pointer: str) -> tuple[Animator, ...]:
    animators = []
    for entry, where in context.objects(raw, pointer, "an animator"):
        animators.append(
            Animator(
                name=text_of(entry, "nm"),
                selectors=tuple(_selectors(context, entry.get("s"), f"{where}/s")),
                style=_style(context, object_of(entry, "a"), f"{where}/a"),
            )
        )
    return tuple(animators)


def _selectors(context: Context, raw: Any, pointer: str) -> Iterator[Selector]:
    """One selector, or an array of several (``s`` of an animator); ``t`` says of which kind."""
    several = [(one, f"{pointer}/{index}") for index, one in enumerate(raw)] if isinstance(raw, list) else None
    for one, where in several or [(raw, pointer)]:
        if isinstance(one, dict):
            read = {1: _expression_selector, 2: _wiggly_selector}.get(integer_of(one, "t", 0), _range_selector)
            yield read(context, one, where)


def _expression_selector(context: Context, raw: Mapping[str, Any], pointer: str) -> Selector:
    expression = raw.get("x")
    if not isinstance(expression, str):
        message = "an expression selector has no expression"
        context.report("text.expression_selector", message, pointer, "it leaves what the others select")
        expression = None
    amount: Property[Vector] = Property((100.0,), expression=expression, pointer=pointer, name=EXPRESSION_SELECTOR)
    return ExpressionSelector(amount=amount, based_on=integer_of(raw, "b", 1))


def _reader(context: Context, raw: Mapping[str, Any], pointer: str) -> Callable[[str, str], Property[Vector] | None]:
    """Reads what may be animated in an entry, by its key and name."""
    return lambda key, name: optional_vector(context, raw, key, pointer, name)


def _wiggly_selector(context: Context, raw: Mapping[str, Any], pointer: str) -> Selector:
    """Bodymovin leaves wiggly selectors out, and the specification knows none: the keys are of Velocity's own."""

    read = _reader(context, raw, pointer)
    return WigglySelector(
        max_amount=read("mx", "maxAmount"),
        min_amount=read("mn", "minAmount"),
        frequency=read("wf", "wigglesPerSecond"),
        correlation=read("co", "correlation"),
        temporal_phase=read("tp", "temporalPhase"),
        spatial_phase=read("sp", "spatialPhase"),
        based_on=integer_of(raw, "b", 1),
        mode=integer_of(raw, "m", 3),
        lock_dimensions=flag_of(raw, "ld"),
        seed=integer_of(raw, "rs", 0),
    )


def _range_selector(context: Context, raw: Mapping[str, Any], pointer: str) -> Selector:
    read = _reader(context, raw, pointer)
    return RangeSelector(
        start=read("s", "start"),
        end=read("e", "end"),
        offset=read("o", "offset"),
        amount=read("a", "amount"),
        max_ease=read("xe", "easeHigh"),
        min_ease=read("ne", "easeLow"),
        smoothness=read("sm", "smoothness"),
        units=integer_of(raw, "r", 1),
        based_on=integer_of(raw, "b", 1),
        shape=integer_of(raw, "sh", 1),
        mode=integer_of(raw, "m", 1),
        randomize=flag_of(raw, "rn"),
    )


def _style(context: Context, raw: Mapping[str, Any], pointer: str) -> TextStyle:
    read = _reader(context, raw, pointer)
    return TextStyle(
        position=read("p", "position"),
        anchor=read("a", "anchorPoint"),
        scale=read("s", "scale"),
        rotation=read("r" if "r" in raw else "rz", "rotation"),
        rotation_x=read("rx", "xRotation"),
        rotation_y=read("ry", "yRotation"),
        skew=read("sk", "skew"),
        skew_axis=read("sa", "skewAxis"),
        opacity=read("o", "opacity"),
        fill=read("fc", "fillColor"),
        fill_hue=read("fh", "fillHue"),
        fill_saturation=read("fs", "fillSaturation"),
        fill_brightness=read("fb", "fillBrightness"),
        fill_opacity=read("fo", "fillOpacity"),
        stroke=read("sc", "strokeColor"),
        stroke_width=read("sw", "strokeWidth"),
        stroke_opacity=read("so", "strokeOpacity"),
        tracking=read("t", "tracking"),
        line_spacing=read("ls", "lineSpacing"),
        line_anchor=read("la", "lineAnchor"),
        blur=read("bl", "blur"),
        character_offset=read("co", "characterOffset"),
        character_value=read("cv", "characterValue"),
    )


def _path_options(context: Context, raw: Mapping[str, Any], pointer: str) -> TextPathOptions | None:
    if raw.get("m") is None:
        return None
    mask = integer_of(raw, "m", -1)
    if mask < 0:
        return None

    read = _reader(context, raw, pointer)
    return TextPathOptions(
        mask=mask,
        first_margin=read("f", "firstMargin"),
        last_margin=read("l", "lastMargin"),
        reversed=read("r", "reversedPath"),
        perpendicular=read("p", "perpendicularToPath"),
        force_alignment=read("a", "forceAlignment"),
    )


# --- fonts and glyphs -----------------------------------------------------------------------------------------------


def fonts(context: Context, raw: Mapping[str, Any]) -> tuple[Font, ...]:
    """``fonts.list``. A font embedded as a ``data:`` URI is decoded; a URL is never fetched."""
    found = []
    for index, entry in enumerate(list_of(raw, "list")):
        where = f"/fonts/list/{index}"
        if not isinstance(entry, dict):
            context.report("document.malformed", f"{described(entry)} stands where a font should", where)
            continue
        path, data = text_of(entry, "fPath"), None
        if path.startswith("data:"):
            try:
                path, data = "", data_uri(path)
            except Malformed as problem:
                context.report("font.embedded", f"an embedded font cannot be read: {problem}", where, "another is used")
                path = ""
        found.append(
            Font(
                name=text_of(entry, "fName"),
                family=text_of(entry, "fFamily"),
                style=text_of(entry, "fStyle"),
                ascent=number_of(entry, "ascent", 0.0),
                path=path,
                weight=text_of(entry, "fWeight"),
                data=data,
            )
        )
    return tuple(found)


def _outline(context: Context, data: Mapping[str, Any]) -> list[Any]:
    shapes = list_of(data, "shapes")[:1]
    if context.version >= RELATIVE_GLYPHS_SINCE or not shapes or not isinstance(shapes[0], dict):
        return shapes
    items = [_with_relative_tangents(item) for item in list_of(shapes[0], "it")]
    return [{**shapes[0], "it": items}]


def _with_relative_tangents(item: Any) -> Any:
    """A path item whose tangents are positions (as glyphs before Bodymovin 4.8 have them) in the usual form."""
    path = object_of(object_of(item, "ks"), "k") if isinstance(item, dict) else {}
    vertices = list_of(path, "v")
    try:
        relative = {
            side: [[point[0] - at[0], point[1] - at[1]] for point, at in zip(path[side], vertices, strict=True)]
            for side in ("i", "o")
        }
    except (KeyError, TypeError, ValueError, IndexError):
        return item
    return {**item, "ks": {**item["ks"], "k": {**path, **relative}}}


def glyphs(context: Context, raw: list[Any]) -> tuple[Glyph, ...]:
    """``chars``: outlines, or (``t`` 1) precomps that stand for characters.

    An outline is the first group of its shapes; what some exporters put behind it belongs to no character.
    """
    found = []
    for index, entry in enumerate(raw):
        where = f"/chars/{index}"
        if not isinstance(entry, dict):
            context.report("document.malformed", f"{described(entry)} stands where a glyph should", where)
            continue
        data = object_of(entry, "data")
        precomp = text_of(data, "refId") if "refId" in data and "shapes" not in data else ""
        found.append(
            Glyph(
                character=text_of(entry, "ch"),
                family=text_of(entry, "fFamily"),
                style=text_of(entry, "style"),
                size=number_of(entry, "size", 0.0),
                width=number_of(entry, "w", 0.0),
                shapes=shape_items(context, _outline(context, data), f"{where}/data/shapes"),
                precomp=precomp or None,
                transform=transform(context, object_of(data, "ks"), f"{where}/data/ks"),
                in_point=number_of(data, "ip", -math.inf),
                out_point=number_of(data, "op", math.inf),
                start_time=number_of(data, "st", 0.0),
                stretch=number_of(data, "sr", 1.0) or 1.0,
            )
        )
    return tuple(found)
