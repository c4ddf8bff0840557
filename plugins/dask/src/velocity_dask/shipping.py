"""Contents on their way to workers, a chunk at a time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from velocity_dask import worker
from velocity_dask.parcels import Shipment
from velocity_engine import RenderFailed, VelocityError

if TYPE_CHECKING:
    from distributed import Client

GATHER_SECONDS = 0.05
PACKAGES = ("velocity_dask", "velocity_engine")


class Shipper:
    """Sends one content. Who asks for it while it is on the way waits for the next time; all that wait get it together,
    so that it leaves this machine once for them."""

    def __init__(self, client: Client, shipment: Shipment, sha256: str) -> None:
        self._client, self._shipment, self._sha256 = client, shipment, sha256
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._sending: asyncio.Task[None] | None = None

    async def to(self, address: str) -> None:
        """Raises VelocityError where it does not arrive."""
        arrived = self._waiting.setdefault(address, asyncio.get_running_loop().create_future())
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())
        await arrived

    async def _send(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            waiting, self._waiting = self._waiting, {}
            try:
                faults = await self._sent(set(waiting))
            except Exception as error:  # noqa: BLE001  # who waits raises it
                faults = dict.fromkeys(waiting, error)
            for address, arrived in waiting.items():
                if not arrived.done():
                    fault = faults.get(address)
                    if fault is None:
                        arrived.set_result(None)
                    else:
                        arrived.set_exception(fault)

    async def _sent(self, addresses: set[str]) -> Mapping[str, Exception]:
        """Returns what went wrong, by address."""
        arrival, faults = uuid.uuid4().hex, dict[str, Exception]()
        chunks = self._shipment.chunks(self._sha256)
        data = await asyncio.to_thread(next, chunks, None)
        while data is not None and (left := addresses - faults.keys()):
            following = await asyncio.to_thread(next, chunks, None)
            chunk = worker.Chunk(arrival, self._sha256, data, following is None)
            answers = await self._client.run(worker.take, chunk, workers=sorted(left), on_error="return")
            for address in left:
                fault = answers.get(address, OSError())
                if fault is not None:
                    faults[address] = fault if isinstance(fault, VelocityError) else strange(address, fault)
            data = following
        return faults


def strange(address: str, answer: object) -> RenderFailed:
    """What is raised where a worker answers with anything but what it was asked for."""
    hint = "Install the same velocity-render and velocity-dask on all workers"
    if isinstance(answer, Exception) and ModuleNotFoundError.__name__ in repr(answer):  # in the words of another error
        for package in PACKAGES:
            if package in str(answer):
                return RenderFailed(f"the worker {address} has no {package}", hint=hint)
    if isinstance(answer, OSError) or answer is None:
        return RenderFailed(f"the worker {address} does not answer", hint="Look at its log")
    return RenderFailed(f"the worker {address} does not understand what it is asked: {answer!r}", hint=hint)
