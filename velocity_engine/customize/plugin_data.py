"""What a plugin layer is given: whether the plugin is installed, takes the data, and which uploads the data names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from velocity_engine import plugins
from velocity_engine.customize.data_schemas import data_faults
from velocity_engine.customize.entries import Entry, PluginReplacement, Problems, Sources, choices, from_assets
from velocity_engine.model.document import Media
from velocity_engine.plugin_types import TakesData

MAX_FAULTS = 20


def with_checked_data(entry: Entry, problems: Problems, sources: Sources) -> Entry | None:
    """An entry with the uploads that its plugin's data names; None where ``problems`` gets something new. Entries that
    name no plugin stay as they are.
    """
    asked = entry.replacement
    if not isinstance(asked, PluginReplacement):
        return entry
    layer_type = plugins.plugin_layer(asked.plugin)
    if layer_type is None:
        hint = choices(asked.plugin, list(plugins.plugin_layers()), "layer plugins that are installed")
        problems.add("plugin", f"no layer plugin {asked.plugin[:200]!r} is installed", hint)
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


def assets_in(data: Any) -> Iterator[tuple[str, str]]:
    """The path (".bars[2].logo") and the id of each ``{"assetId": id}`` in the data of a plugin."""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            if len(value) == 1 and isinstance(name := value.get("assetId"), str):
                yield path, name
            waiting += [(f"{path}.{key}", inner) for key, inner in reversed(list(value.items()))]
        elif isinstance(value, list | tuple):
            waiting += [(f"{path}[{number}]", value[number]) for number in reversed(range(len(value)))]
