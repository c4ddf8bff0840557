"""The queue: jobs are leased, kept by heartbeats, and come back when their worker is silent or dead.

A job's ``status`` only moves forward; whether somebody works at it is its lease. So a job whose worker died stays
``processing`` without a lease until the next one takes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from velocity_web.accounts import budget, quota
from velocity_web.database.entities import execute, lock_account, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.database.tallies import Tally, count
from velocity_web.jobs import turns
from velocity_web.jobs.reasons import reason_of
from velocity_web.orders.endings import announce_end, announce_upload
from velocity_web.orders.followers import release_followers
from velocity_web.orders.remote_sources import forget_sources
from velocity_web.processes.identity import is_dead
from velocity_web.schemas import states
from velocity_web.settings import Settings

UPLOADS = {
    states.TEMPLATE: "SELECT size_bytes, file FROM template WHERE id = $id",
    states.AUDIO: "SELECT size_bytes, file FROM audio WHERE id = $id",
}
NAMES = {
    "templates": "SELECT file_name FROM template WHERE file = $file",
    "audio": "SELECT name FROM audio WHERE file = $file",
    "assets": "SELECT name FROM asset WHERE file = $file",
    "fonts": "SELECT name FROM font WHERE file = $file",
}
MOST_TURNS = 64
"""How many accounts are looked at whose jobs others have taken since they came to wait."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A job in this worker's hands. ``attempt`` counts from 1; every write names it, so a lost lease cannot write.

    ``traceparent`` is of the request that asked for it, ``waited_ms`` how long nobody worked at it.
    """

    id: str
    kind: str
    account_id: str
    subject_id: str
    attempt: int
    traceparent: str | None = field(default=None, compare=False)
    waited_ms: int = field(default=0, compare=False)


def claim(owner: str, *, renders: bool, settings: Settings) -> Leased | None:
    """Lease the next render, or the next of the other jobs.

    It is of the account with the fewest of its kind at work, then of the one served longest ago, then the oldest. Of
    many that claim at once nobody waits for another, and none gets what another gets.
    """
    kind = turns.kind_of(renders=renders)
    for _ in range(MOST_TURNS):
        with writing():
            now = now_ms()
            account_id = turns.take_turn(kind, now)
            if account_id is None:
                return _claim_in_crowd(owner, kind, now, settings)
            job = _lease(owner, kind, account_id, now, settings)
            turns.end_turn(kind, account_id, now, job.id if job else None)
        if job is not None:
            return job
    return None


def _claim_in_crowd(owner: str, kind: turns.Kind, now: int, settings: Settings) -> Leased | None:
    """Within a transaction: a job of an account whose turn another is just taking."""
    for account_id in turns.crowd(kind, now):
        if job := _lease(owner, kind, account_id, now, settings):
            return job
    return None


def _lease(owner: str, kind: turns.Kind, account_id: str, now: int, settings: Settings) -> Leased | None:
    """Within a transaction that holds no account, since others wait for a job while they hold its account."""
    found = turns.take_job(kind, account_id, now)
    if found is None:
        return None
    job_id, job_kind, subject_id, attempts, traceparent, created_at = found
    execute(
        f"UPDATE job SET status = '{states.PROCESSING}', lease_owner = $owner, lease_until = $until, "
        "attempts = attempts + 1, started_at = COALESCE(started_at, $now), "
        f"stage = CASE WHEN kind = '{states.RENDER}' THEN '{states.RENDERING}' ELSE stage END WHERE id = $id",
        {"owner": owner, "until": now + int(settings.lease_seconds * 1000), "now": now, "id": job_id},
    )
    return Leased(job_id, job_kind, account_id, subject_id, attempts + 1, traceparent, max(0, now - created_at))


def waiting(*, renders: bool) -> bool:
    """Within a session: whether there is anything to claim. Cheap, so that idle workers need not write."""
    return bool(rows(turns.any_ready(turns.kind_of(renders=renders)), {"now": now_ms()}))


def ready_in(*, renders: bool) -> float | None:
    """Within a session: in how many seconds a job may be claimed that may not yet; None where none waits for that."""
    [(earliest,)] = rows(turns.earliest(turns.kind_of(renders=renders)), {})
    return None if earliest is None else max(0.0, (earliest - now_ms()) / 1000)


def held(owner: str, job: Leased) -> str | None:
    """Within a session: the job's status when its lease is still ours, else None."""
    found = rows(
        "SELECT status FROM job WHERE id = $id AND lease_owner = $owner AND attempts = $attempt",
        {"id": job.id, "owner": owner, "attempt": job.attempt},
    )
    return found[0][0] if found else None


