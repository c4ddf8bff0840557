"""Regions of a template's time: what its markers protect, and what may become longer or shorter.

The comment of a marker says it: ``velocity:protect``, ``velocity:hold``, ``velocity:loop`` or ``velocity:stretch``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from velocity_engine.errors import DurationError, Place
from velocity_engine.model.document import Document, Marker

PROTECT, HOLD, LOOP, STRETCH = "protect", "hold", "loop", "stretch"
KINDS = (PROTECT, HOLD, LOOP, STRETCH)
ELASTIC = (HOLD, LOOP, STRETCH)
MAX_REGIONS = 10_000
"""Markers of regions in a document. Each becomes part of every timeline that is made."""
WORDS = "velocity:protect, velocity:hold, velocity:loop or velocity:stretch"


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the composition's time.

    Attributes:
        kind: "protect" keeps every frame; "hold", "loop" and "stretch" may become longer or shorter.
        start: Its first moment, in frames of the composition.
        end: Its end, which is not part of it.
        name: The name of its marker; empty for what lies between markers.
    """

    kind: str
    start: float
    end: float
    name: str = ""

    @property
    def is_elastic(self) -> bool:
        return self.kind in ELASTIC


def regions_of(document: Document) -> tuple[Region, ...]:
    """Returns the whole composition as regions, one after the other.

    What no marker names is protected. Where markers only protect, it stretches, as in After Effects.

    Args:
        document: The document.

    Raises:
        DurationError: A marker has a word that nobody knows, or no duration, or overlaps another one; or there are
            more than MAX_REGIONS.
    """
    if faults := region_faults(document):
        raise faults[0]
    marked = _marked(document)
    rest = PROTECT if not marked or any(one.is_elastic for one in marked) else STRETCH
    found: list[Region] = []
    at = document.in_point
    for one in marked:
        if at < one.start:
            found.append(Region(rest, at, one.start))
        found.append(one)
        at = one.end
    if at < document.out_point:
        found.append(Region(rest, at, document.out_point))
    return tuple(found)


def region_faults(document: Document) -> Sequence[DurationError]:
    """Returns what is wrong with the markers of regions, one error for each.

    Args:
        document: The document.
    """
    count = sum(bool(marker.region) for marker in document.markers)
    if count > MAX_REGIONS:
        what = f"{count} markers name regions, more than {MAX_REGIONS}"
        hint = "Take the words velocity:protect, hold, loop and stretch off most of them"
        return [DurationError(what, place=Place(file=document.file or None, field="duration"), hint=hint)]
    found = [fault for marker in document.markers if (fault := _fault(marker))]
    if found:
        return found
    for before, after in pairwise(_marked(document)):
        if after.start < before.end:
            what = f"the regions of the markers {before.name!r} and {after.name!r} overlap"
            hint = f"Let {after.name!r} begin at frame {before.end:g} or later, or {before.name!r} end earlier"
            found.append(DurationError(what, place=Place(file=document.file or None, field="duration"), hint=hint))
    return found


def _fault(marker: Marker) -> DurationError | None:
    if not marker.region:
        return None
    place = Place(field="duration")
    if marker.region not in KINDS:
        what = f"the marker {marker.name!r} says velocity:{marker.region}"
        return DurationError(what, place=place, hint=f"Write {WORDS}")
    if marker.duration <= 0 and marker.region != HOLD:
        what = f"the marker {marker.name!r} says velocity:{marker.region}, and has no duration"
        return DurationError(what, place=place, hint="Give the marker a duration, so that it names a part of the time")
    return None


def _marked(document: Document) -> list[Region]:
    """The regions of markers, in order. A marker to hold without a duration means the frame at which it stands."""
    found = []
    for marker in document.markers:
        if marker.region in KINDS:
            length = marker.duration if marker.duration > 0 else 1.0
            start, end = max(marker.time, document.in_point), min(marker.time + length, document.out_point)
            if start < end:
                found.append(Region(marker.region, start, end, marker.name))
    return sorted(found, key=lambda one: (one.start, one.end))
