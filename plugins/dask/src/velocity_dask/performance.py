"""The thread on which a render is conducted, and what the thread of the render hears from it."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from velocity_dask.conductor import Conductor, Work
from velocity_engine import RenderFailed
from velocity_engine.plugin_types import EncodedSegment, Segment

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 20.0
CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """So many frames of a segment are done."""

    segment: Segment
    frames: int


class Performance:
    """Conducts ``work`` at the scheduler of ``address``; where that is empty, on a cluster of this machine that ends
    with it. Use it in a ``with`` statement."""

    def __init__(self, address: str, work: Work) -> None:
        self._address, self._work = address, work
        self._said: queue.SimpleQueue[Told | EncodedSegment | BaseException] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._conducting: asyncio.Task[None] | None = None
        self._conductor: Conductor | None = None
        self._thread = threading.Thread(target=self._run, name="velocity-dask", daemon=True)

    def __enter__(self) -> Performance:
        self._thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()

    def hear(self, seconds: float) -> Told | EncodedSegment | None:
        """What is said next; None where nothing is for so long. Raises VelocityError."""
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(said, BaseException):
            raise said
        return said

    def take(self, segment: Segment) -> None:
        """Takes note that the caller is done with the result of a segment."""
        if self._conductor is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._conductor.take, segment.number)

    def _stop(self) -> None:
        if self._conducting is not None:
            self._conducting.cancel()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._conduct())
        except asyncio.CancelledError:
            return
        except OSError as error:
            lost = RenderFailed("the scheduler of the dask cluster does not answer any more", hint="Look at its log")
            lost.__cause__ = error
            self._said.put(lost)
        except BaseException as error:  # noqa: BLE001  # the thread of the render raises it
            self._said.put(error)

    async def _conduct(self) -> None:
        self._conducting = asyncio.current_task()
        async with AsyncExitStack() as stack:
            client = await self._connected(stack)
            self._conductor = Conductor(
                client, self._work, lambda segment, frames: self._said.put(Told(segment, frames)), self._said.put
            )
            await self._conductor.conduct()

    async def _connected(self, stack: AsyncExitStack) -> Client:
        from distributed import Client, LocalCluster

        place: Any = self._address
        if not place:
            cluster = LocalCluster(
                n_workers=min(available_cores(), len(self._work.segments)),
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                asynchronous=True,
            )
            place = await stack.enter_async_context(cluster)
        try:
            client = Client(place, asynchronous=True, set_as_default=False, timeout=CONNECT_SECONDS, name="velocity")
            stack.push_async_callback(_close, client)
            await client
        except (OSError, TimeoutError, ValueError) as error:
            hint = "Start one with: dask scheduler"
            raise RenderFailed(f"no dask scheduler answers at {self._address}", hint=hint) from error
        return client


async def _close(client: Client) -> None:
    with suppress(TimeoutError, OSError):
        await asyncio.wait_for(client.close(), CLOSE_SECONDS)


def available_cores() -> int:
    """The processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
