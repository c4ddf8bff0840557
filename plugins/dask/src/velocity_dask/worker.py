"""What runs on a worker. ``render`` is a task; the others are called beside tasks (``Client.run``).

A worker knows a render from ``begin`` on: the order, how far its segments are, and when its conductor was heard last.
A segment that nobody waits for any more ends at its next frame: since its conductor said so, or is gone.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from velocity_dask import store
from velocity_dask.parcels import Parcel
from velocity_engine import RenderCancelled, RenderFailed, RenderOrder, VelocityError, build_parts, render_segment
from velocity_engine.plugin_types import EncodedSegment, Segment

SILENCE_SECONDS = 30.0
"""How long a conductor may be silent before its segments end."""
TOPIC = "velocity"
"""Of the events that tell how far segments are. It is one for all renders: dask never forgets a topic."""
TELL_SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Brief:
    """What a worker is told of a render. ``order`` is JSON."""

    render: str
    order: str
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a worker answers: what it is made of, and which contents it lacks. ``fault`` is why it can take no part."""

    parts: Mapping[str, str] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()
    fault: VelocityError | None = None


@dataclass(slots=True)
class _Render:
    brief: Brief
    order: RenderOrder
    heard: float
    over: set[int] = field(default_factory=set)
    frames: dict[int, int] = field(default_factory=dict)
    told: float = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self.heard > SILENCE_SECONDS


_renders: dict[str, _Render] = {}
_arrivals: dict[str, store.Arrival] = {}
_lock = threading.Lock()


async def begin(brief: Brief) -> Readiness:
    """Makes a render known. It looks at files, so it does not hold up the worker's loop."""
    return await asyncio.to_thread(_begun, brief)


def _begun(brief: Brief) -> Readiness:
    try:
        parts = build_parts()
        lacks = frozenset(store.lacking(brief.parcels))
        if not lacks:
            store.laid_out(brief.parcels)
    except VelocityError as error:
        return Readiness(fault=error)
    order = store.placed(RenderOrder.from_json(brief.order))
    with _lock:
        for name in [name for name, one in _renders.items() if one.is_over and not one.frames]:
            del _renders[name]
        known = _renders.setdefault(brief.render, _Render(brief, order, 0.0))
    known.heard = time.monotonic()
    return Readiness(parts, lacks)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of a content, in order; those of one ``arrival`` make one content."""

    arrival: str
    sha256: str
    data: bytes
    is_last: bool


async def take(chunk: Chunk) -> VelocityError | None:
    """Takes bytes of a content. Returns what went wrong."""
    return await asyncio.to_thread(_taken, chunk)


def _taken(chunk: Chunk) -> VelocityError | None:
    try:
        arrival = _arrivals.get(chunk.arrival) or store.Arrival(chunk.sha256)
        _arrivals[chunk.arrival] = arrival
        arrival.add(chunk.data)
        if chunk.is_last:
            _arrivals.pop(chunk.arrival).keep()
    except VelocityError as error:
        if found := _arrivals.pop(chunk.arrival, None):
            found.drop()
        return error
    return None


def pulse(render: str) -> dict[int, int] | None:
    """Tells that the conductor lives. Returns how many frames are done of the segments that are rendered here, by the
    number of the segment; None where the render is not known."""
    known = _renders.get(render)
    if known is None:
        return None
    known.heard = time.monotonic()
    return dict(known.frames)


def stop(render: str, number: int) -> None:
    """Ends a segment that is over, since another worker was faster."""
    if known := _renders.get(render):
        known.over.add(number)


def end(render: str) -> None:
    """Ends all segments of a render, at their next frame."""
    known = _renders.pop(render, None)
    if known is not None:
        known.heard = float("-inf")


class _Watch:
    """The ``RenderWatch`` of one segment. It is asked and told at each frame, so it looks at a set and a clock only."""

    def __init__(self, known: _Render, segment: Segment, here: Any) -> None:
        self._known, self._number, self._here = known, segment.number, here

    def cancelled(self) -> bool:
        return self._number in self._known.over or self._known.is_over

    def encoded(self, segment: Segment, frames: int) -> None:
        self._known.frames[self._number] = frames
        if time.monotonic() - self._known.told > TELL_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Sends an event with the frames of all segments of this render here."""
        self._known.told = time.monotonic()
        frames = [[number, count] for number, count in dict(self._known.frames).items()]
        message = {"render": self._known.brief.render, "worker": self._here.address, "frames": frames}
        self._here.log_event(TOPIC, message)


@dataclass(frozen=True, slots=True)
class NotRendered:
    """In the place of a segment: its render is over, or the worker at ``address`` has lost what it needs for it."""

    address: str


def render(name: str, segment: Segment) -> EncodedSegment | NotRendered:
    """One segment of a render. Raises VelocityError as ``render_segment`` does."""
    from distributed import get_worker

    here = get_worker()
    known = _renders.get(name)
    if known is None or not store.laid_out(known.brief.parcels):
        return NotRendered(here.address)
    known.frames[segment.number] = 0
    watch = _Watch(known, segment, here)
    watch.tell()
    try:
        return render_segment(known.order, segment, watch)
    except RenderCancelled:
        return NotRendered(here.address)
    except VelocityError:
        raise
    except MemoryError:
        raise RenderFailed(
            "a worker has too little memory to render this", hint="Choose a smaller resolution"
        ) from None
    except Exception as error:
        raise RenderFailed(f"rendering failed: {type(error).__name__} on a worker") from error
    finally:
        known.frames.pop(segment.number, None)
        watch.tell()
