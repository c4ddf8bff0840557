"""Renders that their owner ends: cancelled, or deleted with their files."""

from __future__ import annotations

import time

from velocity_web.accounts import quota
from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import (
    Job,
    after_commit,
    execute,
    lock_account,
    lock_job,
    reading,
    rows,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.database.tallies import Tally, count
from velocity_web.events.endings import Endings
from velocity_web.events.wake import wake
from velocity_web.failures import Conflict
from velocity_web.orders.destinations import forget_destinations
from velocity_web.orders.endings import announce_end, forget_deliveries
from velocity_web.orders.followers import release_followers
from velocity_web.orders.labels import remove_labels
from velocity_web.orders.posters import forget_poster
from velocity_web.orders.remote_sources import forget_sources
from velocity_web.schemas import states
from velocity_web.schemas.render import (
    RenderCancelled,
)
from velocity_web.services.renders import find_render
from velocity_web.storage.objects import Objects, discard

CANCEL_WAIT_SECONDS = 2.0


def cancel_render(caller: Caller, objects: Objects, endings: Endings, render_id: str) -> RenderCancelled:
    """Stop a render; waits a moment for its process to be gone. Raises NotFound and Conflict."""
    with endings.expected(render_id):
        with writing():
            lock_account(caller.account_id)
            lock_job(render_id)
            _render, job = find_render(caller, render_id)
            if job.status not in states.CANCELLABLE:
                raise Conflict(f"the render is already {job.status}")
            cancel_job(job, objects)
        wake()
        status = _await_cancelled(caller, endings, render_id)
    return RenderCancelled(render_id=render_id, status=status, message="Render cancelled successfully")


def cancel_job(job: Job, objects: Objects) -> None:
    """Within the transaction that locked it: a job nobody works at ends at once, another is told to. A video that is
    being delivered goes; what was delivered of it stays where it is."""
    if job.status == states.DELIVERING:
        files = _drop_files(job.id, job.account_id)
        after_commit(lambda: discard(objects, *files))
    if job.lease_owner is None:
        job.status, job.completed_at = states.CANCELLED, now_ms()
        job.flush()
        release_followers(job.id)
        announce_end(job.id, states.CANCELLED)
        count(Tally.ENDED, states.RENDER, states.CANCELLED)
    else:
        job.status = states.CANCELLING
        job.flush()


def _drop_files(render_id: str, account_id: str) -> list[str]:
    """Within a writing transaction: its video and poster are no longer counted. Returns what is to be removed."""
    poster = forget_poster(render_id, account_id)
    [(file, size)] = rows("SELECT file, size_bytes FROM render WHERE id = $id", {"id": render_id})
    if file and size:
        quota.give_back(account_id, size)
    execute("UPDATE render SET file = NULL, sha256 = NULL, size_bytes = NULL WHERE id = $id", {"id": render_id})
    return [one for one in (file, poster) if one]


def _await_cancelled(caller: Caller, endings: Endings, render_id: str) -> str:
    deadline = time.monotonic() + CANCEL_WAIT_SECONDS
    while True:
        told = endings.told
        with reading():
            status: str = find_render(caller, render_id)[1].status
        left = deadline - time.monotonic()
        if status != states.CANCELLING or left <= 0:
            return status
        endings.wait(told, left)


def delete_render(caller: Caller, objects: Objects, render_id: str) -> None:
    """Remove a finished render and its file; what it was charged stays charged. Raises NotFound and Conflict."""
    with writing():
        lock_account(caller.account_id)
        _render, job = find_render(caller, render_id)
        if job.status in states.UNFINISHED:
            raise Conflict(f"the render is {job.status}; cancel it first")
        files = _drop_files(render_id, caller.account_id)
        forget = {"id": render_id, "none": "{}", "name": "deleted"}
        execute(
            "UPDATE render SET request = $none, webhook_url = NULL, warnings = NULL, metadata = NULL, "
            "name = $name WHERE id = $id",
            forget,
        )
        execute(f"UPDATE job SET status = '{states.DELETED}', name = $name, reason = NULL WHERE id = $id", forget)
        execute("DELETE FROM render_asset WHERE render_id = $id", {"id": render_id})
        remove_labels(render_id)
        forget_deliveries(render_id)
        forget_destinations(render_id)
        forget_sources(render_id)
    discard(objects, *files)
