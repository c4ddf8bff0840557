"""Many videos of one template."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from os import PathLike
from pathlib import Path
from uuid import UUID

from velocity_client._async.downloads import download
from velocity_client._async.http import AsyncRetryingClient
from velocity_client._async.waiting import changes_of
from velocity_client.answers import good
from velocity_client.errors import understood
from velocity_client.generated.api.batch import cancel_batch, get_batch, list_batches
from velocity_client.generated.client import Client
from velocity_client.generated.models.batch_detail import BatchDetail
from velocity_client.generated.models.batch_dto import BatchDto
from velocity_client.orders import identity_of

FINAL = frozenset({"completed", "cancelled"})
ALL_ROWS = 10_000


class AsyncBatch:
    """One batch. Making a handle asks nothing of the service.

    Attributes:
        id: The batch's id.
    """

    def __init__(self, batch_id: UUID | str, api: Client, http: AsyncRetryingClient) -> None:
        self.id = identity_of("batch", batch_id)
        self._api, self._http = api, http

    def __repr__(self) -> str:
        return f"Batch({str(self.id)!r})"

    async def status(self, skip: int = 0, take: int = ALL_ROWS) -> BatchDetail:
        """How far it is, with its rows."""
        with understood():
            return good(await get_batch.asyncio_detailed(self.id, client=self._api, skip=skip, take=take))

    async def progress(self, timeout: float | None = None) -> AsyncIterator[BatchDetail]:
        """Each state that is not as the one before, up to the last; without the rows.

        Raises TimedOut after ``timeout`` seconds.
        """

        async def look() -> tuple[BatchDetail, bool]:
            detail = await self.status(take=1)
            detail.rows = []
            return detail, detail.status in FINAL

        async for status in changes_of(look, timeout, f"the batch {self.id}"):
            yield status

    async def wait(
        self, timeout: float | None = None, on_progress: Callable[[BatchDetail], None] | None = None
    ) -> BatchDetail:
        """Wait until all videos have ended. Rows may have failed or been rejected: each says how it ended, and why."""
        async for status in self.progress(timeout):
            if on_progress is not None:
                on_progress(status)
        return await self.status()

    async def download(self, folder: str | PathLike[str]) -> list[Path]:
        """Save all videos that are there, under the number and the name of their row."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        found = []
        for row in (await self.status()).rows:
            if row.status == "completed" and row.render_id:
                url = f"/render/{row.render_id}/download"
                ending = await self._ending(url)
                name = f"{row.row:04d}-{_safe(row.name)}{ending}"
                found.append(await download(self._http, url, target / name))
        return found

    async def _ending(self, url: str) -> str:
        """How the service would have the file's name end."""
        answer = await self._http.request("HEAD", url)
        match = re.search(r'filename="[^"]*(\.\w+)"', answer.headers.get("Content-Disposition", ""))
        return match[1] if match else ""

    async def cancel(self) -> None:
        """Stop what waits and what runs; finished videos stay."""
        with understood():
            good(await cancel_batch.asyncio_detailed(self.id, client=self._api))


class AsyncBatches:
    """The account's batches."""

    def __init__(self, api: Client, http: AsyncRetryingClient) -> None:
        self._api, self._http = api, http

    def get(self, batch_id: UUID | str) -> AsyncBatch:
        """A handle on a batch that was made before."""
        return AsyncBatch(batch_id, self._api, self._http)

    async def list(self, skip: int = 0, take: int = 50) -> list[BatchDto]:
        """Newest first, without rows."""
        with understood():
            return good(await list_batches.asyncio_detailed(client=self._api, skip=skip, take=take))


def _safe(name: str) -> str:
    return re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]', "_", name).strip(" .")[:80] or "video"
