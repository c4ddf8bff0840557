"""What a request may wait for: that a job or a batch gets another status."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from velocity_web.database.entities import reading, rows
from velocity_web.orders.endings import status_of_batch
from velocity_web.schemas import states

AT_ONCE = 500  # ids in one question to the database
JOBS = "SELECT id, status FROM job WHERE id IN ({ids})"
BATCHES = (
    "SELECT id, status, (SELECT job.status FROM job WHERE job.batch_id = batch.id "
    f"AND job.status IN ({states.listed(states.UNFINISHED)}) LIMIT 1) FROM batch WHERE id IN ({{ids}})"
)


@dataclass(frozen=True, slots=True)
class Watched:
    """A job, or a batch where ``is_batch``, and the ``status`` that the caller saw of it."""

    id: str
    status: str
    is_batch: bool = False


def changed(watched: Collection[Watched]) -> set[Watched]:
    """Those that have another status than was seen, or are gone."""
    jobs = [one for one in watched if not one.is_batch]
    batches = [one for one in watched if one.is_batch]
    with reading():
        found = {job_id: status for job_id, status in _asked(JOBS, [one.id for one in jobs])}  # noqa: C416
        kept = {batch_id: (status, active) for batch_id, status, active in _asked(BATCHES, [one.id for one in batches])}
    different = {one for one in jobs if _shown(found.get(one.id), one.status) != one.status}
    for one in batches:
        status, active = kept.get(one.id, (None, None))
        if status is None or status_of_batch(status, {active: 1} if active else {}) != one.status:
            different.add(one)
    return different


def _shown(status: str | None, seen: str) -> str | None:
    """Audio that is pending shows as processing, so that one is the other where processing was seen of it."""
    return seen if status == states.PENDING and seen == states.PROCESSING else status


def _asked(sql: str, ids: list[str]) -> Iterator[tuple[Any, ...]]:
    """Within a session."""
    for start in range(0, len(ids), AT_ONCE):
        some = {f"id{number}": job_id for number, job_id in enumerate(sorted(set(ids[start : start + AT_ONCE])))}
        yield from rows(sql.format(ids=", ".join(f"${name}" for name in some)), some)
