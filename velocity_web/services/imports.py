"""Templates, audio, pictures, clips and fonts that come from a URL or a connection, in place of an upload.

They are fetched, and looked at as uploads are, by a worker: their status tells of the stages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import velocity_engine as engine
from velocity_web.accounts.auth import Caller
from velocity_web.clock import iso_time
from velocity_web.database.entities import Asset, Font, Job, insert_many, lock_account, new_id, reading, writing
from velocity_web.database.now import now_ms
from velocity_web.events.tracing import traceparent
from velocity_web.events.wake import wake
from velocity_web.failures import Invalid
from velocity_web.orders.remote_sources import add_sources, source_rows
from velocity_web.schemas import states
from velocity_web.schemas.asset import AssetJobDto, AssetQueued
from velocity_web.schemas.audio import AudioUploaded
from velocity_web.schemas.font import FontJobDto, FontQueued
from velocity_web.schemas.source import AudioImportRequest, ImportRequest
from velocity_web.schemas.template import TemplateUploaded
from velocity_web.services.assets import find_asset
from velocity_web.services.audio import default_group, find_group
from velocity_web.services.elsewhere import Elsewhere, Errors
from velocity_web.services.fonts import find_font, require_few
from velocity_web.settings import Settings
from velocity_web.storage.disk import require_room
from velocity_web.storage.fetched import name_at
from velocity_web.storage.files import clean_name

SHAPE = "give url, or connection and path"


def _located(caller: Caller, settings: Settings, asked: ImportRequest) -> engine.FileReference:
    """Raises Invalid."""
    errors: Errors = {}
    named = asked.named()
    if not named:
        raise Invalid(SHAPE, {"url": [SHAPE]})
    found = Elsewhere(settings, caller).located(named, "", errors)
    if found is None:
        raise Invalid("the file cannot be fetched", {name.lstrip("."): told for name, told in errors.items()})
    require_room(settings)
    return found


def _name(asked: ImportRequest, file: engine.FileReference) -> str:
    return clean_name(asked.name, clean_name(name_at(file.location), "file"))


def _queue(caller: Caller, kind: str, subject: tuple[str, str], file: engine.FileReference, most_bytes: int) -> str:
    """Within the transaction that holds the account: the job of a subject (its id and its name). Returns its id."""
    job_id = new_id()
    add_sources(source_rows(job_id, [file], most_bytes))
    Job(
        id=job_id,
        kind=kind,
        account_id=caller.account_id,
        subject_id=subject[0],
        name=subject[1],
        status=states.PENDING,
        created_at=now_ms(),
        traceparent=traceparent(),
    )
    return job_id


def import_template(caller: Caller, settings: Settings, asked: ImportRequest) -> TemplateUploaded:
    """Raises Invalid and NoSpace."""
    file = _located(caller, settings, asked)
    template_id, name = new_id(), _name(asked, file)
    stem = name[:-4] if name.lower().endswith(".zip") else name
    with writing():
        lock_account(caller.account_id)
        insert_many(
            "template",
            [
                {
                    "id": template_id,
                    "account_id": caller.account_id,
                    "name": stem or "template",
                    "file_name": name_at(file.location),
                    "file": f"templates/{template_id}.zip",
                    "size_bytes": 0,
                    "sha256": "",
                    "created_at": now_ms(),
                }
            ],
        )
        job_id = _queue(caller, states.TEMPLATE, (template_id, stem), file, settings.max_template_bytes)
    wake()
    return TemplateUploaded(status=states.UPLOADED, template_id=template_id, job_id=job_id)


def import_audio(caller: Caller, settings: Settings, asked: AudioImportRequest) -> AudioUploaded:
    """Raises Invalid, NotFound (of the group) and NoSpace."""
    file = _located(caller, settings, asked)
    audio_id, name = new_id(), _name(asked, file)
    with writing():
        lock_account(caller.account_id)
        named = asked.audio_group_id
        group = find_group(caller, str(named)) if named else default_group(caller)
        insert_many(
            "audio",
            [
                {
                    "id": audio_id,
                    "account_id": caller.account_id,
                    "group_id": group.id,
                    "name": name,
                    "file": f"audio/{audio_id}",
                    "size_bytes": 0,
                    "sha256": "",
                    "format": "",
                    "created_at": now_ms(),
                }
            ],
        )
        job_id = _queue(caller, states.AUDIO, (audio_id, name), file, settings.max_audio_bytes)
        owner = group.id
    wake()
    return AudioUploaded(
        status=states.PROCESSING, audio_id=audio_id, job_id=job_id, audio_group_id=owner, audio_asset_group_id=owner
    )


def import_asset(caller: Caller, settings: Settings, asked: ImportRequest) -> AssetQueued:
    """Raises Invalid and NoSpace."""
    file = _located(caller, settings, asked)
    asset_id = new_id()
    with writing():
        lock_account(caller.account_id)
        job_id = _queue(caller, states.ASSET, (asset_id, _name(asked, file)), file, settings.max_asset_bytes)
    wake()
    return AssetQueued(status=states.PENDING, asset_id=asset_id, job_id=job_id)


def import_font(caller: Caller, settings: Settings, asked: ImportRequest) -> FontQueued:
    """Raises Invalid, also where the account has too many fonts already, and NoSpace."""
    file = _located(caller, settings, asked)
    font_id = new_id()
    with writing():
        lock_account(caller.account_id)
        require_few(caller, settings)
        job_id = _queue(caller, states.FONT, (font_id, _name(asked, file)), file, settings.max_font_bytes)
    wake()
    return FontQueued(status=states.PENDING, font_id=font_id, job_id=job_id)


def asset_status(caller: Caller, asset_id: str) -> AssetJobDto:
    """Of an asset; one that was uploaded has been completed since. Raises NotFound."""
    with reading():
        name, told = _status_of(caller, states.ASSET, asset_id, find_asset)
        return AssetJobDto(asset_id=asset_id, asset_name=name, **told)


def font_status(caller: Caller, font_id: str) -> FontJobDto:
    """The same of a font."""
    with reading():
        name, told = _status_of(caller, states.FONT, font_id, find_font)
        return FontJobDto(font_id=font_id, font_name=name, **told)


def _status_of(
    caller: Caller, kind: str, subject_id: str, find: Callable[[Caller, str], Asset | Font]
) -> tuple[str, dict[str, Any]]:
    """Within a session: the name, and how far the job is. Raises NotFound."""
    job = Job.get(subject_id=subject_id, kind=kind)
    if job is not None and job.account_id == caller.account_id:
        times = {"created_at": iso_time(job.created_at), "completed_at": iso_time(job.completed_at)}
        return job.name, {"job_id": job.id, "status": job.status, "stage": job.stage, "reason": job.reason, **times}
    found = find(caller, subject_id)
    times = {"created_at": iso_time(found.created_at), "completed_at": iso_time(found.created_at)}
    is_done = {"status": states.COMPLETED, "stage": states.COMPLETED, "reason": None}
    return found.name, {"job_id": subject_id, **is_done, **times}