def renew(owner: str, job: Leased, settings: Settings) -> bool:
    """Within a transaction: a heartbeat. False when the lease was lost."""
    until = now_ms() + int(settings.lease_seconds * 1000)
    return bool(
        execute(
            "UPDATE job SET lease_until = $until WHERE id = $id AND lease_owner = $owner AND attempts = $attempt",
            {"until": until, "id": job.id, "owner": owner, "attempt": job.attempt},
        )
    )


def set_stage(owner: str, job: Leased, stage: str) -> None:
    with writing():
        execute(
            "UPDATE job SET stage = $stage WHERE id = $id AND lease_owner = $owner AND attempts = $attempt",
            {"stage": stage, "id": job.id, "owner": owner, "attempt": job.attempt},
        )


def set_warnings(render_id: str, warnings: list[dict[str, Any]]) -> None:
    """What a render did not show as its author meant, in the place of what its check expected."""
    with writing():
        execute(
            "UPDATE render SET warnings = $warnings WHERE id = $id",
            {"warnings": json.dumps(warnings), "id": render_id},
        )


def set_progress(render_id: str, done: int, total: int, remaining_ms: int | None) -> None:
    """Within a transaction."""
    execute(
        "UPDATE render SET frames_done = $done, frames_total = $total, remaining_ms = $left WHERE id = $id",
        {"done": done, "total": total, "left": remaining_ms, "id": render_id},
    )


def end_job(owner: str, job: Leased, status: str, reason: str | None, *, only_from: str = states.PROCESSING) -> bool:
    """Within a transaction: the job's final state, or that it is being delivered, where the lease is ours and the job
    is in the state ``only_from``."""
    ended = bool(
        execute(
            "UPDATE job SET status = $status, stage = $status, reason = $reason, completed_at = $now, "
            "lease_owner = NULL, lease_until = NULL "
            "WHERE id = $id AND lease_owner = $owner AND attempts = $attempt AND status = $before",
            {
                "status": status,
                "reason": reason,
                "now": now_ms() if status in states.FINAL else None,
                "id": job.id,
                "owner": owner,
                "attempt": job.attempt,
                "before": only_from,
            },
        )
    )
    if ended and status in states.FINAL:
        count(Tally.ENDED, job.kind, status)
    if ended and status == states.FAILED:
        count(Tally.FAILED, job.kind, reason_of(reason or ""))
    if ended and job.kind == states.RENDER:
        release_followers(job.id)
    return ended


def fail(owner: str, job: Leased, reason: str, ms: int = 0) -> bool:
    """End a job as failed, and charge a render's ``ms``.

    A failed upload's file is no longer counted to its account; the caller removes it.
    """
    with writing():
        return _fail(owner, job, reason, ms)


def _fail(owner: str, job: Leased, reason: str, ms: int = 0) -> bool:
    lock_account(job.account_id)
    if not end_job(owner, job, states.FAILED, reason):
        return False
    if job.kind == states.RENDER:
        budget.charge(job.account_id, job.id, ms)
        announce_end(job.id, states.FAILED)
    else:
        forget_sources(job.id)
    if job.kind in UPLOADS:
        quota.give_back(job.account_id, rows(UPLOADS[job.kind], {"id": job.subject_id})[0][0])
        announce_upload(job.kind, job.account_id, job.id, job.subject_id, states.FAILED)
    return True


def finish_cancelling(owner: str, job: Leased, ms: int) -> bool:
    """The process of a render that was cancelled is gone: charge it and end it."""
    with writing():
        lock_account(job.account_id)
        budget.charge(job.account_id, job.id, ms)
        ended = end_job(owner, job, states.CANCELLED, None, only_from=states.CANCELLING)
        if ended:
            announce_end(job.id, states.CANCELLED)
        return ended


