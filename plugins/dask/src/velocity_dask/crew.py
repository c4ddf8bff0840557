"""The workers of a render: looked at before they get a segment, sent the files that they lack, heard of meanwhile."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from velocity_dask import worker
from velocity_dask.parcels import Shipment
from velocity_dask.shipping import Shipper, strange
from velocity_engine import RenderFailed, VelocityError

if TYPE_CHECKING:
    from distributed import Client

LOOK_SECONDS = 1.0
PULSE_SECONDS = 5.0
HEARD_SECONDS = 12.0
"""Of a worker that was not heard for so long, nobody knows whether it is idle."""
NOBODY_LOOKS = 120
"""How often a render looks for workers where none can take part. Looks are counted, not seconds: those in which a
machine sleeps are none."""
SENDINGS = 3


@dataclass(slots=True)
class Member:
    """A worker. ``frames`` are those of its segments, by number; ``heard`` is when it told of them last."""

    threads: int
    is_fit: bool = False
    heard: float = 0.0
    frames: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        return self.is_fit and len(self.frames) < self.threads and time.monotonic() - self.heard < HEARD_SECONDS


class Crew:
    """All workers of a cluster, for one render. ``follow`` runs beside it. ``parts`` is what the conductor is made of;
    ``told`` is called with the number of a segment and how many of its frames are done."""

    def __init__(
        self, client: Client, shipment: Shipment, parts: Mapping[str, str], told: Callable[[int, int], None]
    ) -> None:
        self._client, self._parts, self._told = client, parts, told
        self.render = uuid.uuid4().hex
        self._brief = worker.Brief(self.render, shipment.order.to_json(), shipment.parcels)
        self._shippers = {sha256: Shipper(client, shipment, sha256) for sha256 in shipment.paths}
        self.members: dict[str, Member] = {}
        self._faults: dict[str, VelocityError] = {}
        self._attending: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    @property
    def fit(self) -> list[str]:
        """The addresses of those that can render."""
        return [address for address, member in self.members.items() if member.is_fit]

    @property
    def threads(self) -> int:
        return sum(member.threads for member in self.members.values() if member.is_fit)

    def idle(self, number: int) -> list[str]:
        """The addresses of those that could render the segment of that number beside who renders it."""
        return [one for one, member in self.members.items() if member.is_idle and number not in member.frames]

    async def ready(self) -> list[str]:
        """The addresses of those that can render, once there are some. Raises VelocityError where there are none."""
        for _ in range(NOBODY_LOOKS):
            if fit := self.fit:
                return fit
            if self._faults and len(self._faults) == len(self.members):
                raise next(iter(self._faults.values()))
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
        hint = "Start some: dask worker tcp://host:8786"
        raise RenderFailed("the dask cluster has no workers that answer", hint=hint)

    async def follow(self) -> None:
        """Looks who comes and goes, until it is cancelled. Raises OSError once the scheduler is gone."""
        self._client.subscribe_topic(worker.TOPIC, self._heard)
        try:
            while True:
                await self._look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            tasks = (*self._attending.values(), *self._stopping)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self, number: int) -> None:
        """Ends a segment wherever it is still rendered. Nobody waits for it: who renders it may stand still."""
        for address, member in self.members.items():
            if number in member.frames:
                asking = asyncio.create_task(self._ask(address, worker.stop, self.render, number))
                self._stopping.add(asking)
                asking.add_done_callback(self._stopping.discard)

    async def dismiss(self) -> None:
        """Ends all that is still rendered."""
        await self._client.run(worker.end, self.render, workers=list(self.members), on_error="ignore")

    def begin_anew(self, address: str) -> None:
        """Looks at a worker again, which has lost what it was told or sent."""
        if task := self._attending.pop(address, None):
            task.cancel()
        self._forget(address)

    async def _look(self) -> None:
        threads: dict[str, int] = await self._client.nthreads()
        for address, task in list(self._attending.items()):
            if address not in threads:
                self.begin_anew(address)
            elif task.done():
                task.result()
        for address, count in threads.items():
            if address not in self._attending:
                self.members[address] = Member(count)
                self._attending[address] = asyncio.create_task(self._attend(address))

    def _forget(self, address: str) -> None:
        self.members.pop(address, None)
        self._faults.pop(address, None)
        self._changed.set()

    async def _attend(self, address: str) -> None:
        member = self.members[address]
        try:
            await self._prepare(address)
        except VelocityError as error:
            self._faults[address] = error
            self._changed.set()
            return
        member.is_fit, member.heard = True, time.monotonic()
        self._changed.set()
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            frames = await self._ask(address, worker.pulse, self.render)
            if not isinstance(frames, dict):  # it does not know the render any more, or is gone: the next look tells
                self.begin_anew(address)
                return
            self._note(address, frames)

    async def _prepare(self, address: str) -> None:
        """Raises VelocityError where a worker cannot take part."""
        for _ in range(SENDINGS):  # what arrived is gone again where the worker's folder is too small
            readiness = await self._ask(address, worker.begin, self._brief)
            if not isinstance(readiness, worker.Readiness):
                raise strange(address, readiness)
            if readiness.fault is not None:
                raise readiness.fault
            if found := difference(self._parts, readiness.parts):
                name, mine, theirs = found
                what = f"the worker {address} could render other bytes: its {name} is {theirs}, the one here is {mine}"
                raise RenderFailed(what, hint="Install the same packages on all workers, on processors of one kind")
            if not readiness.lacks:
                return
            await asyncio.gather(*(self._shippers[sha256].to(address) for sha256 in sorted(readiness.lacks)))
        raise RenderFailed(f"the worker {address} does not keep the files of the order")

    async def _ask(self, address: str, function: Callable[..., Any], *arguments: Any) -> Any:
        answers = await self._client.run(function, *arguments, workers=[address], on_error="return")
        return answers.get(address)

    def _heard(self, event: tuple[float, Any]) -> None:
        message = event[1]
        if message["render"] == self.render:
            self._note(message["worker"], dict(message["frames"]))

    def _note(self, address: str, frames: Mapping[int, int]) -> None:
        if member := self.members.get(address):
            member.frames, member.heard = frames, time.monotonic()
        for number, count in frames.items():
            self._told(number, count)


def difference(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The first thing in which two processes differ: its name, what it is here, and there. None where they do not."""
    for name in dict.fromkeys([*here, *there]):
        mine, theirs = here.get(name, "missing"), there.get(name, "missing")
        if mine != theirs:
            return name, mine, theirs
    return None
