"""Pictures and clips that are filled in: kept in a temporary folder for as long as the studio runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import falcon

from velocity_web.clock import iso_time, now_ms
from velocity_web.failures import Invalid, NotFound
from velocity_web.http.uploads import receive_upload
from velocity_web.processes.analyse_process import analyse_asset
from velocity_web.processes.assignments import FileAssignment
from velocity_web.processes.telling import reason
from velocity_web.schemas.asset import CONTENT_TYPES, AssetDto
from velocity_web.storage.files import remove

MAX_BYTES = 2 << 30


class Shelf:
    """What was uploaded, by id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, tuple[Path, AssetDto]] = {}
        self._lock = threading.Lock()

    def receive(self, req: falcon.Request) -> dict[str, Any]:
        """Keeps an upload. Raises Invalid for what is no picture and no clip."""
        import velocity_engine as engine

        upload = receive_upload(req, self._folder, limit=MAX_BYTES)
        try:
            found = analyse_asset(FileAssignment(file=str(upload.path), names={}), lambda told: None)
        except engine.VelocityError as error:
            remove(upload.path)
            sentence = reason(error, {upload.path.name: upload.file_name})
            raise Invalid("the file is neither a picture nor a clip", {"file": [sentence]}) from None
        identity = upload.path.name.removeprefix("upload-")
        asset = AssetDto(
            id=identity,
            asset_id=identity,
            name=upload.file_name,
            kind=found["kind"],
            format=found["format"],
            width=found["width"],
            height=found["height"],
            duration=found["seconds"],
            size_bytes=upload.size_bytes,
            created_at=iso_time(now_ms()),
        )
        with self._lock:
            self._kept[identity] = (upload.path, asset)
        return asset.model_dump(mode="json", by_alias=True)

    def all(self) -> list[dict[str, Any]]:
        """The newest first."""
        with self._lock:
            kept = list(self._kept.values())
        return [asset.model_dump(mode="json", by_alias=True) for _, asset in reversed(kept)]

    def find(self, identity: str) -> tuple[Path, AssetDto]:
        """Raises NotFound."""
        with self._lock:
            try:
                return self._kept[identity]
            except KeyError:
                raise NotFound(f"there is no asset {identity}") from None

    def files(self, entries: Sequence[Any]) -> dict[str, str]:
        """The files of the assets that a customization map names; what is not there, the engine tells."""
        sources = [
            entry[key]["assetId"]
            for entry in entries
            if isinstance(entry, dict)
            for key in ("image", "video")
            if isinstance(entry.get(key), dict) and isinstance(entry[key].get("assetId"), str)
        ]
        with self._lock:
            return {identity: str(self._kept[identity][0]) for identity in sources if identity in self._kept}


def content_type(asset: AssetDto) -> str:
    return CONTENT_TYPES[asset.format]
