"""Templates: upload, look, preview."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any, Unpack
from uuid import UUID

from velocity_client._async.downloads import download
from velocity_client._async.files import AsyncAssets
from velocity_client._async.http import AsyncRetryingClient
from velocity_client._async.waiting import changes_of
from velocity_client.answers import good
from velocity_client.errors import Failed, understood
from velocity_client.generated.api.template import (
    delete_template,
    get_template,
    get_template_status,
    list_templates,
    upload_template,
)
from velocity_client.generated.client import Client
from velocity_client.generated.models.clip_request import ClipRequest
from velocity_client.generated.models.preview_dto import PreviewDto
from velocity_client.generated.models.preview_request import PreviewRequest
from velocity_client.generated.models.template_detail import TemplateDetail
from velocity_client.generated.models.template_dto import TemplateDto
from velocity_client.generated.models.template_job_dto import TemplateJobDto
from velocity_client.generated.models.upload_template_body import UploadTemplateBody
from velocity_client.generated.types import UNSET, File
from velocity_client.orders import (
    CUT_WORDS,
    VIEW_WORDS,
    Cut,
    Picture,
    Template,
    View,
    entries_of,
    file_of,
    previewed,
    require_known,
    said_and_lasting,
    template_id,
)
from velocity_client.parts import OnBytes

VIEW_FIELDS = ("frame", "marker", "frames", "columns", "width", "format")


class AsyncTemplates:
    """The account's templates."""

    def __init__(self, api: Client, http: AsyncRetryingClient, assets: AsyncAssets) -> None:
        self._api, self._http, self._assets = api, http, assets

    async def upload(
        self,
        file: str | PathLike[str],
        name: str | None = None,
        *,
        timeout: float | None = None,
        on_stage: Callable[[str], None] | None = None,
    ) -> TemplateDetail:
        """Upload a template, and wait until the service has looked at it.

        Args:
            file: The template's ZIP.
            name: What it is called; that of the file where it is left out.
            timeout: Seconds to wait after the upload; without end where it is left out.
            on_stage: Is called with each stage, such as ``validating`` and ``analyzing``.

        Raises:
            Failed: The service cannot use the template; the text says why.
            Refused: It was not taken, such as for its size.
            TimedOut: It was not ready within ``timeout`` seconds.

        Example:
            >>> template = velocity.templates.upload("card.zip", on_stage=print)
            >>> [layer.path for layer in template.layers if layer.customizable]
        """
        path = file_of(file)
        with path.open("rb") as opened, understood():
            sent = File(payload=opened, file_name=path.name, mime_type="application/zip")
            body = UploadTemplateBody(file=sent, name=UNSET if name is None else name)
            queued = good(await upload_template.asyncio_detailed(client=self._api, body=body))
        return await self.wait(queued.template_id, timeout=timeout, on_stage=on_stage)

    async def wait(
        self,
        template: Template,
        *,
        timeout: float | None = None,
        on_stage: Callable[[str], None] | None = None,
    ) -> TemplateDetail:
        """Wait until an uploaded template is ready; as ``upload`` does."""
        identity = template_id(template)

        async def look() -> tuple[str, bool]:
            status = await self.status(identity)
            if status.status == "failed":
                raise Failed("template", identity, "failed", status.reason)
            return str(status.stage), status.status == "completed"

        async for stage in changes_of(look, timeout, f"the analysis of the template {identity}"):
            if on_stage is not None:
                on_stage(stage)
        return await self.get(identity)

    async def status(self, template: Template) -> TemplateJobDto:
        with understood():
            return good(await get_template_status.asyncio_detailed(UUID(template_id(template)), client=self._api))

    async def get(self, template: Template) -> TemplateDetail:
        """A template with its layers, fonts, markers and findings."""
        with understood():
            return good(await get_template.asyncio_detailed(UUID(template_id(template)), client=self._api))

    async def list(self) -> list[TemplateDto]:
        """All that are ready, newest first."""
        with understood():
            return good(await list_templates.asyncio_detailed(client=self._api))

    async def preview(self, template: Template, **view: Unpack[View]) -> Picture:
        """A frame, or several side by side, as a render with these changes would draw it.

        Args:
            template: As for ``render``.
            view: The changes (``texts``, ``images``, and so on), and what is shown: ``frame``, ``marker`` or ``frames``
                with ``columns``, at ``width`` pixels each, as ``format`` (png, jpeg or webp); with ``captions``, and of
                a video of a ``duration``.

        Raises:
            Refused: The request cannot be drawn; the text says why.

        Example:
            >>> picture = velocity.templates.preview(template, texts={"Headline": "Hello"}, frame=40, width=640)
            >>> Path("preview.png").write_bytes(picture.content)
        """
        require_known(view, VIEW_WORDS)
        fields = {word: view[word] for word in VIEW_FIELDS if word in view} | said_and_lasting(view)  # type: ignore[literal-required]
        identity, named = previewed(template)
        map_of = entries_of(view, await self._assets.sources(view))
        with understood():
            request = PreviewRequest.from_dict({**fields, **named, "customizationMap": map_of})
            answer = await self._http.request(
                "POST",
                f"/template/{identity}/preview",
                json=request.to_dict(),
                headers={"Accept": "application/json"},
            )
            told = PreviewDto.from_dict(answer.json())
            return Picture(
                content=b64decode(told.image),
                content_type=told.content_type,
                width=told.width,
                height=told.height,
                frames=tuple(told.frames),
                findings=tuple(told.findings),
            )

    async def clip(self, template: Template, **cut: Unpack[Cut]) -> bytes:
        """A short, small video of some frames, drawn at once; nothing is queued or charged.

        Args:
            template: As for ``render``.
            cut: The changes, and what is shown: ``frames`` or ``marker``, at ``width`` pixels and ``frame_rate`` a
                second, as ``format`` (mp4 or webm).
        """
        require_known(cut, CUT_WORDS)
        names = {"marker": "marker", "width": "width", "frame_rate": "frameRate", "format": "format"}
        fields: dict[str, Any] = {
            field: cut[word]  # type: ignore[literal-required]
            for word, field in names.items()
            if word in cut
        } | said_and_lasting(cut)
        ends = zip(("startFrame", "endFrame"), cut.get("frames", (None, None)), strict=True)
        fields |= {field: frame for field, frame in ends if frame is not None}
        identity, named = previewed(template)
        map_of = entries_of(cut, await self._assets.sources(cut))
        with understood():
            request = ClipRequest.from_dict({**fields, **named, "customizationMap": map_of})
            url = f"/template/{identity}/preview/clip"
            return (await self._http.request("POST", url, json=request.to_dict())).content

    async def delete(self, template: Template) -> None:
        with understood():
            good(await delete_template.asyncio_detailed(UUID(template_id(template)), client=self._api))

    async def download(self, template: Template, path: str | PathLike[str], on_bytes: OnBytes | None = None) -> Path:
        """The ZIP as it was uploaded."""
        return await download(self._http, f"/template/{template_id(template)}/download", path, on_bytes)