def release(owner: str, job: Leased) -> None:
    """Give a job back unharmed (the worker stops): the attempt does not count, and nothing is charged for it."""
    with writing():
        lock_account(job.account_id)
        given = execute(
            "UPDATE job SET lease_owner = NULL, lease_until = NULL, attempts = attempts - 1 "
            f"WHERE id = $id AND lease_owner = $owner AND attempts = $attempt AND status = '{states.PROCESSING}'",
            {"id": job.id, "owner": owner, "attempt": job.attempt},
        )
        if given and job.kind == states.RENDER:
            _reset_render(job.account_id, job.id)


def postpone(owner: str, job: Leased, seconds: float) -> None:
    """Give a job back that cannot begin now: the attempt does not count."""
    with writing():
        lock_account(job.account_id)
        execute(
            "UPDATE job SET lease_owner = NULL, lease_until = NULL, attempts = attempts - 1, not_before = $later "
            f"WHERE id = $id AND lease_owner = $owner AND attempts = $attempt AND status = '{states.PROCESSING}'",
            {"id": job.id, "owner": owner, "attempt": job.attempt, "later": now_ms() + int(1000 * seconds)},
        )


def _reset_render(account_id: str, render_id: str) -> None:
    budget.refund(account_id, render_id)
    execute("UPDATE render SET frames_done = 0, remaining_ms = NULL WHERE id = $id", {"id": render_id})


def lose_attempt(owner: str, job: Leased, why: str, settings: Settings) -> bool:
    """The attempt died: back to the queue, or failed when it was the last. True when the job failed."""
    with writing():
        return _lose(owner, job, why, settings)


def _lose(owner: str, job: Leased, why: str, settings: Settings) -> bool:
    lock_account(job.account_id)
    if held(owner, job) == states.CANCELLING:
        end_job(owner, job, states.CANCELLED, None, only_from=states.CANCELLING)
        announce_end(job.id, states.CANCELLED)
        return False
    if job.attempt >= settings.max_attempts:
        return _fail(owner, job, f"failed after {job.attempt} attempts: {why}")
    pause = now_ms() + 200 * job.attempt
    back = execute(
        "UPDATE job SET lease_owner = NULL, lease_until = NULL, not_before = $pause "
        f"WHERE id = $id AND lease_owner = $owner AND attempts = $attempt AND status = '{states.PROCESSING}'",
        {"pause": pause, "id": job.id, "owner": owner, "attempt": job.attempt},
    )
    if back and job.kind == states.RENDER:
        _reset_render(job.account_id, job.id)
    return False


def sweep(settings: Settings) -> list[Leased]:
    """Take back the leases of workers that are silent or dead. Returns the uploads that failed by it."""
    with reading():
        leased = rows(
            "SELECT id, kind, account_id, subject_id, attempts, lease_owner, lease_until FROM job "
            "WHERE lease_owner IS NOT NULL",
            {},
        )
        now = now_ms()
    dead = {owner for owner in {row[5] for row in leased} if is_dead(owner)}
    failed: list[Leased] = []
    for job_id, kind, account_id, subject_id, attempts, owner, until in leased:
        job = Leased(job_id, kind, account_id, subject_id, attempts)
        if owner not in dead and until >= now:
            continue
        with writing():
            lock_account(account_id)
            if (owner in dead or _is_silent(owner, job)) and _lose(owner, job, "its worker was lost", settings):
                failed.append(job)
    return failed


def _is_silent(owner: str, job: Leased) -> bool:
    """Within the transaction that holds the account, where no heartbeat comes between."""
    found = rows(
        "SELECT lease_until FROM job WHERE id = $id AND lease_owner = $owner AND attempts = $attempt",
        {"id": job.id, "owner": owner, "attempt": job.attempt},
    )
    return bool(found) and found[0][0] < now_ms()


def subject_file(job: Leased) -> str | None:
    """Within a session: the stored file of a template or an audio file."""
    if job.kind not in UPLOADS:
        return None
    found = rows(UPLOADS[job.kind], {"id": job.subject_id})
    return found[0][1] if found else None


def names_of_files(files: Sequence[str | None]) -> dict[str, str]:
    """Within a session: the names that the owner of stored files knows them by, by their own without a folder."""
    found: dict[str, str] = {}
    for file in files:
        folder = file.partition("/")[0] if file else ""
        if file and folder in NAMES:
            for (name,) in rows(NAMES[folder], {"file": file}):
                found[Path(file).name] = name
    return found
