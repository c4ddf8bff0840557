"""What is written down of a job whose process is gone, and of one that could not begin."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import structlog

from velocity_web.database.entities import reading
from velocity_web.database.faults import DATABASE_ERRORS, is_no_space
from velocity_web.failures import NoSpace, Unavailable
from velocity_web.jobs import completions, queue
from velocity_web.jobs.carrying import LEFT_NONE, LeftNone
from velocity_web.jobs.queue import Leased
from velocity_web.jobs.running import CANCELLED, LEASE_LOST, End, Running
from velocity_web.jobs.spans import tell_job
from velocity_web.schemas import states
from velocity_web.settings import Settings
from velocity_web.storage.fetched import NotFetched
from velocity_web.storage.files import NO_SPACE, MadeFile, remove
from velocity_web.storage.objects import Objects, Stopped, discard

LOG = structlog.get_logger("velocity.worker")


class Outcomes:
    """Writes down how the jobs of the worker ``owner`` ended. ``carrier`` removes files, since that may take long;
    ``made`` is called when there is a new video."""

    def __init__(
        self, owner: str, settings: Settings, objects: Objects, carrier: Executor, made: Callable[[], None]
    ) -> None:
        self.owner = owner
        self.settings = settings
        self.objects = objects
        self._carrier = carrier
        self._made = made

    def finish(self, running: Running) -> None:
        job, verdict = running.job, running.verdict
        if verdict is CANCELLED:
            remove(running.folder)  # first: a full disk may need the room
            queue.finish_cancelling(self.owner, job, running.charged_ms)
        elif verdict is LEASE_LOST:
            pass
        elif verdict is not None and verdict.end == End.FAILED:
            self._fail(running, verdict.why)
        elif verdict is not None:
            self.lose(job, verdict.why)
        elif running.result is not None:
            self._complete(running, running.result)
        elif running.failed is not None:
            self._fail(running, running.failed)
        elif running.ended is not None and running.ended.is_out_of_time:
            self._fail(running, running.ended.reason())
        else:
            self.lose(job, running.ended.reason() if running.ended else "its process was lost")
        remove(running.folder)
        tell_job(running, verdict.why if verdict else running.failed)
        LOG.info(
            "job ended",
            job=job.id,
            kind=job.kind,
            milliseconds=running.elapsed_ms,
            why=verdict.why if verdict else running.failed or "done",
            reused_frames=(running.result or {}).get("reused_frames", 0),
            ended=running.ended.how if running.ended else "lost",
        )

    def _complete(self, running: Running, result: dict[str, Any]) -> None:
        job = running.job
        if job.kind == states.TEMPLATE:
            completions.complete_template(self.owner, job, result)
        elif job.kind == states.AUDIO:
            completions.complete_audio(self.owner, job, result["seconds"])
        else:
            self._complete_stored(running, result)

    def _complete_stored(self, running: Running, result: dict[str, Any]) -> None:
        """Of a render or an asset, whose files were on their way to the storage."""
        job = running.job
        assert running.delivery
        try:
            stored = running.delivery.future.result()
        except LeftNone:
            self._fail(running, LEFT_NONE)
        except NotFetched as error:
            self._fail(running, str(error))
        except Stopped:
            self.give_up(job, running.charged_ms)
        except (Unavailable, NoSpace) as fault:
            self.lose(job, fault.detail)
        except OSError as error:
            no_space = is_no_space(error)
            self._fail(running, NO_SPACE if no_space else f"its file cannot be stored: {error.strerror or error}")
        else:
            if job.kind == states.RENDER:
                self._keep(running, stored, result)
            elif completions.complete_asset(self.owner, job, stored[0], result):
                self.discard(stored[0].file)

    def _keep(self, running: Running, stored: list[MadeFile], result: dict[str, Any]) -> None:
        job = running.job
        queue.set_warnings(job.id, result["warnings"])
        rendered = completions.Rendered(
            stored[0],
            stored[1] if running.poster is not None else None,
            result["frames"],
            running.charged_ms,
            running.elapsed_ms / 1000,
            result.get("reused_frames", 0) if self.settings.cache_mb else None,
            result.get("captions"),
        )
        if completions.complete_render(self.owner, job, rendered):
            self.discard(*(one.file for one in stored))
            queue.finish_cancelling(self.owner, job, running.charged_ms)
        else:
            self._made()

    def _fail(self, running: Running, reason: str) -> None:
        remove(running.folder)  # first: a full disk may need the room
        if queue.fail(self.owner, running.job, reason, running.charged_ms):
            self.remove_upload(running.job)
        else:
            queue.finish_cancelling(self.owner, running.job, running.charged_ms)

    def end(self, job: Leased, reason: str) -> None:
        """It failed before its process began."""
        if queue.fail(self.owner, job, reason):
            self.remove_upload(job)
        else:
            queue.finish_cancelling(self.owner, job, 0)

    def lose(self, job: Leased, why: str) -> None:
        if queue.lose_attempt(self.owner, job, why, self.settings):
            self.remove_upload(job)

    def not_prepared(self, job: Leased, error: Exception) -> None:
        LOG.error("an attempt cannot be prepared", job=job.id, fault=str(error))
        lacks_room = isinstance(error, NoSpace) or is_no_space(error)
        self.lose(job, NO_SPACE if lacks_room else "its files could not be prepared")

    def give_up(self, job: Leased, charged_ms: int = 0) -> None:
        """It was cancelled, or somebody else has it."""
        with reading():
            status = queue.held(self.owner, job)
        if status == states.CANCELLING:
            queue.finish_cancelling(self.owner, job, charged_ms)

    def release(self, job: Leased) -> None:
        try:
            queue.release(self.owner, job)
        except DATABASE_ERRORS as error:
            LOG.error("a job goes back when its lease ends", job=job.id, fault=str(error))

    def discard(self, *files: str) -> None:
        self._carrier.submit(discard, self.objects, *files)

    def remove_upload(self, job: Leased) -> None:
        if job.kind != states.RENDER:
            with reading():
                file = queue.subject_file(job)
            if file:
                self.discard(file)
