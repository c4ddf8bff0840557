"""The service as one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self, Unpack
from uuid import uuid4

from velocity_client._async.batches import AsyncBatch, AsyncBatches
from velocity_client._async.files import AsyncAssets, AsyncSounds
from velocity_client._async.http import AsyncRetryingClient
from velocity_client._async.renders import AsyncRender, AsyncRenders
from velocity_client._async.templates import AsyncTemplates
from velocity_client.answers import good
from velocity_client.errors import Unreadable, understood
from velocity_client.generated.api.batch import create_batch
from velocity_client.generated.api.render import create_render, get_render_time_budget
from velocity_client.generated.api.template import get_storage_status
from velocity_client.generated.client import Client
from velocity_client.generated.models.batch_detail import BatchDetail
from velocity_client.generated.models.batch_request import BatchRequest
from velocity_client.generated.models.render_estimate import RenderEstimate
from velocity_client.generated.models.render_queued import RenderQueued
from velocity_client.generated.models.render_request import RenderRequest
from velocity_client.generated.models.render_time_budget_status_dto import RenderTimeBudgetStatusDto
from velocity_client.generated.models.storage_status_dto import StorageStatusDto
from velocity_client.orders import (
    ROW_WORDS,
    WORDS,
    Changes,
    Order,
    Row,
    Template,
    entries_of,
    require_known,
    said_and_lasting,
    settings_of,
    template_field,
    template_name,
)
from velocity_client.retries import Retries


class AsyncVelocity:
    """A Velocity service and one of its accounts.

    Args:
        url: Where the service is, such as ``http://127.0.0.1:8080``.
        key: The account's API key.
        retries: When requests are sent again.
        options: What ``httpx`` clients take beside these, such as ``timeout``, ``proxy`` and ``verify``.

    Attributes:
        templates: Upload, list, describe, preview and delete templates.
        renders: Renders that were made before.
        batches: Batches that were made before.
        assets: Pictures and clips.
        sounds: Sounds.
        api: What the functions of ``velocity_client.generated.api`` take as ``client``, for all else.

    Example:
        >>> velocity = Velocity("http://127.0.0.1:8080", key)
        >>> template = velocity.templates.upload("card.zip")
        >>> render = velocity.render(template, texts={"Headline": "Hello"}, images={"Photo": "me.jpg"})
        >>> render.wait()
        >>> render.download("hello.mp4")
    """

    def __init__(self, url: str, key: str, *, retries: Retries | None = None, **options: Any) -> None:
        self._http = AsyncRetryingClient(url, key, retries or Retries(), **options)
        self.api = Client(awaited=self._http)
        self.assets = AsyncAssets(self.api, self._http)
        self.sounds = AsyncSounds(self.api, self._http)
        self.templates = AsyncTemplates(self.api, self._http, self.assets)
        self.renders = AsyncRenders(self.api, self._http)
        self.batches = AsyncBatches(self.api, self._http)

    async def render(
        self, template: Template, *, idempotency_key: str | None = None, **order: Unpack[Order]
    ) -> AsyncRender:
        """Queue a render, once, however often the request has to be sent.

        Args:
            template: What ``templates.upload`` returned, an instance of a campaign, or a template's id.
            idempotency_key: The same key and order give the same render for 24 hours; a new one for each call where it
                is left out.
            order: What changes (``texts``, ``images``, ``videos``, ``colors``, ``visible``, ``slots``,
                ``customizations``) and how the video is made (``name``, ``metadata``, ``audio``, ``encoder``,
                ``frames``, ``duration``, ``captions``, ``poster``, ``webhook_url``, ``executor``). Files among them are
                uploaded first.

        Raises:
            Refused: The order is wrong, or the account has no render time or storage left; the text says all of it.
            Unreachable: The service did not answer.
        """
        request = await self._request(template, order)
        with understood():
            answer = await create_render.asyncio_detailed(
                client=self.api, body=request, idempotency_key=idempotency_key or str(uuid4())
            )
            queued = answer.parsed
        if not isinstance(queued, RenderQueued):
            raise Unreadable("the service answered an estimate where a render was asked for")
        return self.renders.get(queued.render_id)

    async def estimate(self, template: Template, **order: Unpack[Order]) -> RenderEstimate:
        """Check an order as ``render`` would, and say how long it takes and how large it gets; nothing is queued."""
        request = await self._request(template, order)
        with understood():
            answer = await self._http.request("POST", "/render", params={"dryRun": "true"}, json=request.to_dict())
            return RenderEstimate.from_dict(answer.json())

    async def batch(self, template: Template, rows: Iterable[Row] | str, **order: Unpack[Order]) -> AsyncBatch:
        """Queue a video for each row.

        Args:
            template: As for ``render``.
            rows: Changes for each video, with ``name``, ``audio`` and ``captions`` where it has its own; or a CSV as
                text, whose first line names a ``name`` column and layers.
            order: What all videos share, as for ``render``, but for the changes.

        Raises:
            Refused: As for ``render``. A row that is wrong is kept as rejected, and the others are queued.
        """
        require_known(order, WORDS - frozenset(Changes.__annotations__))
        fields: dict[str, Any] = {**template_field(template), **settings_of(order)}
        if "name" in order:
            fields["name"] = order["name"]
        if "audio" in order:
            fields["audioId"] = await self.sounds.id_of(order["audio"])
        fields |= {"csv": rows} if isinstance(rows, str) else {"rows": [await self._row(row) for row in rows]}
        with understood():
            answer = await create_batch.asyncio_detailed(client=self.api, body=BatchRequest.from_dict(fields))
            queued = answer.parsed
        if not isinstance(queued, BatchDetail):
            raise Unreadable("the service answered an estimate where a batch was asked for")
        return self.batches.get(queued.batch_id)

    async def _row(self, row: Row) -> Mapping[str, Any]:
        require_known(row, ROW_WORDS)
        found: dict[str, Any] = {"customizationMap": entries_of(row, await self.assets.sources(row))}
        if "name" in row:
            found["name"] = row["name"]
        if "metadata" in row:
            found["metadata"] = dict(row["metadata"])
        if "audio" in row:
            found["audioId"] = await self.sounds.id_of(row["audio"])
        return found | said_and_lasting(row)

    async def _request(self, template: Template, order: Order) -> RenderRequest:
        require_known(order, WORDS)
        fields: dict[str, Any] = {
            **template_field(template),
            "name": order.get("name", template_name(template)),
            "customizationMap": entries_of(order, await self.assets.sources(order)),
            **settings_of(order),
        }
        if "audio" in order:
            fields["audioId"] = await self.sounds.id_of(order["audio"])
        return RenderRequest.from_dict(fields)

    async def budget(self) -> RenderTimeBudgetStatusDto:
        """The account's render time: used, left, and all."""
        with understood():
            return good(await get_render_time_budget.asyncio_detailed(client=self.api))

    async def storage(self) -> StorageStatusDto:
        """The account's storage: used, left, and all."""
        with understood():
            return good(await get_storage_status.asyncio_detailed(client=self.api))

    async def aclose(self) -> None:
        """End its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.aclose()
