"""JSON to ``model.layers``. Lottie specification, section "Layers"."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from velocity_engine.model.document import MediaAsset
from velocity_engine.model.layers import (
    AudioContent,
    BlendMode,
    CameraContent,
    Content,
    ImageContent,
    Layer,
    Mask,
    MaskMode,
    MatteMode,
    NullContent,
    PrecompContent,
    ShapeContent,
    SolidContent,
    TextContent,
    UnknownContent,
    VideoContent,
)
from velocity_engine.model.properties import Property
from velocity_engine.parse.context import Context
from velocity_engine.parse.effects import effects, layer_styles
from velocity_engine.parse.properties import optional_vector, path_property, scalar, slotted
from velocity_engine.parse.shapes import CLOSED_ON_SHAPE_BEFORE, shape_items
from velocity_engine.parse.text import text_data
from velocity_engine.parse.transform import transform
from velocity_engine.parse.values import (
    Malformed,
    color,
    described,
    flag_of,
    integer_of,
    list_of,
    number_of,
    object_of,
    text_of,
)

VIDEO_SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts"})
GUIDE_TYPE = 11


@dataclass(slots=True)
class Known:
    """What layers fall back on and refer to: the document's size and end, its compositions and its media.

    ``assets`` gains an entry for every id that a layer names and the document lacks.
    """

    width: float
    height: float
    out_point: float
    compositions: frozenset[str]
    assets: dict[str, MediaAsset]


def layers(context: Context, raw: list[Any], pointer: str, composition: str, known: Known) -> tuple[Layer, ...]:
    """The layers of a composition named ``composition`` (``""`` for the main one), in the document's order."""
    found = []
    prefix = f"{composition}/" if composition else ""
    for index, entry in enumerate(raw):
        where = f"{pointer}/{index}"
        if not isinstance(entry, dict):
            context.report("document.malformed", f"{described(entry)} stands where a layer should", where)
            continue
        name = text_of(entry, "nm")
        context.begin_layer(f"{prefix}{name or f'layer {index + 1}'}")
        found.append(_layer(context, entry, where, name, known))
    context.layer = ""
    return tuple(found)


def _layer(context: Context, raw: dict[str, Any], pointer: str, name: str, known: Known) -> Layer:
    kind = integer_of(raw, "ty", -1)
    stretch = number_of(raw, "sr", 1.0)
    masked = raw.get("hasMask") is None or flag_of(raw, "hasMask")
    return Layer(
        content=_content(context, raw, kind, pointer, known),
        name=name,
        index=_reference(raw, "ind"),
        parent=_reference(raw, "parent"),
        transform=transform(context, object_of(raw, "ks"), f"{pointer}/ks"),
        in_point=number_of(raw, "ip", 0.0),
        out_point=number_of(raw, "op", known.out_point),
        start_time=number_of(raw, "st", 0.0),
        stretch=stretch if stretch != 0.0 else 1.0,
        hidden=flag_of(raw, "hd"),
        guide=kind == GUIDE_TYPE,
        blend_mode=_blend_mode(context, raw, pointer),
        matte=_matte(context, raw, pointer),
        matte_layer=_reference(raw, "tp"),
        is_matte=integer_of(raw, "td", 0) != 0,
        masks=_masks(context, list_of(raw, "masksProperties"), f"{pointer}/masksProperties") if masked else (),
        effects=effects(context, list_of(raw, "ef"), f"{pointer}/ef"),
        styles=layer_styles(context, list_of(raw, "sy"), f"{pointer}/sy"),
        three_d=flag_of(raw, "ddd"),
        auto_orient=flag_of(raw, "ao"),
        collapse=flag_of(raw, "ct"),
        motion_blur=flag_of(raw, "mb"),
        match_class=text_of(raw, "cl"),
        pointer=pointer,
    )


def _reference(raw: Mapping[str, Any], key: str) -> int | None:
    """A layer index; None where there is none."""
    value = number_of(raw, key, float("nan"))
    return int(value) if value == value else None


def _blend_mode(context: Context, raw: Mapping[str, Any], pointer: str) -> BlendMode:
    value = integer_of(raw, "bm", 0)
    if 0 <= value <= BlendMode.HARD_MIX.value:
        return BlendMode(value)
    context.report("blend.unknown", f"blend mode {value} is unknown", f"{pointer}/bm", "it is blended normally")
    return BlendMode.NORMAL


def _matte(context: Context, raw: Mapping[str, Any], pointer: str) -> MatteMode | None:
    value = integer_of(raw, "tt", 0)
    if 1 <= value <= 4:
        return MatteMode(value)
    if value:
        context.report("matte.unknown", f"matte mode {value} is unknown", f"{pointer}/tt", "no matte is applied")
    return None


