"""What a plugin layer is given: whether the plugin is installed, takes the data, and which uploads the data names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np

from velocity_engine import plugins
from velocity_engine.customize.data_schemas import DataFault, data_faults
from velocity_engine.customize.entries import Entry, PluginReplacement
from velocity_engine.customize.media_sources import from_assets
from velocity_engine.customize.problems import Problems, Sources, choices
from velocity_engine.encoder_config import install_line
from velocity_engine.model.document import Media
from velocity_engine.plugin_types import TakesData

MAX_FAULTS = 20
MAX_DEPTH = 200
PACKAGES = {"velocity-charts": ("bar-chart", "line-chart", "countdown"), "velocity-qrcode": ("qrcode",)}
"""First-party packages, and their layer plugins."""


def _how_to_get(plugin: str) -> str:
    """The package that has a plugin, or the plugins there are."""
    if package := next((one for one, keys in PACKAGES.items() if plugin in keys), None):
        return f"The package {package} has it: {install_line(package)}"
    return choices(plugin, list(plugins.plugin_layers()), "layer plugins that are installed")


def with_checked_data(entry: Entry, problems: Problems, sources: Sources) -> Entry | None:
    """An entry with the uploads that its plugin's data names; None where ``problems`` gets something new. Entries that
    name no plugin stay as they are.
    """
    asked = entry.replacement
    if not isinstance(asked, PluginReplacement):
        return entry
    layer_type = plugins.plugin_layer(asked.plugin)
    if layer_type is None:
        problems.add("plugin", f"no layer plugin {asked.plugin[:200]!r} is installed", _how_to_get(asked.plugin))
        return None
    plain = _Plain()
    asked = replace(asked, data=plain.of(asked.data))
    for fault in plain.faults[:MAX_FAULTS]:
        problems.add(f"data{fault.path}", fault.message, fault.hint)
    if plain.faults:
        return None
    if isinstance(layer_type, TakesData):
        for fault in data_faults(asked.plugin, layer_type.data_schema, asked.data)[:MAX_FAULTS]:
            message = fault.message if asked.has_data else f"the entry has no data for the plugin {asked.plugin}"
            problems.add(f"data{fault.path}", message, fault.hint)
    uploads: dict[str, Media] = {}
    for path, name in assets_in(asked.data):
        if name not in uploads and (found := from_assets(name, f"data{path}.assetId", problems, sources)) is not None:
            uploads[name] = found[0]
    return None if problems.found else replace(entry, replacement=replace(asked, uploads=uploads))


class _Plain:
    """Data as JSON has it: what Python and numpy write otherwise becomes that, and what JSON lacks is a fault."""

    def __init__(self) -> None:
        self.faults: list[DataFault] = []

    def of(self, value: Any, path: str = "", depth: int = 0) -> Any:
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool | str | int):
            return value
        if isinstance(value, Real):
            number = float(value)
            if not math.isfinite(number):
                self._json_lacks(path, "a number that is not finite", "It must be a finite number")
            return number
        if depth >= MAX_DEPTH:
            return self._json_lacks(path, "nested too deeply", f"It must have at most {MAX_DEPTH} levels")
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str):
                    self._json_lacks(path, "an object with a key that is no text", "Each key must be a text")
            return {str(key): self.of(inner, f"{path}.{key}", depth + 1) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(inner, f"{path}[{number}]", depth + 1) for number, inner in enumerate(value)]
        right = "It must be a text, a finite number, true, false, null, a list or an object"
        return self._json_lacks(path, f"of the type {type(value).__name__}, which JSON does not have", right)

    def _json_lacks(self, path: str, what: str, right: str) -> None:
        self.faults.append(DataFault(path, f"{path.lstrip('.') or 'data'} is {what}", right))


def assets_in(data: Any) -> Iterator[tuple[str, str]]:
    """The path (".bars[2].logo") and the id of each object with an ``assetId`` in the data of a plugin."""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            if isinstance(name := value.get("assetId"), str):
                yield path, name
            waiting += [(f"{path}.{key}", inner) for key, inner in reversed(list(value.items()))]
        elif isinstance(value, list | tuple):
            waiting += [(f"{path}[{number}]", value[number]) for number in reversed(range(len(value)))]
