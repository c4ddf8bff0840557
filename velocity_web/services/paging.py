"""Pages of an account's jobs, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_web.database.entities import Job, rows

ALL = 1 << 62
AT_ONCE = 500  # ids in one question to the database


def page_sql(statuses: int) -> str:
    """The ids of one page of so many statuses' jobs.

    Each status is a walk through the index in its order, no longer than up to the page's end, however many there are.
    """
    walks = [
        "SELECT * FROM (SELECT id, created_at FROM job WHERE account_id = $account AND kind = $kind "
        f"AND status = $status{number} ORDER BY created_at DESC, id LIMIT $most) walk{number}"
        for number in range(statuses)
    ]
    return f"SELECT id FROM ({' UNION ALL '.join(walks)}) found ORDER BY created_at DESC, id LIMIT $take OFFSET $skip"


def jobs_of(
    account_id: str, kind: str, statuses: Sequence[str], *, skip: int = 0, take: int | None = None
) -> list[Job]:
    """Within a session. Returns all of them where ``take`` is None."""
    bounds = {"skip": skip, "take": ALL if take is None else take, "most": ALL if take is None else skip + take}
    named = {f"status{number}": status for number, status in enumerate(statuses)}
    found = rows(page_sql(len(statuses)), {"account": account_id, "kind": kind, **bounds, **named})
    ids = [row[0] for row in found]
    jobs: dict[str, Job] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        jobs.update({job.id: job for job in Job.select(lambda job: job.id in some)})
    return [jobs[job_id] for job_id in ids]


def wanted(status: str | None, otherwise: Sequence[str]) -> Sequence[str]:
    """The statuses of a history filter."""
    return otherwise if status is None else (status,)
