"""Customizations: a document with some of its layers, assets and slots replaced.

``customizations`` is the customization map as it comes from JSON: a sequence of objects, each of which names one target
("layer", "asset" or "slot") and one replacement. They are applied in order, slots first.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.customize.apply import apply_entry, check_layer
from velocity_engine.customize.entries import Entry, read_entry
from velocity_engine.customize.plugin_data import with_checked_data
from velocity_engine.customize.problems import Problems, Sources, choices
from velocity_engine.customize.slots import apply_slots
from velocity_engine.customize.targets import (
    LayerNames,
    Position,
    addresses,
    find_layers,
    kind_of,
    layer_at,
    replacements_for,
)
from velocity_engine.errors import CustomizationError, Place
from velocity_engine.given.media_sources import is_web_url, name_in
from velocity_engine.model.document import Document
from velocity_engine.package.package import Package
from velocity_engine.parse.layers import VIDEO_SUFFIXES
from velocity_engine.parse.values import described

Customizations = Sequence[Mapping[str, Any]]
MAX_ENTRIES = 10_000
_SHOWN = {"hidden": False, "hide": False, "false": False, "off": False}
_SHOWN |= {"visible": True, "show": True, "true": True, "on": True}


@dataclass(frozen=True, slots=True)
class Applied:
    """A customized document, all that is wrong with its customizations, and by the position of each layer that was
    changed the field and the key of the entry that changed it last. ``reparsed``: slots were replaced, so that every
    layer of the document is a new one.
    """

    document: Document
    problems: list[CustomizationError]
    changed: Mapping[Position, tuple[str, str]]
    reparsed: bool = False


def customize(
    document: Document,
    package: Package | None,
    customizations: Customizations,
    *,
    assets: Mapping[str, str | os.PathLike[str]] | None = None,
    known: int = 0,
) -> Document:
    """``document`` with all ``customizations`` applied. ``assets`` maps the ids of ``{"assetId": ...}`` to local files.

    CustomizationError on the first problem, which says how many others there are (``apply_all`` lists them).
    ``document`` is what ``parse_document`` made of the package's document: where slots are replaced it is parsed anew.
    ``package`` may be None for a document that stands alone. Of the entries the first ``known`` are those of an earlier
    call: errors count from the one behind them.
    """
    applied = apply_all(document, customizations, Sources(package=package, assets=assets or {}), known=known)
    problems = applied.problems
    if problems:
        first = problems[0]
        if len(problems) == 1:
            raise first
        more = f"({len(problems) - 1} more problem{'s' if len(problems) > 2 else ''})"
        hint = f"{first.hint} {more}" if first.hint else more
        raise CustomizationError(first.message, place=first.place, hint=hint)
    return applied.document


def apply_all(
    document: Document, customizations: Any, sources: Sources, names: LayerNames | None = None, known: int = 0
) -> Applied:
    """``document`` with the customizations that fit it. ``names``: those of ``document``, where they are known.
    ``known``: as in ``customize``."""
    if not isinstance(customizations, Sequence) or isinstance(customizations, str | bytes):
        what, hint = f"the customization map is {described(customizations)}", "It must be an array of objects"
        return Applied(document, [CustomizationError(what, place=Place(field="customizationMap"), hint=hint)], {})
    if len(customizations) > MAX_ENTRIES:
        what, hint = f"there are {len(customizations)} customizations", f"At most {MAX_ENTRIES} are possible"
        return Applied(document, [CustomizationError(what, place=Place(field="customizationMap"), hint=hint)], {})
    names = names or LayerNames(document)
    read: list[tuple[Entry | None, Problems]] = []
    for number, raw in enumerate(customizations):
        problems = Problems(number, known)
        entry = read_entry(raw, problems, sources)
        read.append((entry and with_checked_data(entry, problems, sources), problems))
    slots = [(entry, problems) for entry, problems in read if entry is not None and entry.target == "slot"]
    original = document
    document = apply_slots(document, sources.package, slots)
    reparsed = document is not original
    changed: dict[Position, tuple[str, str]] = {}
    for entry, problems in read:
        if entry is None:
            check_layer(document, problems, names)
        elif entry.target != "slot":
            document = apply_entry(document, entry, problems, names)
            changed.update(dict.fromkeys(problems.changed, (problems.entry, entry.key)))
    return Applied(document, [problem for _, problems in read for problem in problems.found], changed, reparsed)


def entry_for(document: Document, layer: str, value: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry that the command line's ``LAYER=VALUE`` means, and the assets that it brings along.

    Text for a text layer, a picture's or clip's path (local, or of the template) or URL for an image, video or precomp
    layer, a colour for solids and shapes, and "visible" or "hidden" for any layer.
    """
    place = Place(layer=layer, field="--set")
    alone, positions = find_layers(document, layer, LayerNames(document))
    if not positions:
        hint = choices(layer, addresses(document), "layers")
        raise CustomizationError(f"there is no layer {layer[:200]!r}", place=place, hint=hint)
    content = layer_at(alone, positions[0]).content
    keys = replacements_for(content)
    if "text" in keys:
        return {"layer": layer, "text": value}, {}
    if value.strip().lower() in _SHOWN:
        return {"layer": layer, "visible": _SHOWN[value.strip().lower()]}, {}
    is_url = is_web_url(value)
    suffix = posixpath.splitext(name_in(value).lower() if is_url else value.lower())[1]
    if "image" in keys and ("color" not in keys or is_url or os.path.isfile(value)):
        key = "video" if suffix in VIDEO_SUFFIXES else "image"
        if is_url:
            return {"layer": layer, key: {"url": value}}, {}
        if not os.path.isfile(value):
            return {"layer": layer, key: {"data" if value.startswith("data:") else "file": value}}, {}
        return {"layer": layer, key: {"assetId": value}}, {value: value}
    if "color" in keys:
        return {"layer": layer, "color": value}, {}
    what = f"{described(value)} cannot be set on a layer of kind {kind_of(content)}"
    raise CustomizationError(what, place=place, hint='Such a layer takes "visible" or "hidden"')


__all__ = ["Applied", "Customizations", "apply_all", "customize", "entry_for"]
