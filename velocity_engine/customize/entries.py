"""Customization entries as they come (JSON) to typed replacements, with all that is wrong with them."""

from __future__ import annotations

import math
import os
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from velocity_engine.errors import CustomizationError, Place, nearest
from velocity_engine.model.document import Media
from velocity_engine.model.properties import Vector
from velocity_engine.package.package import Package
from velocity_engine.parse.assets import data_uri
from velocity_engine.parse.values import Malformed, clean_text, described, hex_color

TARGETS = ("layer", "asset", "slot")
MODIFIERS: Mapping[str, tuple[str, ...]] = {
    "text": (),
    "image": ("fit",),
    "video": ("fit", "trim", "loop", "volume", "mute"),
    "color": (),
    "visible": (),
    "plugin": ("data",),
    "value": (),
}
REPLACEMENTS: Mapping[str, tuple[str, ...]] = {
    "layer": ("text", "image", "video", "color", "visible", "plugin"),
    "asset": ("image", "video"),
    "slot": ("value",),
}
FITS = ("cover", "contain", "fill", "none")
TEXT_FITS = ("shrink", "wrap", "clip")
TEXT_KEYS = ("value", "font", "size", "color", "fit")
SOURCES = ("assetId", "file", "data")
MAX_TEXT = 20_000
MAX_SIZE = 10_000.0
MAX_VOLUME = 10.0
LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReplacement:
    """What changes of a text; None leaves a thing as it is."""

    value: str | None = None
    font: str | None = None
    size: float | None = None
    color: Vector | None = None
    fit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReplacement:
    """A picture (``video`` False) or clip for a layer or asset. ``name`` is what people see; ``volume`` the factor of a
    clip's sound."""

    media: Media
    name: str
    video: bool
    fit: str
    trim: tuple[float, float] | None = None
    loop: bool = False
    volume: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorReplacement:
    color: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleReplacement:
    visible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginReplacement:
    """``has_data``: the entry says what the data is. ``uploads``: the files of the request that it names, by their
    ids."""

    plugin: str
    data: Any
    has_data: bool = True
    uploads: Mapping[str, Media] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReplacement:
    value: Any


