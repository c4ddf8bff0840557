"""Pages of an account's jobs, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from pony.orm import desc

from velocity_web.database.entities import Job


def jobs_of(
    account_id: str, kind: str, statuses: Sequence[str], *, skip: int = 0, take: int | None = None
) -> list[Job]:
    """Within a session. Returns all of them where ``take`` is None."""
    query = Job.select(
        lambda job: job.account_id == account_id and job.kind == kind and job.status in statuses
    ).order_by(lambda job: (desc(job.created_at), job.id))
    return list(query[skip : skip + take] if take is not None else query[:])


def wanted(status: str | None, otherwise: Sequence[str]) -> Sequence[str]:
    """The statuses of a history filter."""
    return otherwise if status is None else (status,)
