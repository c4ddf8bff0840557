"""JSON to ``Document``. Lottie specification, section "Animation"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from velocity_engine.errors import DocumentError, Finding, Place, VelocityError
from velocity_engine.model.document import Composition, Document, Marker, MediaAsset
from velocity_engine.model.regions import region_faults
from velocity_engine.parse.assets import media_asset
from velocity_engine.parse.context import Context, version_of
from velocity_engine.parse.graph import MAX_LAYERS, checked_compositions, checked_glyphs, checked_layers
from velocity_engine.parse.json_text import json_value
from velocity_engine.parse.layers import Known, layers
from velocity_engine.parse.text import fonts, glyphs
from velocity_engine.parse.values import (
    Malformed,
    described,
    flag_of,
    hex_color,
    list_of,
    number,
    number_of,
    object_of,
    text_of,
)

if TYPE_CHECKING:
    from velocity_engine.package.package import Package

MAX_SIDE = 16_384
MIN_FRAME_RATE, MAX_FRAME_RATE = 0.01, 1000.0
NO_LENGTH = "the length of its videos cannot be chosen"
MAX_FRAMES = 100_000_000
REGION_WORD = re.compile(r"(?<![^\s\"'{,:])velocity:\s*([^\s\"',}]+)", re.IGNORECASE)


def parse_document(
    data: bytes, *, file: str, package: Package | None, slots: Mapping[str, Any] | None = None
) -> Document:
    """The typed document of a Lottie JSON text. ``file`` names it in messages, its assets are looked up in ``package``.

    ``slots`` (slot id to JSON value or property) takes the place of the document's own slot values.
    DocumentError says what makes the whole unusable; whatever concerns one layer or property becomes a ``Finding``.
    """
    raw = json_value(data, file)
    if not isinstance(raw, dict):
        hint = "A Lottie document is an object with layers, w, h, fr, op"
        raise _bad(file, "", f"the document is {described(raw)}", hint)
    try:
        return _document(raw, file, package, slots or {})
    except VelocityError:
        raise
    except RecursionError:
        raise _bad(file, "", "the document is nested too deep", "Flatten its groups") from None


def _bad(file: str, pointer: str, message: str, hint: str) -> DocumentError:
    return DocumentError(message, place=Place(file=file or None, pointer=pointer or None), hint=hint)


def _document(raw: dict[str, Any], file: str, package: Package | None, slots: Mapping[str, Any]) -> Document:
    width, height = _side(raw, "w", file), _side(raw, "h", file)
    frame_rate = _frame_rate(raw, file)
    in_point, out_point = _frames(raw, file)
    if not isinstance(raw.get("layers"), list):
        what = f"layers is {described(raw.get('layers'))}"
        raise _bad(file, "/layers", what, "A Lottie document has an array of layers")
    own_slots = {key: _slot_value(held) for key, held in object_of(raw, "slots").items()}
    context = Context(file=file, version=version_of(raw.get("v")), package=package, slots={**own_slots, **slots})
    main, compositions, assets = _compositions(context, raw, (width, height, out_point))
    document = Document(
        width=width,
        height=height,
        frame_rate=frame_rate,
        in_point=in_point,
        out_point=out_point,
        main=main,
        name=text_of(raw, "nm"),
        version=text_of(raw, "v"),
        compositions=compositions,
        assets=assets,
        fonts=fonts(context, object_of(raw, "fonts")),
        glyphs=checked_glyphs(context, glyphs(context, list_of(raw, "chars")), compositions),
        markers=_markers(list_of(raw, "markers")),
        slots={**context.used_slots, **context.slots},
        background=_background(raw),
        findings=context.all_findings(),
        file=file,
    )
    faults = (f"{one.message}. {one.hint}" for one in region_faults(document))
    found = tuple(Finding("marker.region", what, Place(file=file or None), NO_LENGTH) for what in faults)
    return replace(document, findings=(*document.findings, *found)) if found else document


# --- the document's own fields --------------------------------------------------------------------------------------


def _required(raw: Mapping[str, Any], key: str, meaning: str, file: str) -> float:
    if raw.get(key) is None:
        raise _bad(file, f"/{key}", f"the document has no {key} ({meaning})", "Is it a Lottie document?")
    try:
        return number(raw[key])
    except Malformed:
        what = f"{key} ({meaning}) is {described(raw[key])}"
        raise _bad(file, f"/{key}", what, "It must be a number") from None


def _side(raw: Mapping[str, Any], key: str, file: str) -> int:
    meaning = "width" if key == "w" else "height"
    value = _required(raw, key, meaning, file)
    if not 1 <= round(value) <= MAX_SIDE:
        raise _bad(file, f"/{key}", f"{key} ({meaning}) is {value:g}", f"It must be from 1 to {MAX_SIDE} pixels")
    return round(value)


def _frame_rate(raw: Mapping[str, Any], file: str) -> float:
    value = _required(raw, "fr", "frame rate", file)
    if not MIN_FRAME_RATE <= value <= MAX_FRAME_RATE:
        hint = f"It must be from {MIN_FRAME_RATE:g} to {MAX_FRAME_RATE:g} frames a second"
        raise _bad(file, "/fr", f"fr (frame rate) is {value:g}", hint)
    return value


def _frames(raw: Mapping[str, Any], file: str) -> tuple[float, float]:
    first = _required(raw, "ip", "first frame", file) if raw.get("ip") is not None else 0.0
    last = _required(raw, "op", "end frame", file)
    if last <= first:
        what = f"op (end frame) is {last:g}, ip (first frame) is {first:g}"
        raise _bad(file, "/op", what, "The end frame must be above the first frame")
    if last - first > MAX_FRAMES or max(abs(first), abs(last)) > 1e9:
        raise _bad(file, "/op", f"the document lasts {last - first:g} frames", f"At most {MAX_FRAMES} are possible")
    return first, last


def _slot_value(held: Any) -> Any:
    return held["p"] if isinstance(held, dict) and "p" in held and "k" not in held else held


def _background(raw: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """``bg``: LottieFiles' plugin writes the ground's colour there. The specification has no such field."""
    try:
        shade = hex_color(text_of(raw, "bg"))
    except Malformed:
        return None
    return (shade[0], shade[1], shade[2], shade[3] if len(shade) > 3 else 1.0)


def _markers(raw: list[Any]) -> tuple[Marker, ...]:
    """``markers``; the comment of one can hold JSON with a name, and say what its region does."""
    return tuple(_marker(entry) for entry in raw if isinstance(entry, dict))


def _marker(raw: Mapping[str, Any]) -> Marker:
    time, duration = number_of(raw, "tm", 0.0), number_of(raw, "dr", 0.0)
    comment = text_of(raw, "cm")
    held = _held_in(comment)
    name = text_of(held, "name") if isinstance(held.get("name"), str) else comment
    word = REGION_WORD.search(name) or REGION_WORD.search(comment)
    region = text_of(held, "velocity") or (word[1] if word else "")
    if word:
        name = " ".join(REGION_WORD.sub(" ", name).split()) or word[0]
    return Marker(name=name, time=time, duration=duration, region=region.lower())


def _held_in(comment: str) -> Mapping[str, Any]:
    """What a comment holds that is a JSON object; nothing where it is a plain text."""
    if comment.lstrip().startswith("{"):
        try:
            held = json.loads(comment)
        except (ValueError, RecursionError):
            return {}
        if isinstance(held, dict):
            return held
    return {}


# --- compositions and assets ----------------------------------------------------------------------------------------


def _compositions(
    context: Context, raw: dict[str, Any], frame: tuple[int, int, float]
) -> tuple[Composition, dict[str, Composition], dict[str, MediaAsset]]:
    """The main composition, the precomps by id, the media by id."""
    precomps, assets = _assets(context, list_of(raw, "assets"))
    _check_count(context, raw, precomps)
    known = Known(float(frame[0]), float(frame[1]), frame[2], frozenset(precomps), assets)
    compositions = {}
    for identity, (entry, pointer) in precomps.items():
        name = text_of(entry, "nm")
        composition = Composition(
            id=identity,
            layers=layers(context, entry["layers"], f"{pointer}/layers", name or identity, known),
            name=name,
            frame_rate=_own_rate(entry),
            pointer=pointer,
            in_space=flag_of(entry, "ddd"),
        )
        compositions[identity] = checked_layers(context, composition)
    name = text_of(raw, "nm")
    top = layers(context, raw["layers"], "/layers", "", known)
    main = Composition(id="", layers=top, name=name, in_space=flag_of(raw, "ddd"))
    main, compositions = checked_compositions(context, checked_layers(context, main), compositions)
    _report_missing(context, assets)
    return main, compositions, assets


def _assets(context: Context, raw: list[Any]) -> tuple[dict[str, tuple[dict[str, Any], str]], dict[str, MediaAsset]]:
    precomps: dict[str, tuple[dict[str, Any], str]] = {}
    assets: dict[str, MediaAsset] = {}
    for index, entry in enumerate(raw):
        pointer = f"/assets/{index}"
        if not isinstance(entry, dict):
            context.report("document.malformed", f"{described(entry)} stands where an asset should", pointer)
            continue
        identity = text_of(entry, "id")
        if identity in precomps or identity in assets:
            context.report("asset.duplicate", f'asset id "{identity}" is used twice', pointer, "the first one counts")
        elif isinstance(entry.get("layers"), list):
            if identity:
                precomps[identity] = (entry, pointer)
            else:
                context.report("document.malformed", "a composition has no id", pointer)
        else:
            assets[identity] = media_asset(context, entry, identity, pointer)
    return precomps, assets


def _own_rate(raw: Mapping[str, Any]) -> float | None:
    value = number_of(raw, "fr", 0.0)
    return value if MIN_FRAME_RATE <= value <= MAX_FRAME_RATE else None


def _check_count(context: Context, raw: dict[str, Any], precomps: dict[str, tuple[dict[str, Any], str]]) -> None:
    count = len(raw["layers"]) + sum(len(entry["layers"]) for entry, _ in precomps.values())
    if count > MAX_LAYERS:
        raise context.error(f"the document has {count} layers, more than {MAX_LAYERS}", "/layers")


def _report_missing(context: Context, assets: Mapping[str, MediaAsset]) -> None:
    """One finding for each asset that a layer uses and the package lacks."""
    for identity, (first, count) in context.users.items():
        asset = assets[identity]
        if asset.media is None:
            context.layer = first
            others = f" (and {count - 1} more layers)" if count > 1 else ""
            what = f'asset "{identity}", used by layer "{first}"{others}, is missing: {asset.missing}'
            context.report("asset.missing", what, asset.pointer, "nothing is drawn", "error")
    context.layer = ""
