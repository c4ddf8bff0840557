"""What was uploaded, together with the job that processes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import Job
from velocity_web.failures import NotFound

Subject = TypeVar("Subject")


def with_job(find: Callable[[Caller, str], Subject], caller: Caller, subject_id: str) -> tuple[Subject, Job]:
    """Within a session: what ``find`` returns of a template or an audio file, and its processing. Raises NotFound.

    The job is read first: its end is written together with what it found, which is there in whatever is read later.
    """
    job = Job.get(subject_id=subject_id)
    subject = find(caller, subject_id)
    if job is None:
        raise NotFound(f"there is no job for {subject_id}")
    return subject, job
