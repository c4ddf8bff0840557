"""A render on a cluster, on the loop of a thread of its own: segments out, packets back, a bounded number at a time.

Dask places the tasks, and gives those of a lost worker to another one (as often as its setting
``distributed.scheduler.allowed-failures`` says). What is done here beside it: only workers that would render the same
bytes get tasks (``Crew``); and a segment that takes far longer than others do is rendered a second time where a worker
is idle: the first result counts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

from velocity_dask import worker
from velocity_dask.crew import Crew
from velocity_dask.parcels import Shipment
from velocity_engine import RenderFailed, VelocityError
from velocity_engine.plugin_types import EncodedSegment, Segment

if TYPE_CHECKING:
    from distributed import Client

LOOK_SECONDS = 0.25
ATTEMPTS = 6
SLOW, SLOW_SECONDS = 2.0, 1.5
"""Late is what takes so many times as long as the median segment, and these seconds."""
END_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Work:
    """What is rendered, and what the conductor is made of."""

    shipment: Shipment
    segments: Sequence[Segment]
    parts: Mapping[str, str]


@dataclass(slots=True)
class _Flight:
    """A segment on its way. It ``is_late`` once it shall be rendered once more; ``tried`` is when somebody was last
    asked to, ``frames`` were told."""

    since: float = field(default_factory=time.monotonic)
    tried: float = field(default_factory=time.monotonic)
    is_late: bool = False
    frames: int = 0


@dataclass(frozen=True, slots=True)
class _Try:
    """A task of dask, the workers that may do it, and its result once it is there."""

    future: Any
    addresses: frozenset[str]
    result: asyncio.Task[EncodedSegment | worker.NotRendered]

    def drop(self) -> None:
        self.result.cancel()
        self.future.release()


class Conductor:
    """``progressed`` is told of (segment, frames), ``finished`` of results, both on the loop's thread. A result that is
    taken (``take``) makes room for another segment."""

    def __init__(
        self,
        client: Client,
        work: Work,
        progressed: Callable[[Segment, int], None],
        finished: Callable[[EncodedSegment], None],
    ) -> None:
        self._client, self._work, self._finished = client, work, finished
        self._segments = {segment.number: segment for segment in work.segments}
        self._progressed = progressed
        self._crew = Crew(client, work.shipment, work.parts, self._tell)
        self._flights: dict[int, _Flight] = {}
        self._seconds: list[float] = []
        self._untaken = [segment.number for segment in work.segments]
        self._taken = asyncio.Event()

    def take(self, number: int) -> None:
        """Takes note that somebody has taken the result of that number."""
        self._untaken.remove(number)
        self._taken.set()

    async def conduct(self) -> None:
        """Renders all segments. Raises VelocityError, and OSError where the scheduler is gone."""
        tasks = [asyncio.create_task(one) for one in (self._connection(), self._crew.follow(), self._render_all())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await next(task for task in tasks if task.done())
        except VelocityError:
            raise
        except Exception as error:
            if self._is_connected:
                raise
            raise ConnectionError from error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._is_connected:
                with suppress(TimeoutError, OSError):
                    await asyncio.wait_for(self._crew.dismiss(), END_SECONDS)

    @property
    def _is_connected(self) -> bool:
        return bool(self._client.status == "running")

    async def _connection(self) -> None:
        """Raises ConnectionError once the scheduler is gone. What waits for it notices that only much later."""
        while self._is_connected:
            await asyncio.sleep(LOOK_SECONDS)
        raise ConnectionError

    async def _render_all(self) -> None:
        waiting = list(self._work.segments)[::-1]
        running: set[asyncio.Task[None]] = set()
        try:
            await self._crew.ready()
            while waiting or running:
                while waiting and waiting[-1].number in self._untaken[: self._room()]:
                    running.add(asyncio.create_task(self._render(waiting.pop())))
                await self._something(running)
                for task in [task for task in running if task.done()]:
                    running.remove(task)
                    task.result()
                self._find_late()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _something(self, running: set[asyncio.Task[None]]) -> None:
        """Waits for a segment, or for room."""
        self._taken.clear()
        room = asyncio.create_task(self._taken.wait())
        try:
            await asyncio.wait({*running, room}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.cancel()

    def _room(self) -> int:
        """How many segments may be on their way or wait to be taken: for each thread one, and one that comes next."""
        return 2 * self._crew.threads + 1

    def _tell(self, number: int, frames: int) -> None:
        flight = self._flights.get(number)
        if flight is not None and frames > flight.frames:  # fewer are those of who renders it a second time
            flight.frames = frames
            self._progressed(self._segments[number], frames)

    def _find_late(self) -> None:
        if self._seconds:
            slow = time.monotonic() - SLOW * median(self._seconds) - SLOW_SECONDS
            for number, flight in self._flights.items():
                flight.is_late = flight.tried < slow and bool(self._crew.idle(number))

    async def _render(self, segment: Segment) -> None:
        self._flights[segment.number] = _Flight()
        for attempt in range(ATTEMPTS):
            result = await self._attempt(segment, attempt)
            if result is not None:
                self._seconds.append(time.monotonic() - self._flights.pop(segment.number).since)
                self._finished(result)
                return
        raise RenderFailed(f"segment {segment.number} was lost {ATTEMPTS} times by the workers of the dask cluster")

    async def _attempt(self, segment: Segment, attempt: int) -> EncodedSegment | None:
        """None where all workers that had the segment are gone, or have lost what they need for it."""
        name = f"{segment.number}-{attempt}"
        flight = self._flights[segment.number]
        flight.is_late = False
        tries = [self._try(segment, await self._crew.ready(), name)]
        asked = [tries[0].future.key]
        flight.tried = time.monotonic()
        try:
            while tries:
                await asyncio.wait(
                    [one.result for one in tries], timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for one in [one for one in tries if one.result.done() or one.addresses.isdisjoint(self._crew.members)]:
                    result = self._outcome(one, segment)
                    if result is not None:
                        if len(asked) > 1:
                            self._crew.stop(segment.number)
                        return result
                    tries.remove(one)
                    one.drop()
                if flight.is_late and (idle := await self._others(segment, asked)):
                    flight.is_late, flight.tried = False, time.monotonic()
                    tries.append(self._try(segment, idle, f"{name}-{len(asked)}"))
                    asked.append(tries[-1].future.key)
            return None
        finally:
            for one in tries:
                one.drop()

    async def _others(self, segment: Segment, asked: Sequence[str]) -> list[str]:
        """Who has nothing else to do, and none of the tasks that were asked for: who has one may stand still."""
        tasks = await self._client.processing()
        return [one for one in self._crew.idle(segment.number) if not set(asked) & set(tasks.get(one, ()))]

    def _try(self, segment: Segment, addresses: Sequence[str], name: str) -> _Try:
        future = self._client.submit(
            worker.render,
            self._crew.render,
            segment,
            key=f"velocity-segment-{self._crew.render}-{name}",
            workers=list(addresses),
            priority=-segment.number,
            pure=False,
        )
        return _Try(future, frozenset(addresses), asyncio.create_task(_result(future)))

    def _outcome(self, one: _Try, segment: Segment) -> EncodedSegment | None:
        """What a try has brought. Raises VelocityError."""
        from distributed import KilledWorker

        if not one.result.done():
            return None
        if not self._is_connected:
            raise ConnectionError
        try:
            result = one.result.result()
        except (asyncio.CancelledError, CancelledError, OSError):  # dask has lost the task
            return None
        except KilledWorker as error:
            what = f"the workers that rendered segment {segment.number} ended, one after the other"
            hint = f"Look at the log of {error.last_worker.address}; it may have had too little memory"
            raise RenderFailed(what, hint=hint) from None
        if isinstance(result, worker.NotRendered):
            self._crew.begin_anew(result.address)
            return None
        return result


async def _result(future: Any) -> EncodedSegment | worker.NotRendered:
    result: EncodedSegment | worker.NotRendered = await future
    return result
