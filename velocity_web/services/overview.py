"""The whole service as an administrator sees it: the queue, the workers, the cache."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from velocity_web.clock import iso_time
from velocity_web.database import workers
from velocity_web.database.entities import NOT_YET, reading, rows
from velocity_web.database.now import now_ms
from velocity_web.schemas import states
from velocity_web.schemas.admin import (
    CacheCleared,
    CacheDto,
    QueueDto,
    UserQueueDto,
    WorkerDto,
    WorkerJobDto,
)
from velocity_web.settings import MIB, Settings
from velocity_web.storage.render_caches import clear_render_caches, kept_in_render_caches

KINDS = (states.RENDER, states.TEMPLATE, states.AUDIO, states.ASSET, states.FONT)
MOST_USERS = 100
REMOVED_USER = "?"
_WAITS = f"lease_owner IS NULL AND status IN ({states.listed(states.CLAIMABLE)}) AND not_before < {NOT_YET}"
_WAITING = f"SELECT account_id, COUNT(*), MIN(created_at) FROM job WHERE kind = $kind AND {_WAITS} GROUP BY account_id"
_WORKING = "SELECT account_id, COUNT(*) FROM job WHERE kind = $kind AND lease_owner IS NOT NULL GROUP BY account_id"
_AT_WORK = (
    "SELECT job.lease_owner, job.id, job.kind, job.name, job.account_id, job.attempts, job.started_at, "
    "render.frames_done, render.frames_total FROM job LEFT JOIN render ON render.id = job.id "
    "WHERE job.lease_owner IS NOT NULL ORDER BY job.started_at, job.id"
)


def queue() -> list[QueueDto]:
    """Each kind of job."""
    with reading():
        return [_queue_of(kind) for kind in KINDS]


def _queue_of(kind: str) -> QueueDto:
    waiting = {account_id: (count, oldest) for account_id, count, oldest in rows(_WAITING, {"kind": kind})}
    working: dict[str, int] = dict(rows(_WORKING, {"kind": kind}))
    oldest = min((oldest for _count, oldest in waiting.values()), default=None)
    busiest = sorted({*waiting, *working}, key=lambda one: (-working.get(one, 0), -waiting.get(one, (0, 0))[0], one))[
        :MOST_USERS
    ]
    names = _names_of(busiest)
    return QueueDto(
        kind=kind,
        waiting=sum(count for count, _oldest in waiting.values()),
        working=sum(working.values()),
        oldest_waiting_seconds=0.0 if oldest is None else max(0.0, (now_ms() - oldest) / 1000),
        users=[
            UserQueueDto(
                user_id=one,
                user_name=names.get(one, REMOVED_USER),
                waiting=waiting.get(one, (0, 0))[0],
                working=working.get(one, 0),
            )
            for one in busiest
        ],
    )


def _names_of(account_ids: list[str]) -> dict[str, str]:
    if not account_ids:
        return {}
    named = {f"id{number}": account_id for number, account_id in enumerate(account_ids)}
    marks = ", ".join(f"${name}" for name in named)
    return dict(rows(f"SELECT id, name FROM account WHERE id IN ({marks})", named))


def working() -> list[WorkerDto]:
    """The workers that live, with their jobs."""
    with reading():
        heard = workers.heard()
        jobs: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for owner, *job in rows(_AT_WORK, {}):
            jobs[owner].append(tuple(job))
        names = _names_of(sorted({job[3] for found in jobs.values() for job in found}))
    return [
        WorkerDto(
            id=one.id,
            render_slots=one.load.render_slots,
            other_slots=one.load.other_slots,
            renders=one.load.renders,
            others=one.load.others,
            last_seen_at=iso_time(one.seen_at),
            jobs=[_job_dto(job, names) for job in jobs[one.id]],
        )
        for one in heard
    ]


def _job_dto(job: tuple[Any, ...], names: dict[str, str]) -> WorkerJobDto:
    job_id, kind, name, account_id, attempts, started_at, done, total = job
    return WorkerJobDto(
        id=job_id,
        kind=kind,
        name=name,
        user_id=account_id,
        user_name=names.get(account_id, REMOVED_USER),
        attempt=attempts,
        started_at=iso_time(started_at),
        frames_done=done,
        frames_total=total,
    )


def cache(settings: Settings) -> CacheDto:
    kept = kept_in_render_caches(settings)
    return CacheDto(entries=kept.entries, bytes=kept.size, limit_bytes=settings.cache_mb * MIB, accounts=kept.accounts)


def clear_cache(settings: Settings) -> CacheCleared:
    """What renders that run now write from here on stays."""
    before = kept_in_render_caches(settings)
    clear_render_caches(settings)
    after = kept_in_render_caches(settings)
    return CacheCleared(entries=max(0, before.entries - after.entries), bytes=max(0, before.size - after.size))