def _masks(context: Context, raw: list[Any], pointer: str) -> tuple[Mask, ...]:
    found = []
    for entry, where in context.objects(raw, pointer, "a mask"):
        old = context.version < CLOSED_ON_SHAPE_BEFORE and "cl" in entry
        path = path_property(context, entry, "pt", where, flag_of(entry, "cl") if old else None)
        if path is None:
            continue
        found.append(
            Mask(
                mode=_mask_mode(context, entry, where),
                path=path,
                inverted=flag_of(entry, "inv"),
                opacity=scalar(context, entry, "o", 100.0, where, "maskOpacity"),
                expansion=scalar(context, entry, "x", 0.0, where, "maskExpansion"),
                feather=_feather(context, entry, where),
                name=text_of(entry, "nm"),
                pointer=where,
            )
        )
    return tuple(found)


def _mask_mode(context: Context, raw: Mapping[str, Any], pointer: str) -> MaskMode:
    given = raw.get("mode", "a")
    try:
        return MaskMode(given)
    except ValueError:
        what = f"mask mode {described(given)} is unknown"
        context.report("mask.mode", what, f"{pointer}/mode", "the mask is not applied")
        return MaskMode.NONE


def _feather(context: Context, raw: Mapping[str, Any], pointer: str) -> Property[tuple[float, ...]] | None:
    return optional_vector(context, raw, "f", pointer, "maskFeather")


# --- contents -------------------------------------------------------------------------------------------------------


def _content(context: Context, raw: dict[str, Any], kind: int, pointer: str, known: Known) -> Content:
    read = _CONTENTS.get(kind)
    return UnknownContent(type=kind, raw=raw) if read is None else read(context, raw, pointer, known)


def _precomp(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    composition = text_of(raw, "refId")
    if composition not in known.compositions:
        what = f'the layer shows composition "{composition}", which the document lacks'
        context.report("composition.missing", what, f"{pointer}/refId", "nothing is drawn", "error")
        return NullContent()
    return PrecompContent(
        composition=composition,
        width=number_of(raw, "w", known.width),
        height=number_of(raw, "h", known.height),
        time_remap=optional_vector(context, raw, "tm", pointer, "timeRemap"),
    )


def _solid(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    given, slot = raw.get("sc"), None
    if isinstance(given, dict):
        held, slot = slotted(context, given)
        given = held.get("k") if isinstance(held, dict) else held
    try:
        shade = color(given) if given is not None else (0.0, 0.0, 0.0)
    except Malformed as problem:
        context.report("document.malformed", f"the solid's colour: {problem}", f"{pointer}/sc", "it is drawn black")
        shade = (0.0, 0.0, 0.0)
    return SolidContent(
        width=number_of(raw, "sw", known.width),
        height=number_of(raw, "sh", known.height),
        color=Property(shade, slot=slot, pointer=f"{pointer}/sc", name="color"),
    )


def _media(context: Context, raw: Mapping[str, Any], pointer: str, known: Known) -> str:
    """The id of the layer's asset, which is noted as used; an unknown one gets an entry that says so."""
    asset = text_of(raw, "refId")
    if asset not in known.assets:
        why = f'the document has no asset "{asset[:200]}"'
        known.assets[asset] = MediaAsset(id=asset, missing=why, pointer=f"{pointer}/refId")
    context.used_by_layer(asset)
    return asset


def _image(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    asset = _media(context, raw, pointer, known)
    media = known.assets[asset].media
    suffix = posixpath.splitext(media.name or "")[1].lower() if media else ""
    if suffix in VIDEO_SUFFIXES:
        return VideoContent(asset=asset, level=_level(context, raw, pointer))
    return ImageContent(asset=asset)


def _video(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    remap = optional_vector(context, raw, "tm", pointer, "timeRemap")
    level = _level(context, raw, pointer)
    return VideoContent(asset=_media(context, raw, pointer, known), time_remap=remap, level=level)


def _level(context: Context, raw: Mapping[str, Any], pointer: str) -> Property[tuple[float, ...]] | None:
    return optional_vector(context, object_of(raw, "au"), "lv", f"{pointer}/au", "audioLevels")


def _audio(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    return AudioContent(
        asset=_media(context, raw, pointer, known),
        level=_level(context, raw, pointer),
        time_remap=optional_vector(context, raw, "tm", pointer, "timeRemap"),
    )


def _null(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    return NullContent()


def _shape(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    return ShapeContent(items=shape_items(context, list_of(raw, "shapes"), f"{pointer}/shapes"))


def _text(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    data = text_data(context, object_of(raw, "t"), f"{pointer}/t")
    if data is None:
        context.report("document.malformed", "a text layer has no text", f"{pointer}/t", "nothing is drawn")
        return NullContent()
    return TextContent(text=data)


def _camera(context: Context, raw: dict[str, Any], pointer: str, known: Known) -> Content:
    zoom = optional_vector(context, raw, "pe", pointer, "zoom")
    return CameraContent(perspective=zoom, two_nodes=object_of(raw, "ks").get("a") is not None)


_CONTENTS: dict[int, Callable[[Context, dict[str, Any], str, Known], Content]] = {
    0: _precomp,
    1: _solid,
    2: _image,
    3: _null,
    4: _shape,
    5: _text,
    6: _audio,
    9: _video,
    GUIDE_TYPE: _null,
    13: _camera,
}
