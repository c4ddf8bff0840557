"""Customizations: a document with some of its layers, assets and slots replaced.

``customizations`` is the customization map as it comes from JSON: a sequence of objects, each of which names one target
("layer", "asset" or "slot") and one replacement. They are applied in order, slots first.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from velocity_engine.customize.apply import apply_entry, check_layer
from velocity_engine.customize.entries import Entry, Problems, Sources, choices, read_entry
from velocity_engine.customize.slots import apply_slots
from velocity_engine.customize.targets import (
    addresses,
    find_layers,
    kind_of,
    layer_at,
    replacements_for,
)
from velocity_engine.errors import CustomizationError, Place
from velocity_engine.model.document import Document
from velocity_engine.package import Package
from velocity_engine.parse.layers import VIDEO_SUFFIXES
from velocity_engine.parse.values import described

Customizations = Sequence[Mapping[str, Any]]
MAX_ENTRIES = 10_000
_SHOWN = {"hidden": False, "hide": False, "false": False, "off": False}
_SHOWN |= {"visible": True, "show": True, "true": True, "on": True}


def customize(
    document: Document,
    package: Package | None,
    customizations: Customizations,
    *,
    assets: Mapping[str, str | os.PathLike[str]] | None = None,
) -> Document:
    """``document`` with all ``customizations`` applied. ``assets`` maps the ids of ``{"assetId": ...}`` to local files.

    CustomizationError on the first problem, which says how many others there are (``customization_problems`` lists
    them). ``document`` is what ``parse_document`` made of the package's document: where slots are replaced it is parsed
    anew. ``package`` may be None for a document that stands alone.
    """
    sources = Sources(package=package, assets=assets or {})
    changed, problems = _applied(document, customizations, sources)
    if problems:
        first = problems[0]
        if len(problems) == 1:
            raise first
        more = f"({len(problems) - 1} more problem{'s' if len(problems) > 2 else ''})"
        hint = f"{first.hint} {more}" if first.hint else more
        raise CustomizationError(first.message, place=first.place, hint=hint)
    return changed


def customization_problems(
    document: Document,
    customizations: Customizations,
    *,
    package: Package | None = None,
    assets: Mapping[str, str | os.PathLike[str]] | None = None,
) -> list[CustomizationError]:
    """All that is wrong with ``customizations``; files are only checked where ``package`` or ``assets`` is given."""
    return _applied(document, customizations, Sources(package=package, assets=assets))[1]


def _applied(document: Document, customizations: Any, sources: Sources) -> tuple[Document, list[CustomizationError]]:
    if not isinstance(customizations, Sequence) or isinstance(customizations, str | bytes):
        what, hint = f"the customization map is {described(customizations)}", "It must be an array of objects"
        return document, [CustomizationError(what, place=Place(field="customizationMap"), hint=hint)]
    if len(customizations) > MAX_ENTRIES:
        what, hint = f"there are {len(customizations)} customizations", f"At most {MAX_ENTRIES} are possible"
        return document, [CustomizationError(what, place=Place(field="customizationMap"), hint=hint)]
    read: list[tuple[Entry | None, Problems]] = []
    for number, raw in enumerate(customizations):
        problems = Problems(number)
        read.append((read_entry(raw, problems, sources), problems))
    slots = [(entry, problems) for entry, problems in read if entry is not None and entry.target == "slot"]
    document = apply_slots(document, sources.package, slots)
    for entry, problems in read:
        if entry is None:
            check_layer(document, problems)
        elif entry.target != "slot":
            document = apply_entry(document, entry, problems)
    return document, [problem for _, problems in read for problem in problems.found]


def entry_for(document: Document, layer: str, value: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry that the command line's ``LAYER=VALUE`` means, and the assets that it brings along.

    Text for a text layer, a picture's or clip's path (local, or of the template) for an image, video or precomp layer,
    a colour for solids and shapes, and "visible" or "hidden" for any layer.
    """
    place = Place(layer=layer, field="--set")
    alone, positions = find_layers(document, layer)
    if not positions:
        hint = choices(layer, addresses(document), "layers")
        raise CustomizationError(f"there is no layer {layer[:200]!r}", place=place, hint=hint)
    content = layer_at(alone, positions[0]).content
    keys = replacements_for(content)
    if "text" in keys:
        return {"layer": layer, "text": value}, {}
    if value.strip().lower() in _SHOWN:
        return {"layer": layer, "visible": _SHOWN[value.strip().lower()]}, {}
    suffix = posixpath.splitext(value.lower())[1]
    if "image" in keys and ("color" not in keys or os.path.isfile(value)):
        key = "video" if suffix in VIDEO_SUFFIXES else "image"
        if not os.path.isfile(value):
            return {"layer": layer, key: {"data" if value.startswith("data:") else "file": value}}, {}
        return {"layer": layer, key: {"assetId": value}}, {value: value}
    if "color" in keys:
        return {"layer": layer, "color": value}, {}
    what = f"{described(value)} cannot be set on a layer of kind {kind_of(content)}"
    raise CustomizationError(what, place=place, hint='Such a layer takes "visible" or "hidden"')


__all__ = ["Customizations", "customization_problems", "customize", "entry_for"]
