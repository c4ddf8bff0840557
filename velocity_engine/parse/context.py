"""What the parser carries along: where it is, what it may look up, and what it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from velocity_engine.errors import DocumentError, Finding, Place
from velocity_engine.parse.values import described

if TYPE_CHECKING:
    from velocity_engine.package.package import Package

MAX_FINDINGS = 1000
MAX_KEYFRAMES = 200_000
"""Of all properties of a document, beside KEYFRAMES_A_LAYER for each layer: those belong to the layers, of which there
are as many as the document may hold."""
KEYFRAMES_A_LAYER = 20
MAX_SHAPE_ITEMS = 50_000
"""Of all shape layers and glyphs of a document, beside SHAPE_ITEMS_A_LAYER for each layer: fifty times what the largest
templates hold."""
SHAPE_ITEMS_A_LAYER = 20


@dataclass(slots=True)
class Context:
    """The state of one run of the parser. ``layer`` is the path of the layer being read, for messages.

    ``used_slots`` collects every slot id that a property or asset names, with the JSON it holds without the slot.
    ``users`` counts the layers that use a media asset, with the path of the first.
    """

    file: str
    version: tuple[int, int, int]
    package: Package | None
    slots: Mapping[str, Any] = field(default_factory=dict)
    layer: str = ""
    findings: list[Finding] = field(default_factory=list)
    used_slots: dict[str, Any] = field(default_factory=dict)
    users: dict[str, tuple[str, int]] = field(default_factory=dict)
    _dropped: int = 0
    _keyframes: int = 0
    _shape_items: int = 0
    _layers: int = 0

    def place(self, pointer: str = "") -> Place:
        return Place(file=self.file or None, layer=self.layer or None, pointer=pointer or None)

    def report(
        self,
        feature: str,
        message: str,
        pointer: str = "",
        instead: str = "it is skipped",
        severity: str = "warning",
    ) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(feature, message, self.place(pointer), instead, severity))
        else:
            self._dropped += 1

    def objects(self, raw: Sequence[Any], pointer: str, what: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The objects of an array with their pointers; anything else in it is reported as no ``what``."""
        for index, entry in enumerate(raw):
            where = f"{pointer}/{index}"
            if isinstance(entry, dict):
                yield entry, where
            else:
                self.report("document.malformed", f"{described(entry)} stands where {what} should", where)

    def error(self, message: str, pointer: str, hint: str | None = None) -> DocumentError:
        return DocumentError(message, place=self.place(pointer), hint=hint)

    def begin_layer(self, path: str) -> None:
        self.layer = path
        self._layers += 1

    def count_keyframes(self, count: int, pointer: str) -> None:
        """DocumentError where the document holds more than MAX_KEYFRAMES with these."""
        self._keyframes += count
        if self._keyframes > MAX_KEYFRAMES + KEYFRAMES_A_LAYER * self._layers:
            what = f"the properties of the document hold more than {MAX_KEYFRAMES} keyframes"
            raise self.error(what, pointer, "Let After Effects' Smoother make them fewer, or split the template")

    def count_shape_items(self, count: int, pointer: str) -> None:
        """DocumentError where the document holds more than MAX_SHAPE_ITEMS with these."""
        self._shape_items += count
        if self._shape_items > MAX_SHAPE_ITEMS + SHAPE_ITEMS_A_LAYER * self._layers:
            what = f"the shapes of the document hold more than {MAX_SHAPE_ITEMS} items"
            raise self.error(what, pointer, "Let several paths be one, or show what is drawn by hand as a picture")

    def used_by_layer(self, asset: str) -> None:
        first, count = self.users.get(asset, (self.layer, 0))
        self.users[asset] = (first, count + 1)

    def all_findings(self) -> tuple[Finding, ...]:
        if self._dropped:
            more = Finding("document.findings", f"{self._dropped} more findings are not listed", Place(file=self.file))
            return (*self.findings, more)
        return tuple(self.findings)


def version_of(raw: Any) -> tuple[int, int, int]:
    """Bodymovin's version, ``"5.9.0"``; unreadable ones count as the newest, so that no old rule is applied."""
    parts = str(raw).split(".") if isinstance(raw, str | int | float) else []
    try:
        values = [int(part) for part in parts[:3] if len(part) < 6]
    except ValueError:
        values = []
    if not values:
        return (99, 0, 0)
    values += [0, 0]
    return (values[0], values[1], values[2])
