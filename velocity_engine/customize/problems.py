"""What is wrong with entries of a customization map, and where what they name is looked for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.errors import CustomizationError, Place, nearest
from velocity_engine.package.package import Package
from velocity_engine.parse.values import described

LISTED = 20


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


def unknown_keys(raw: Mapping[str, Any], known: Sequence[str], problems: Problems, inside: str = "") -> None:
    """Notes the keys of an object that are not among ``known``."""
    for key in raw:
        if key not in known:
            hint = choices(str(key), known, "keys")
            problems.add(f"{inside}{str(key)[:60]}", f"key {described(key)} is unknown", hint)
