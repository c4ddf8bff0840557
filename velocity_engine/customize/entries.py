"""Customization entries as they come (JSON) to typed replacements, with all that is wrong with them."""

from __future__ import annotations

import math
import os
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from velocity_engine.customize.problems import Problems, choices, unknown_keys
from velocity_engine.customize.texts import TextReplacement, is_number, read_color, read_text
from velocity_engine.model.document import Media
from velocity_engine.model.properties import Vector
from velocity_engine.package.package import Package
from velocity_engine.parse.assets import data_uri
from velocity_engine.parse.values import Malformed, described

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
SOURCES = ("assetId", "file", "data")
MAX_VOLUME = 10.0


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
    unknown_keys(raw, (target, key, *MODIFIERS[key]), problems)
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


def _replacement(raw: Mapping[str, Any], key: str, problems: Problems, sources: Sources) -> Replacement | None:
    value = raw[key]
    match key:
        case "text":
            return read_text(value, problems)
        case "image" | "video":
            return _media(raw, key, problems, sources)
        case "color":
            shade = read_color(value, "color", problems)
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
    if not is_number(volume) or not 0.0 <= volume <= MAX_VOLUME:
        hint = f"It must be a number from 0 to {MAX_VOLUME:g}; 1 leaves the clip's sound as it is"
        problems.add("volume", f"volume is {described(volume)}", hint)
        return 1.0
    return 0.0 if mute is True else float(volume)


def _trim(value: Any, problems: Problems) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(map(is_number, value)):
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
    unknown_keys(value, given, problems, f"{key}.")
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
