"""Templates: upload, look, preview."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
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
from velocity_client.generated.models.template_detail import TemplateDetail
from velocity_client.generated.models.template_dto import TemplateDto
from velocity_client.generated.models.template_job_dto import TemplateJobDto
from velocity_client.generated.models.upload_template_body import UploadTemplateBody
from velocity_client.generated.types import UNSET, File
from velocity_client.orders import Template, file_of, template_id
from velocity_client.parts import OnBytes


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

    async def delete(self, template: Template) -> None:
        with understood():
            good(await delete_template.asyncio_detailed(UUID(template_id(template)), client=self._api))

    async def download(self, template: Template, path: str | PathLike[str], on_bytes: OnBytes | None = None) -> Path:
        """The ZIP as it was uploaded."""
        return await download(self._http, f"/template/{template_id(template)}/download", path, on_bytes)
