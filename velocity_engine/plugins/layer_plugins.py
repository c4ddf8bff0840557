"""The layer plugins that a customization can name, for who chooses one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from velocity_engine.plugin_types import TakesData
from velocity_engine.plugins.manager import plugin_layers, provider_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlugin:
    """A layer type that ``{"plugin": name}`` can name.

    Attributes:
        name: The name.
        provider: The installed package that it comes from.
        title: What people call it, as its data schema says; else its name.
        description: What it draws, as its data schema says; else "".
        data_schema: The JSON schema of its data, or None where it says nothing.
    """

    name: str
    provider: str
    title: str
    description: str
    data_schema: Mapping[str, Any] | None


def available() -> tuple[LayerPlugin, ...]:
    """Returns all layer plugins, in alphabetical order of their names."""
    return tuple(_told(name, layer_type) for name, layer_type in plugin_layers().items())


def _told(name: str, layer_type: object) -> LayerPlugin:
    schema = layer_type.data_schema if isinstance(layer_type, TakesData) else None
    return LayerPlugin(
        name=name,
        provider=provider_of(layer_type) or "",
        title=str((schema or {}).get("title") or name),
        description=str((schema or {}).get("description") or ""),
        data_schema=schema,
    )


def fields_of(schema: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Returns the names of the data's fields, those that may be left out with a question mark. A schema of alternatives
    has those of all of them.
    """
    found: dict[str, None] = {}
    waiting = [schema or {}]
    while waiting:
        one = waiting.pop(0)
        required = one.get("required", ())
        for name in one.get("properties", {}):
            found.setdefault(name if name in required else f"{name}?")
        waiting += [inner for key in ("anyOf", "oneOf", "allOf") for inner in one.get(key, ())]
    return tuple(found)
