"""Customization entries as they come (JSON) to typed replacements, with all that is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from velocity_engine.customize.media_sources import source_of
from velocity_engine.customize.problems import Problems, Sources, choices, unknown_keys
from velocity_engine.customize.texts import TextReplacement, is_number, read_color, read_text
from velocity_engine.model.document import Media
from velocity_engine.model.properties import Vector
from velocity_engine.parse.values import described

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
    found = source_of(raw[key], key, problems, sources)
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
