"""The slots of a template as people see them: what each holds, and which layers show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from velocity_engine.customize.layer_infos import hex_of
from velocity_engine.model.document import Document
from velocity_engine.model.properties import Property

COLORS = ("color", "fill", "stroke")


@dataclass(frozen=True, slots=True)
class SlotInfo:
    """One slot of a template: what its designer opened for replacement.

    Attributes:
        name: The id of the slot, which ``{"slot": ...}`` of a customization names.
        kind: "text", "color", "number", "point", "path" or "picture"; "value" for anything else.
        value: What it holds at present, as text.
        layers: The addresses of the layers that show it.
    """

    name: str
    kind: str
    value: str
    layers: tuple[str, ...] = ()


def slot_infos(document: Document) -> tuple[SlotInfo, ...]:
    """Returns all slots, in the order of the document.

    Args:
        document: The document.
    """
    uses: dict[str, list[tuple[str, str]]] = {}
    for composition in (document.main, *document.compositions.values()):
        prefix = f"{composition.name or composition.id}/" if composition.id else ""
        for layer in composition.layers:
            for found in _slotted(layer):
                uses.setdefault(found.slot or "", []).append((prefix + layer.name, found.name))
    return tuple(_info(name, held, uses.get(name, [])) for name, held in document.slots.items())


def _slotted(value: Any) -> Iterator[Property[Any]]:
    """The properties beneath a value that name a slot."""
    if isinstance(value, Property) and value.slot is not None:
        yield value
    if isinstance(value, tuple):
        for one in value:
            yield from _slotted(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _slotted(getattr(value, field.name))


def _info(name: str, held: Any, uses: list[tuple[str, str]]) -> SlotInfo:
    shown = _first(held)
    is_color = any(any(word in property_name.lower() for word in COLORS) for _layer, property_name in uses)
    kind = _kind(held, shown, is_color)
    return SlotInfo(name, kind, _text(kind, held, shown), tuple(dict.fromkeys(layer for layer, _name in uses)))


def _first(held: Any) -> Any:
    """What a property holds, at its first keyframe."""
    value = held.get("k") if isinstance(held, Mapping) and "k" in held else held
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        value = value[0].get("s")
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _kind(held: Any, shown: Any, is_color: bool) -> str:
    if isinstance(held, Mapping) and isinstance(held.get("p"), str):
        return "picture"
    if isinstance(shown, str) or (isinstance(shown, Mapping) and "t" in shown):
        return "text"
    if isinstance(shown, Mapping) and {"i", "o", "v"} <= set(shown):
        return "path"
    if isinstance(shown, int | float):
        return "number"
    if isinstance(shown, list) and shown and all(isinstance(one, int | float) for one in shown):
        return "color" if is_color and len(shown) in (3, 4) else "point"
    return "value"


def _text(kind: str, held: Any, shown: Any) -> str:
    match kind:
        case "picture":
            return "embedded" if held["p"].startswith("data:") else str(held["p"])
        case "text":
            return str(shown["t"] if isinstance(shown, Mapping) else shown)
        case "color":
            return hex_of(tuple(map(float, shown)))
        case "number":
            return f"{shown:g}"
        case "point":
            return ", ".join(f"{part:g}" for part in shown)
        case _:
            return ""
