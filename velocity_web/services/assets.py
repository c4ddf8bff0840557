"""Pictures and clips for replacements, and caption files."""

from __future__ import annotations

from typing import Any

from pony.orm import desc

from velocity_web.accounts import quota
from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import Asset, execute, lock_account, new_id, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.failures import Invalid, NotDeletable, NotFound
from velocity_web.orders.render_requests import cues_text
from velocity_web.processes.assignments import FileAssignment
from velocity_web.processes.runner import Runner, TaskFailed
from velocity_web.schemas import states
from velocity_web.schemas.asset import CONTENT_TYPES, AssetDto
from velocity_web.services.paging import Listed, Window, total_of
from velocity_web.settings import Settings
from velocity_web.storage.files import StoredFile, Upload, clean_name, task_folder
from velocity_web.storage.objects import Objects, discard

USES_ASSET = (
    "SELECT 1 FROM render_asset JOIN job ON job.id = render_asset.render_id WHERE render_asset.asset_id = $id "
    f"AND job.status IN ({states.listed(states.ACTIVE)}) LIMIT 1"
)


def accept_asset(caller: Caller, settings: Settings, objects: Objects, runner: Runner, upload: Upload) -> AssetDto:
    """Keep an upload after a look at it. Raises Invalid, QuotaExceeded; then nothing of it stays."""
    try:
        try:
            arrived = str(upload.path.resolve())
            assignment = FileAssignment(file=arrived, names={upload.path.name: upload.file_name})
            with task_folder(settings.temporary) as folder:
                info = runner.run(caller.account_id, "asset", assignment, (arrived,), folder)
        except TaskFailed as failure:
            raise Invalid("the file is not a usable picture, clip or caption file", {"file": [str(failure)]}) from None
        asset_id = new_id()
        stored = f"assets/{asset_id}.{info['format']}"
        objects.store(upload.path, stored)
    finally:
        upload.discard()
    try:
        cues = cues_text(info.pop("cues", None))
        with writing():
            quota.take(caller.account_id, upload.size_bytes)
            asset = Asset(
                id=asset_id,
                account_id=caller.account_id,
                name=clean_name(upload.fields.get("name"), upload.file_name),
                file=stored,
                size_bytes=upload.size_bytes,
                sha256=upload.sha256,
                created_at=now_ms(),
                cues=cues,
                **info,
            )
            return _dto(asset)
    except BaseException:
        discard(objects, stored)
        raise


def _dto(asset: Asset) -> AssetDto:
    fields: dict[str, Any] = {name: getattr(asset, name) for name in ("id", "name", "kind", "format", "size_bytes")}
    return AssetDto(
        **fields,
        asset_id=asset.id,
        width=asset.width or None,
        height=asset.height or None,
        duration=asset.seconds,
        created_at=iso_time(asset.created_at),
    )


def find_asset(caller: Caller, asset_id: str) -> Asset:
    """Within a session. Raises NotFound."""
    asset: Asset | None = Asset.get(id=asset_id)
    if asset is None or asset.account_id != caller.account_id:
        raise NotFound(f"there is no asset {asset_id}")
    return asset


def list_assets(caller: Caller, window: Window) -> Listed[AssetDto]:
    with reading():
        query = Asset.select(lambda asset: asset.account_id == caller.account_id)
        found = query.order_by(lambda asset: (desc(asset.created_at), asset.id))[window.skip : window.end]
        own = {"account": caller.account_id}
        total = total_of("FROM asset WHERE account_id = $account", own, window, len(found))
        return [_dto(asset) for asset in found], total


def asset_detail(caller: Caller, asset_id: str) -> AssetDto:
    with reading():
        return _dto(find_asset(caller, asset_id))


def asset_file(caller: Caller, asset_id: str) -> tuple[StoredFile, str]:
    """The original file and its content type. Raises NotFound."""
    with reading():
        asset = find_asset(caller, asset_id)
        stored = StoredFile(asset.file, asset.name, asset.sha256, asset.created_at)
        # An earlier version took other formats, too.
        return stored, CONTENT_TYPES.get(asset.format, "application/octet-stream")


def delete_asset(caller: Caller, objects: Objects, asset_id: str) -> None:
    """Raises NotFound, and NotDeletable while an active render uses it."""
    with writing():
        lock_account(caller.account_id)
        asset = find_asset(caller, asset_id)
        if rows(USES_ASSET, {"id": asset_id}):
            raise NotDeletable("active render jobs use the asset; cancel them first")
        file = asset.file
        quota.give_back(caller.account_id, asset.size_bytes)
        execute(f"DELETE FROM job WHERE subject_id = $id AND kind = '{states.ASSET}'", {"id": asset_id})
        execute("DELETE FROM asset WHERE id = $id", {"id": asset_id})
    discard(objects, file)
