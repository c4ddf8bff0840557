"""Fetched files that become an account's own: kept in the storage as uploads are, and counted to its quota."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from uuid import uuid4

from velocity_web.accounts import quota
from velocity_web.database.entities import execute, lock_account, rows, writing
from velocity_web.failures import QuotaExceeded
from velocity_web.jobs.queue import Leased
from velocity_web.orders.remote_sources import forget_sources
from velocity_web.orders.upload_formats import sound_format, zip_fault
from velocity_web.schemas import states
from velocity_web.settings import Settings
from velocity_web.storage.fetched import Held
from velocity_web.storage.files import MadeFile, remove, write_new
from velocity_web.storage.objects import Objects, discard

NO_SOUND = "the file is not MP3, WAV or AAC"


class NotTaken(Exception):
    """Why a fetched file is not kept, in a sentence for who named it."""


def keep(held: Held, file: str, settings: Settings, objects: Objects, stop: Callable[[], bool]) -> MadeFile:
    """A copy of what was fetched, as a file of the storage. Raises what ``Objects.store`` does."""
    part = settings.temporary.resolve() / f"kept-{uuid4()}"
    try:
        os.link(held.path, part)
        objects.store(part, file, stop)
    finally:
        remove(part)
    return MadeFile(file, held.size_bytes, held.sha256)


def keep_content(content: bytes, file: str, settings: Settings, objects: Objects, stop: Callable[[], bool]) -> MadeFile:
    """The same of bytes that were made of it."""
    part = settings.temporary.resolve() / f"kept-{uuid4()}"
    try:
        write_new(part, content)
        objects.store(part, file, stop)
    finally:
        remove(part)
    return MadeFile(file, len(content), hashlib.sha256(content).hexdigest())


def _is_ours(job: Leased) -> bool:
    """Within a session: whether this is still the job's attempt."""
    found = rows(
        f"SELECT 1 FROM job WHERE id = $id AND attempts = $attempt AND status = '{states.PROCESSING}' "
        "AND lease_owner IS NOT NULL",
        {"id": job.id, "attempt": job.attempt},
    )
    return bool(found)


def take_in(job: Leased, held: Held, settings: Settings, objects: Objects, stop: Callable[[], bool]) -> None:
    """What was fetched becomes the file of the job's template or audio. Raises NotTaken."""
    if job.kind == states.TEMPLATE:
        fault, file, more = zip_fault(held.path), f"templates/{job.subject_id}.zip", {}
    else:
        kind = sound_format(held.path)
        fault = None if kind else NO_SOUND
        file, more = f"audio/{job.subject_id}.{kind}", {"format": kind}
    if fault:
        raise NotTaken(fault)
    made = keep(held, file, settings, objects, stop)
    table = states.TEMPLATE if job.kind == states.TEMPLATE else states.AUDIO
    try:
        with writing():
            lock_account(job.account_id)
            if not _is_ours(job):
                return  # somebody else has it, and makes the same of it
            quota.take(job.account_id, made.size_bytes)
            columns = {"file": file, "size_bytes": made.size_bytes, "sha256": made.sha256, **more}
            changes = ", ".join(f"{name} = ${name}" for name in columns)
            execute(f"UPDATE {table} SET {changes} WHERE id = $id", {**columns, "id": job.subject_id})
            forget_sources(job.id)
    except QuotaExceeded as full:
        discard(objects, file)
        raise NotTaken(full.detail) from None
