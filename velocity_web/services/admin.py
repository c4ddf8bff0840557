"""Administration: what ``velocity admin`` does, as functions on the settings' database and storage."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pony.orm import desc

from velocity_web.accounts.links import end_all_links
from velocity_web.database.entities import (
    Account,
    Job,
    Render,
    connect,
    execute,
    get_existing,
    lock_account,
    lock_job,
    new_id,
    reading,
    rows,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.failures import Conflict, NotFound
from velocity_web.logs import set_up_logs
from velocity_web.orders.cleanup import remove_leftovers
from velocity_web.orders.destinations import copy_destinations
from velocity_web.orders.remote_sources import copy_sources
from velocity_web.schemas import states
from velocity_web.schemas.account import KeyRequest
from velocity_web.schemas.scopes import ALL, USUAL
from velocity_web.services import keys, users
from velocity_web.services.render_ends import cancel_job
from velocity_web.settings import MIB, Settings
from velocity_web.storage.chosen import objects_for_requests
from velocity_web.storage.files import make_folders
from velocity_web.storage.objects import Found, Objects

FILE_TABLES = ("template", "audio", "asset", "font", "render", "poster")


@dataclass(frozen=True, slots=True)
class UserRow:
    """``keys`` are the prefixes of those that are valid."""

    name: str
    keys: str
    disabled: bool
    quota_mb: int
    used_bytes: int
    budget_ms: int
    used_ms: int


@dataclass(frozen=True, slots=True)
class KeyRow:
    prefix: str
    name: str
    scopes: str
    origins: str
    created: str | None
    last_used: str | None
    expires: str | None


@dataclass(frozen=True, slots=True)
class JobRow:
    id: str
    kind: str
    user: str
    name: str
    status: str
    attempts: int
    owner: str | None
    reason: str | None


@dataclass(slots=True)
class Verification:
    """Sentences of what does not hold. ``orphans`` are files that no row names; ``over_limits`` tells of users who
    hold more than an administrator allows them by now, which is no fault."""

    missing: list[str] = field(default_factory=list)
    wrong_sizes: list[str] = field(default_factory=list)
    wrong_sums: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    over_limits: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.wrong_sizes or self.wrong_sums or self.orphans)


def open_store(settings: Settings) -> None:
    """Connect to the settings' database, making it and the folders where they are not there yet."""
    connect(settings.data, settings.database)
    make_folders(settings.data)


def first_user(settings: Settings, name: str) -> str | None:
    """The key of a first user, made only when there is none at all. It has all scopes: who made the service has it."""
    with reading():
        if Account.select().count():
            return None
    try:
        return add_user(settings, name, scopes=ALL)
    except Conflict:  # another process that started beside this one was faster
        return None


def add_user(
    settings: Settings,
    name: str,
    quota_mb: int | None = None,
    budget_ms: int | None = None,
    scopes: Sequence[str] = USUAL,
) -> str:
    """A new user's key, shown only here. Raises Conflict when the name is taken or empty."""
    open_store(settings)
    means = {"quota_mb": quota_mb, "budget_ms": budget_ms}
    return users.make_user(settings, name, means, scopes).first_key.key


def delete_user(settings: Settings, name: str) -> None:
    """Remove a user with everything that it has. Raises NotFound and Conflict."""
    set_up_logs(settings)
    open_store(settings)
    users.delete_user(settings, objects_for_requests(settings), _id_of(name))


def _id_of(name: str) -> str:
    with reading():
        return str(_find(name).id)


def _find(name: str) -> Account:
    account: Account | None = Account.get(name=name)
    if account is None:
        known = ", ".join(sorted(entry.name for entry in Account.select())[:20])
        raise NotFound(f"there is no user {name!r}; there are: {known or 'none'}")
    return account


def list_users(settings: Settings) -> list[UserRow]:
    open_store(settings)
    with reading():
        return [
            UserRow(
                account.name,
                ", ".join(key.prefix for key in keys.valid_keys(account.id)),
                account.disabled,
                account.quota_mb,
                account.used_bytes,
                account.budget_ms,
                account.used_ms,
            )
            for account in Account.select().order_by(lambda account: account.name)
        ]


def add_key(settings: Settings, name: str, request: KeyRequest) -> str:
    """One more key for a user, shown only here. Raises NotFound and Conflict."""
    open_store(settings)
    wish = keys.KeyWish(request.name, request.scopes, request.origins, request.expires_seconds)
    return keys.make(_id_of(name), wish).key


def list_keys(settings: Settings, name: str) -> list[KeyRow]:
    """Raises NotFound."""
    open_store(settings)
    with reading():
        return [
            KeyRow(
                key.prefix,
                key.name,
                " ".join(key.scopes),
                " ".join(key.origins),
                _shown(key.created_at),
                _shown(key.last_used_at),
                _shown(key.expires_at),
            )
            for key in keys.keys_of(_find(name).id)
        ]


