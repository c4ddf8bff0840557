"""Slot replacements: the document is parsed again with other values, so that each is read as what it stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from velocity_engine.customize.entries import Entry, SlotReplacement
from velocity_engine.customize.problems import Problems, choices
from velocity_engine.model.document import Document
from velocity_engine.package.package import Package
from velocity_engine.parse import parse_document

BROKEN = "slot.value"


def apply_slots(document: Document, package: Package | None, entries: Sequence[tuple[Entry, Problems]]) -> Document:
    """``document`` with the slots of ``entries`` filled anew. Without a package only the slots' ids are checked."""
    values: dict[str, Any] = {}
    for entry, problems in entries:
        if entry.name not in document.slots:
            hint = choices(entry.name, list(document.slots), "slots")
            problems.add("slot", f"there is no slot {entry.name[:200]!r}", hint)
        elif isinstance(entry.replacement, SlotReplacement):
            values[entry.name] = _as_json(document.slots[entry.name], entry.replacement.value)
    if not values or package is None:
        return document
    changed = _parsed(document, package, values)
    if _broken(changed) <= _broken(document):
        return changed
    for entry, problems in entries:
        alone = {entry.name: values[entry.name]} if entry.name in values else {}
        broken = _broken(_parsed(document, package, alone)) - _broken(document)
        for message in sorted(broken)[:1]:
            problems.add("value", message, "Give a value of the kind that the slot holds in the document")
    return document


def _parsed(document: Document, package: Package, values: Mapping[str, Any]) -> Document:
    return parse_document(package.document_bytes, file=document.file, package=package, slots=values)


def _broken(document: Document) -> set[str]:
    return {finding.message for finding in document.findings if finding.feature == BROKEN}


def _as_json(old: Any, value: Any) -> Any:
    """What the slot holds afterwards. A bare text keeps the style of the old one; a picture is a file or data: URI."""
    if isinstance(value, str) and isinstance(old, Mapping):
        frames = old.get("k")
        if isinstance(frames, list) and frames and isinstance(frames[0], dict) and isinstance(frames[0].get("s"), dict):
            return {**old, "k": [{**frames[0], "s": {**frames[0]["s"], "t": value}}]}
        if isinstance(old.get("p"), str):
            return {**old, "u": "", "p": value}
    if isinstance(value, Mapping) and ("file" in value or "data" in value):
        return {"u": "", "p": value.get("data", value.get("file"))}
    return value
