"""Renders: a handle on each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from os import PathLike
from pathlib import Path
from uuid import UUID

from velocity_client._async.downloads import download
from velocity_client._async.http import AsyncRetryingClient
from velocity_client._async.waiting import changes_of
from velocity_client.answers import good
from velocity_client.errors import Failed, understood
from velocity_client.generated.api.link import link_render
from velocity_client.generated.api.render import (
    cancel_render,
    delete_render,
    get_render,
    get_render_status,
    list_active_renders,
    list_render_history,
    list_renders,
)
from velocity_client.generated.client import Client
from velocity_client.generated.models.link_dto import LinkDto
from velocity_client.generated.models.list_render_history_status import ListRenderHistoryStatus
from velocity_client.generated.models.render_detail import RenderDetail
from velocity_client.generated.models.render_dto import RenderDto
from velocity_client.generated.models.render_job_dto import RenderJobDto
from velocity_client.generated.models.render_link_request import RenderLinkRequest
from velocity_client.generated.models.render_status_dto import RenderStatusDto
from velocity_client.generated.types import UNSET
from velocity_client.orders import identity_of
from velocity_client.parts import OnBytes

USUAL_LINK = 3600
FINAL = frozenset({"completed", "failed", "cancelled", "deleted"})


class AsyncRender:
    """One render. Making a handle asks nothing of the service.

    Attributes:
        id: The render's id.
    """

    def __init__(self, render_id: UUID | str, api: Client, http: AsyncRetryingClient) -> None:
        self.id = identity_of("render", render_id)
        self._api, self._http = api, http

    def __repr__(self) -> str:
        return f"Render({str(self.id)!r})"

    async def status(self) -> RenderStatusDto:
        """How far it is, with its findings as ``warnings``."""
        with understood():
            return good(await get_render_status.asyncio_detailed(self.id, client=self._api))

    async def progress(self, timeout: float | None = None) -> AsyncIterator[RenderStatusDto]:
        """Each state of the render that is not as the one before, up to the last, however it ended.

        Raises TimedOut after ``timeout`` seconds.

        Example:
            >>> for status in render.progress():
            ...     print(f"{status.status} {status.progress:.0%}")
        """

        async def look() -> tuple[RenderStatusDto, bool]:
            status = await self.status()
            return status, status.status in FINAL

        async for status in changes_of(look, timeout, f"the render {self.id}"):
            yield status

    async def wait(
        self, timeout: float | None = None, on_progress: Callable[[RenderStatusDto], None] | None = None
    ) -> RenderStatusDto:
        """Wait until the video is there.

        Raises:
            Failed: The render failed, or was cancelled; the text says why.
            TimedOut: It has not ended within ``timeout`` seconds; it goes on.
        """
        async for status in self.progress(timeout):
            if on_progress is not None:
                on_progress(status)
            if status.status in FINAL and status.status != "completed":
                raise Failed("render", str(self.id), str(status.status), status.reason)
        return status

    async def download(self, path: str | PathLike[str], on_bytes: OnBytes | None = None) -> Path:
        """Save the video, going on after broken connections, also with what an earlier call left of it.

        Args:
            path: The file to write; it appears when all of it is there.
            on_bytes: Is called with the bytes so far and the bytes of all.

        Raises:
            Refused: There is no video (404).
            Unreachable: The connection broke again and again; call again to go on.
        """
        return await download(self._http, f"/render/{self.id}/download", path, on_bytes)

    async def download_poster(self, path: str | PathLike[str]) -> Path:
        """Save the picture that ``poster`` asked for."""
        return await download(self._http, f"/render/{self.id}/poster", path)

    async def link(self, seconds: int = USUAL_LINK) -> LinkDto:
        """A URL of the video that needs no key, for a player or a page; it ends after so many seconds."""
        body = RenderLinkRequest(expires_seconds=seconds)
        with understood():
            return good(await link_render.asyncio_detailed(self.id, client=self._api, body=body))

    async def detail(self) -> RenderDetail:
        """With the settings it was made with; only once it is completed."""
        with understood():
            return good(await get_render.asyncio_detailed(self.id, client=self._api))

    async def cancel(self) -> None:
        """Stop it. Raises Refused (409) if it has ended."""
        with understood():
            good(await cancel_render.asyncio_detailed(self.id, client=self._api))

    async def delete(self) -> None:
        """Its video goes with it."""
        with understood():
            good(await delete_render.asyncio_detailed(self.id, client=self._api))


class AsyncRenders:
    """The account's renders."""

    def __init__(self, api: Client, http: AsyncRetryingClient) -> None:
        self._api, self._http = api, http

    def get(self, render_id: UUID | str) -> AsyncRender:
        """A handle on a render that was made before."""
        return AsyncRender(render_id, self._api, self._http)

    async def active(self) -> list[RenderJobDto]:
        """Those that wait or run."""
        with understood():
            return good(await list_active_renders.asyncio_detailed(client=self._api))

    async def history(self, status: str | None = None, skip: int = 0, take: int = 100) -> list[RenderJobDto]:
        """Those that have ended; ``status`` is completed, failed or cancelled."""
        wanted = UNSET if status is None else ListRenderHistoryStatus(status)
        with understood():
            answer = await list_render_history.asyncio_detailed(client=self._api, status=wanted, skip=skip, take=take)
            return good(answer)

    async def list(self, skip: int = 0, take: int = 50) -> list[RenderDto]:
        """Completed ones, newest first."""
        with understood():
            return good(await list_renders.asyncio_detailed(client=self._api, skip=skip, take=take))