def _shown(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def rotate_key(settings: Settings, name: str, prefix: str | None = None, keep_hours: int = 0) -> str:
    """A new key in the place of another, which ends after so long. ``prefix`` may be left out where there is one.

    Raises NotFound and Conflict.
    """
    open_store(settings)
    account_id, key_id = _key_named(name, prefix)
    return keys.rotate(account_id, key_id, keep_hours * 3600).key


def revoke_key(settings: Settings, name: str, prefix: str) -> None:
    """Raises NotFound and Conflict."""
    open_store(settings)
    keys.revoke(*_key_named(name, prefix))


def _key_named(name: str, prefix: str | None) -> tuple[str, str]:
    """The ids of a user and of its key that begins so."""
    with reading():
        account = _find(name)
        valid = keys.valid_keys(account.id)
        found = [key for key in valid if prefix is None or (prefix and key.prefix.startswith(prefix))]
        if len(found) == 1:
            return account.id, found[0].id
        told = ", ".join(f"{key.prefix} ({key.name})" for key in valid) or "none"
        if prefix is None and found:
            raise Conflict(f"the user {name!r} has several keys; name one of them: {told}")
        if found:
            raise Conflict(f"several keys of the user {name!r} begin with {prefix!r}: {told}")
        raise NotFound(f"the user {name!r} has no such valid key; there are: {told}")


def end_links(settings: Settings) -> None:
    """No link that was made until now works any longer."""
    open_store(settings)
    end_all_links()


def set_disabled(settings: Settings, name: str, disabled: bool) -> None:
    """Raises NotFound."""
    open_store(settings)
    with writing():
        _find(name).disabled = disabled


def set_quota(settings: Settings, name: str, quota_mb: int) -> None:
    """Raises NotFound."""
    open_store(settings)
    with writing():
        _find(name).quota_mb = quota_mb


def set_budget(settings: Settings, name: str, budget_ms: int) -> None:
    """Raises NotFound."""
    open_store(settings)
    with writing():
        _find(name).budget_ms = budget_ms


def list_jobs(settings: Settings, status: str | None = None, limit: int = 100) -> list[JobRow]:
    """Newest first. Raises NotFound where there is no such status."""
    open_store(settings)
    status = status and status.lower()
    if status and status not in states.OF_RENDERS:
        raise NotFound(f"there is no status {status[:60]!r}; there are: {', '.join(states.OF_RENDERS)}")
    with reading():
        names = {account.id: account.name for account in Account.select()}
        query = Job.select()
        if status:
            query = query.filter(lambda job: job.status == status)
        found = query.order_by(lambda job: (desc(job.created_at), job.id))[:limit]
        return [
            JobRow(
                job.id,
                job.kind,
                names.get(job.account_id, "?"),
                job.name,
                job.status,
                job.attempts,
                job.lease_owner,
                job.reason,
            )
            for job in found
        ]


def cancel(settings: Settings, job_id: str) -> str:
    """Cancel a render. Returns its state. Raises NotFound and Conflict."""
    open_store(settings)
    with writing():
        for (account_id,) in rows("SELECT account_id FROM job WHERE id = $id", {"id": job_id}):
            lock_account(account_id)
        lock_job(job_id)
        job = _find_render(job_id)
        if job.status not in states.CANCELLABLE:
            raise Conflict(f"the render is already {job.status}")
        cancel_job(job, objects_for_requests(settings))
        return str(job.status)


def retry(settings: Settings, job_id: str) -> str:
    """Queue a failed or cancelled render anew, as a job of its own. Returns its id. Raises NotFound and Conflict."""
    open_store(settings)
    render_id = new_id()
    with writing():
        job = _find_render(job_id)
        lock_account(job.account_id)
        if job.status not in (states.FAILED, states.CANCELLED):
            raise Conflict(f"the render is {job.status}; only failed and cancelled ones can be tried again")
        render = get_existing(Render, id=job_id)
        both = {"new": render_id, "old": job_id, "now": now_ms()}
        execute(
            "INSERT INTO render (id, account_id, name, template_id, template_name, template_instance_id, "
            "template_instance_name, campaign_id, audio_id, request, frames_done, frames_total, charged_ms, "
            "created_at, webhook_url, warnings, forecast_ms, forecast_bytes, manner, reserved_ms, reserved_bytes, "
            "metadata) SELECT $new, account_id, name, template_id, template_name, template_instance_id, "
            "template_instance_name, campaign_id, audio_id, request, 0, frames_total, 0, $now, webhook_url, "
            "warnings, forecast_ms, forecast_bytes, manner, reserved_ms, reserved_bytes, metadata FROM render "
            "WHERE id = $old",
            both,
        )
        execute(
            "INSERT INTO label (subject_id, name, value, account_id, kind, created_at) "
            "SELECT $new, name, value, account_id, kind, $now FROM label WHERE subject_id = $old",
            both,
        )
        execute(
            "INSERT INTO render_asset (render_id, asset_id) "
            "SELECT $new, asset_id FROM render_asset WHERE render_id = $old",
            both,
        )
        copy_destinations(job_id, render_id)
        copy_sources(job_id, render_id)
        Job(
            id=render_id,
            kind=states.RENDER,
            account_id=job.account_id,
            subject_id=render_id,
            name=job.name,
            status=states.PENDING,
            created_at=now_ms(),
            reserved_ms=render.reserved_ms,
            reserved_bytes=render.reserved_bytes,
        )
    return render_id


def _find_render(job_id: str) -> Job:
    job: Job | None = Job.get(id=job_id)
    if job is None or job.kind != states.RENDER:
        raise NotFound(f"there is no render job {job_id!r}")
    return job


def verify(settings: Settings) -> Verification:
    """Compare files, rows and sums. Beside a working service it may name a file that is just being made or removed.

    Raises Unavailable.
    """
    set_up_logs(settings)
    open_store(settings)
    return _verified(_kept(objects_for_requests(settings)))


def _kept(objects: Objects) -> dict[str, Found]:
    return {found.file: found for found in objects.list()}


def _verified(kept: Mapping[str, Found]) -> Verification:
    found = Verification()
    with writing():  # nobody changes a sum while they are added up
        stored = _stored_files()
        _verify_sums(found)
    for file, size in stored.items():
        if file not in kept:
            found.missing.append(f"{file}: a row names it, but it is not there")
        elif kept[file].size_bytes != size:
            found.wrong_sizes.append(f"{file}: {kept[file].size_bytes} bytes, its row says {size}")
    found.orphans = sorted(file for file in kept if file not in stored)
    return found


def _stored_files() -> dict[str, int]:
    """Within a session: the size of each file that a row counts."""
    found: dict[str, int] = {}
    for table in FILE_TABLES:
        found.update(rows(f"SELECT file, size_bytes FROM {table} WHERE file IS NOT NULL AND {_counted(table)}", {}))
    return found


def _counted(table: str) -> str:
    """The condition that a row's file is counted to its account: that of an upload which failed is not."""
    if table in (states.TEMPLATE, states.AUDIO):
        return (
            f"NOT EXISTS (SELECT 1 FROM job WHERE job.subject_id = {table}.id AND (job.status = '{states.FAILED}' "
            "OR EXISTS (SELECT 1 FROM remote_source WHERE remote_source.job_id = job.id)))"
        )
    return "file IS NOT NULL"


def _verify_sums(found: Verification) -> None:
    """Within a session: what the accounts count against what their rows add up to."""
    sums: dict[str, int] = {}
    for table in FILE_TABLES:
        for account_id, size in rows(
            f"SELECT account_id, SUM(size_bytes) FROM {table} WHERE {_counted(table)} GROUP BY account_id", {}
        ):
            sums[account_id] = sums.get(account_id, 0) + int(size or 0)
    charged = dict(rows("SELECT account_id, SUM(charged_ms) FROM render GROUP BY account_id", {}))
    for account in Account.select():
        if account.used_bytes != sums.get(account.id, 0):
            found.wrong_sums.append(
                f"user {account.name}: the account counts {account.used_bytes} bytes, "
                f"its files have {sums.get(account.id, 0)}"
            )
        if account.used_ms != int(charged.get(account.id) or 0):
            found.wrong_sums.append(
                f"user {account.name}: the account counts {account.used_ms} ms of render time, "
                f"its renders have {int(charged.get(account.id) or 0)} ms"
            )
        if account.used_bytes > account.quota_mb * MIB:
            found.over_limits.append(
                f"user {account.name}: {account.used_bytes} bytes are kept, "
                f"the quota of {account.quota_mb} MB is {account.quota_mb * MIB} bytes"
            )
        if account.used_ms > account.budget_ms:
            found.over_limits.append(
                f"user {account.name}: {account.used_ms} ms of render time are used, the budget is {account.budget_ms}"
            )


def cleanup(settings: Settings) -> list[str]:
    """Remove files that no row names and old temporary files, both of a certain age. Returns their names."""
    set_up_logs(settings)
    open_store(settings)
    objects = objects_for_requests(settings)
    kept = _kept(objects)
    oldest = time.time() - settings.keep_orphans_seconds
    removed = [file for file in _verified(kept).orphans if _is_older(kept[file], oldest)]
    for file in removed:
        objects.delete(file)
    return [*removed, *(str(path.relative_to(settings.data)) for path in remove_leftovers(settings))]


def _is_older(found: Found, oldest: float) -> bool:
    """Where the storage does not tell the age, nothing is."""
    return found.stored_at is not None and found.stored_at <= oldest