Replacement = (
    TextReplacement | MediaReplacement | ColorReplacement | VisibleReplacement | PluginReplacement | SlotReplacement
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``target`` is "layer", "asset" or "slot", ``name`` the one meant, ``key`` the replacement's key."""

    target: str
    name: str
    key: str
    replacement: Replacement


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where replacements come from. None means that it is not known yet, and nothing is checked against it."""

    package: Package | None
    assets: Mapping[str, str | os.PathLike[str]] | None


class Problems:
    """What is wrong with entry ``number`` of the customization map, and which layers it ``changed``: by the id of
    their composition and their number in it. The first ``known`` entries are not counted in what is told."""

    def __init__(self, number: int, known: int = 0) -> None:
        self.number = number
        self._known = known
        self.layer: str | None = None
        self.found: list[CustomizationError] = []
        self.changed: Sequence[tuple[str, int]] = ()

    @property
    def entry(self) -> str:
        """The field of the request that holds the entry."""
        return entry_field(self.number, self._known)

    def add(self, key: str, message: str, hint: str | None = None) -> None:
        field = self.entry + (f".{key}" if key else "")
        self.found.append(CustomizationError(message, place=Place(layer=self.layer, field=field), hint=hint))


def entry_field(number: int, known: int) -> str:
    """The field of the request that holds entry ``number``; the first ``known`` are those of an earlier request."""
    return f"customizationMap[{number - known}]" if number >= known else f"the earlier customizationMap[{number}]"


def choices(name: str, known: Sequence[str], what: str) -> str:
    """A hint that suggests the nearest of ``known`` and lists them, bounded."""
    near = nearest(name[:200], known)
    told = listing(known, what)
    return f"Did you mean {near}? {told}" if near else told


def listing(known: Sequence[str], what: str) -> str:
    """The sentence that lists ``known``, bounded."""
    listed = ", ".join(known[:LISTED]) + (f" … ({len(known)} in all)" if len(known) > LISTED else "")
    return f"The {what} are {listed}" if known else f"There are no {what}"


def read_entry(raw: Any, problems: Problems, sources: Sources) -> Entry | None:
    """The entry, or None when ``problems`` has something new."""
    if not isinstance(raw, Mapping):
        hint = 'It must be an object such as {"layer": "Headline", "text": "Hello"}'
        problems.add("", f"the entry is {described(raw)}", hint)
        return None
    targets = [key for key in TARGETS if key in raw]
    if len(targets) != 1:
        what = "names no target" if not targets else f"names several targets ({', '.join(targets)})"
        meant = next((str(key) for key in raw if not targets and str(key).lower() in TARGETS), None)
        slip = f'Did you mean "{meant.lower()}" in place of "{meant}"? ' if meant else ""
        problems.add("", f"the entry {what}", f'{slip}Give exactly one of "layer", "asset" and "slot"')
        return None
    target, name = targets[0], raw[targets[0]]
    if not isinstance(name, str) or not name:
        problems.add(target, f"{target} is {described(name)}", "It must be a name")
        return None
    problems.layer = name if target == "layer" else None
    keys = [key for key in REPLACEMENTS[target] if key in raw]
    if len(keys) != 1:
        _wrong_keys(raw, target, keys, problems)
        return None
    key = keys[0]
    _unknown_keys(raw, (target, key, *MODIFIERS[key]), problems)
    replacement = _replacement(raw, key, problems, sources)
    if problems.found or replacement is None:
        return None
    return Entry(target=target, name=name, key=key, replacement=replacement)


def _wrong_keys(raw: Mapping[str, Any], target: str, keys: Sequence[str], problems: Problems) -> None:
    possible = REPLACEMENTS[target]
    if keys:
        problems.add("", f"the entry replaces several things ({', '.join(keys)})", "Give each an entry of its own")
        return
    for key in raw:
        if key != target:
            whose = f"{'an' if target == 'asset' else 'a'} {target}"
            hint = choices(str(key), possible, f"replacements for {whose}")
            problems.add(str(key)[:60], f"{described(key)} is no replacement for {whose}", hint)
            return
    problems.add(
        "", "the entry says nothing to replace", f"Give {'one of ' if len(possible) > 1 else ''}{', '.join(possible)}"
    )


def _unknown_keys(raw: Mapping[str, Any], known: Sequence[str], problems: Problems, inside: str = "") -> None:
    for key in raw:
        if key not in known:
            hint = choices(str(key), known, "keys")
            problems.add(f"{inside}{str(key)[:60]}", f"key {described(key)} is unknown", hint)


def _replacement(raw: Mapping[str, Any], key: str, problems: Problems, sources: Sources) -> Replacement | None:
    value = raw[key]
    match key:
        case "text":
            return _text(value, problems)
        case "image" | "video":
            return _media(raw, key, problems, sources)
        case "color":
            shade = _color(value, "color", problems)
            return None if shade is None else ColorReplacement(color=shade)
        case "visible":
            if not isinstance(value, bool):
                problems.add("visible", f"visible is {described(value)}", "It must be true or false")
                return None
            return VisibleReplacement(visible=value)
        case "plugin":
            if not isinstance(value, str) or not value:
                problems.add("plugin", f"plugin is {described(value)}", "It must be the name of a layer plugin")
                return None
            return PluginReplacement(plugin=value, data=raw.get("data"), has_data="data" in raw)
        case _:
            if value is None:
                problems.add("value", "value is null", "Give what the slot shall hold")
                return None
            return SlotReplacement(value=value)


# --- texts and colours ----------------------------------------------------------------------------------------------


def _text(value: Any, problems: Problems) -> TextReplacement | None:
    if isinstance(value, str):
        value = {"value": value}
    if not isinstance(value, Mapping) or not value:
        hint = "It must be a text, or an object with value, font, size, color, fit"
        problems.add("text", f"text is {'empty' if value == {} else described(value)}", hint)
        return None
    _unknown_keys(value, TEXT_KEYS, problems, "text.")
    text, font, size, fit = value.get("value"), value.get("font"), value.get("size"), value.get("fit")
    if text is not None and not isinstance(text, str):
        problems.add("text.value", f"the text is {described(text)}", "It must be a string")
    elif text is not None and len(text) > MAX_TEXT:
        problems.add("text.value", f"the text has {len(text)} characters", f"At most {MAX_TEXT} are possible")
    if font is not None and (not isinstance(font, str) or not font):
        problems.add("text.font", f"font is {described(font)}", "It must be a font's name")
    if size is not None and (not _is_number(size) or not 0.0 < size <= MAX_SIZE):
        problems.add("text.size", f"size is {described(size)}", f"It must be above 0 and at most {MAX_SIZE:g} pixels")
    if fit is not None and fit not in TEXT_FITS:
        problems.add("text.fit", f"fit is {described(fit)}", f"It must be one of {', '.join(TEXT_FITS)}")
    shade = None if value.get("color") is None else _color(value["color"], "text.color", problems)
    if problems.found:
        return None
    return TextReplacement(
        value=None if text is None else clean_text(text),
        font=font,
        size=None if size is None else float(size),
        color=shade,
        fit=fit,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0.0 <= value <= 1.0


def _color(value: Any, key: str, problems: Problems) -> Vector | None:
    if isinstance(value, str):
        try:
            return hex_color(value)
        except Malformed:
            pass
    elif isinstance(value, list | tuple) and len(value) in (3, 4) and all(map(_is_share, value)):
        return tuple(map(float, value))
    hint = 'It must be a colour like "#ff8800" (or "#ff880080", with alpha), or three or four numbers from 0 to 1'
    problems.add(key, f"{key} is {described(value)}", hint)
    return None


# --- pictures and clips ---------------------------------------------------------------------------------------------


def _media(raw: Mapping[str, Any], key: str, problems: Problems, sources: Sources) -> MediaReplacement | None:
    found = _source(raw[key], key, problems, sources)
    fit, loop = raw.get("fit", "cover"), raw.get("loop", False)
    if fit not in FITS:
        problems.add("fit", f"fit is {described(fit)}", f"It must be one of {', '.join(FITS)}")
    if not isinstance(loop, bool):
        problems.add("loop", f"loop is {described(loop)}", "It must be true or false")
    trim = None if raw.get("trim") is None else _trim(raw["trim"], problems)
    volume = _volume(raw, problems)
    if problems.found or found is None:
        return None
    media, name = found
    return MediaReplacement(media=media, name=name, video=key == "video", fit=fit, trim=trim, loop=loop, volume=volume)


def _volume(raw: Mapping[str, Any], problems: Problems) -> float:
    volume, mute = raw.get("volume", 1.0), raw.get("mute", False)
    if not isinstance(mute, bool):
        problems.add("mute", f"mute is {described(mute)}", "It must be true or false")
    if not _is_number(volume) or not 0.0 <= volume <= MAX_VOLUME:
        hint = f"It must be a number from 0 to {MAX_VOLUME:g}; 1 leaves the clip's sound as it is"
        problems.add("volume", f"volume is {described(volume)}", hint)
        return 1.0
    return 0.0 if mute is True else float(volume)


def _trim(value: Any, problems: Problems) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_number, value)):
        start, end = float(value[0]), float(value[1])
        if math.isfinite(start) and math.isfinite(end) and 0.0 <= start < end:
            return (start, end)
    hint = "It must be [start, end] in seconds of the clip, 0 <= start < end"
    problems.add("trim", f"trim is {described(value)}", hint)
    return None


def _source(value: Any, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    """The media of ``{"assetId"}``, ``{"file"}`` or ``{"data"}``, and its name."""
    hint = f'{key} must be {{"assetId": ...}}, {{"file": ...}} or {{"data": "data:..."}}'
    if not isinstance(value, Mapping) or not value:
        problems.add(key, f"{key} is {'empty' if value == {} else described(value)}", hint)
        return None
    given = [name for name in SOURCES if name in value]
    if len(given) > 1:
        problems.add(key, f"{key} has several sources", hint)
        return None
    if not given:
        for wrong in value:
            problems.add(f"{key}.{str(wrong)[:60]}", f"key {described(wrong)} of {key} is unknown", hint)
        return None
    _unknown_keys(value, given, problems, f"{key}.")
    source = given[0]
    text = value[source]
    if not isinstance(text, str) or not text:
        problems.add(f"{key}.{source}", f"{source} is {described(text)}", "It must be a string")
        return None
    read = {"assetId": from_assets, "file": _from_package, "data": _from_data}[source]
    return read(text, f"{key}.{source}", problems, sources)


def from_assets(text: str, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    if sources.assets is None:
        return Media(path=text), text
    path = sources.assets.get(text)
    if path is None:
        problems.add(key, f"there is no asset {described(text)}", choices(text, list(sources.assets), "assets"))
        return None
    local = os.fspath(path)
    if not os.path.isfile(local):
        problems.add(key, f"the file of asset {described(text)} is not there", _lost(local))
        return None
    return Media(path=local), os.path.basename(local)


def _lost(path: str) -> str:
    """What would be right where a file is gone: its path is for who gave it only."""
    return f"Give a file that exists in the place of {os.path.basename(path)}"


def _from_package(text: str, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    if sources.package is None:
        return Media(name=text), posixpath.basename(text)
    name = sources.package.find([text])
    if name is None:
        files = [one for one in sources.package.names if one != sources.package.document_name]
        problems.add(key, f"the template has no file {described(text)}", choices(text, files, "files"))
        return None
    return Media(name=name), posixpath.basename(name)


def _from_data(text: str, key: str, problems: Problems, sources: Sources) -> tuple[Media, str] | None:
    try:
        if not text.startswith("data:"):
            raise Malformed("it is no data: URI")
        data = data_uri(text)
        if not data:
            raise Malformed("it holds no data")
    except Malformed as problem:
        hint = "It must look like data:image/png;base64,iVBOR..."
        problems.add(key, f"the data: URI cannot be read: {problem}", hint)
        return None
    return Media(data=data), "embedded"
