"""What is uploaded beside templates: pictures, clips and sounds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from io import BytesIO
from os import PathLike
from pathlib import Path
from uuid import UUID

from velocity_client._async.downloads import download
from velocity_client._async.http import AsyncRetryingClient
from velocity_client._async.waiting import changes_of
from velocity_client.answers import good
from velocity_client.errors import Failed, Mistaken, understood
from velocity_client.generated.api.asset import delete_asset, get_asset, list_assets, upload_asset
from velocity_client.generated.api.audio import delete_audio, get_audio, get_audio_status, list_audio, upload_audio
from velocity_client.generated.client import Client
from velocity_client.generated.models.asset_dto import AssetDto
from velocity_client.generated.models.audio_dto import AudioDto
from velocity_client.generated.models.audio_list_entry import AudioListEntry
from velocity_client.generated.models.upload_asset_body import UploadAssetBody
from velocity_client.generated.models.upload_audio_body import UploadAudioBody
from velocity_client.generated.types import UNSET, File
from velocity_client.orders import Changes, Given, Sound, file_of, identity_of, is_id, source_of
from velocity_client.parts import OnBytes

UNUSUAL_TYPE = "application/octet-stream"


class AsyncAssets:
    """Pictures and clips that take the place of a template's."""

    def __init__(self, api: Client, http: AsyncRetryingClient) -> None:
        self._api, self._http = api, http
        self._uploaded: dict[str, str] = {}

    async def upload(self, file: str | PathLike[str] | bytes, name: str | None = None) -> AssetDto:
        """Keep a picture (PNG, JPEG, GIF, TGA, WebP), a clip (MP4) or a caption file (SRT, WebVTT, ASS). Raises Refused
        where the service takes it not."""
        content = file if isinstance(file, bytes) else file_of(file).read_bytes()
        file_name = name or ("picture" if isinstance(file, bytes) else Path(file).name)
        sent = File(payload=BytesIO(content), file_name=file_name, mime_type=UNUSUAL_TYPE)
        body = UploadAssetBody(file=sent, name=name if name is not None else UNSET)
        with understood():
            return good(await upload_asset.asyncio_detailed(client=self._api, body=body))

    async def get(self, asset_id: UUID | str) -> AssetDto:
        with understood():
            return good(await get_asset.asyncio_detailed(identity_of("picture or clip", asset_id), client=self._api))

    async def list(self, skip: int = 0, take: int = 50) -> list[AssetDto]:
        with understood():
            return good(await list_assets.asyncio_detailed(client=self._api, skip=skip, take=take))

    async def delete(self, asset_id: UUID | str) -> None:
        with understood():
            good(await delete_asset.asyncio_detailed(identity_of("picture or clip", asset_id), client=self._api))

    async def download(self, asset_id: UUID | str, path: str | PathLike[str]) -> Path:
        return await download(self._http, f"/asset/{identity_of('picture or clip', asset_id)}/download", path)

    async def sources(self, changes: Changes) -> dict[tuple[str, str], Mapping[str, str]]:
        """What the images and videos of a customization map are, each file uploaded, once for each content."""
        found: dict[tuple[str, str], Mapping[str, str]] = {}
        for word in ("images", "videos"):
            given: Mapping[str, Given] = changes.get(word, {})  # type: ignore[assignment]
            for layer, one in given.items():
                found[(word, layer)] = source_of(one) or {"assetId": await self._asset_of(one)}
        return found

    async def _asset_of(self, given: Given) -> str:
        if not isinstance(given, str | PathLike | bytes):
            raise Mistaken(f"{given!r:.80} is no picture or clip: give a path, bytes, or an asset")
        content = given if isinstance(given, bytes) else file_of(given).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._uploaded:
            name = None if isinstance(given, bytes) else Path(given).name
            self._uploaded[digest] = str((await self.upload(content, name)).id)
        return self._uploaded[digest]


class AsyncSounds:
    """Sounds under videos."""

    def __init__(self, api: Client, http: AsyncRetryingClient) -> None:
        self._api, self._http = api, http
        self._uploaded: dict[str, str] = {}

    async def upload(self, file: str | PathLike[str], timeout: float | None = None) -> AudioDto:
        """Keep a sound (MP3, WAV, AAC), and wait until it is ready.

        Raises:
            Failed: The service cannot use it; the text says why.
            TimedOut: It was not ready within ``timeout`` seconds.
        """
        path = file_of(file)
        with path.open("rb") as opened, understood():
            body = UploadAudioBody(file=File(payload=opened, file_name=path.name, mime_type=UNUSUAL_TYPE))
            audio_id = good(await upload_audio.asyncio_detailed(client=self._api, body=body)).audio_id

        async def look() -> tuple[object, bool]:
            with understood():
                status = good(await get_audio_status.asyncio_detailed(audio_id, client=self._api))
            if status.status == "failed":
                raise Failed("sound", str(audio_id), "failed", status.reason)
            return status.status, status.status == "completed"

        async for _status in changes_of(look, timeout, f"the sound {path.name}"):
            pass
        return await self.get(audio_id)

    async def get(self, audio_id: UUID | str) -> AudioDto:
        with understood():
            return good(await get_audio.asyncio_detailed(identity_of("sound", audio_id), client=self._api))

    async def list(self, skip: int = 0, take: int = 100) -> list[AudioListEntry]:
        with understood():
            return good(await list_audio.asyncio_detailed(client=self._api, skip=skip, take=take))

    async def delete(self, audio_id: UUID | str) -> None:
        with understood():
            good(await delete_audio.asyncio_detailed(identity_of("sound", audio_id), client=self._api))

    async def download(self, audio_id: UUID | str, path: str | PathLike[str], on_bytes: OnBytes | None = None) -> Path:
        return await download(self._http, f"/audio/{identity_of('sound', audio_id)}/download", path, on_bytes)

    async def id_of(self, sound: Sound) -> str:
        """A file is uploaded, once for each content."""
        if isinstance(sound, AudioDto):
            return str(sound.id)
        if is_id(sound):
            return str(sound)
        if not isinstance(sound, str | PathLike):
            raise Mistaken(f"{sound!r:.80} is no sound: give a path, or an audio")
        digest = hashlib.sha256(file_of(sound).read_bytes()).hexdigest()
        if digest not in self._uploaded:
            self._uploaded[digest] = str((await self.upload(sound)).id)
        return self._uploaded[digest]
