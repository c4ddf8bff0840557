"""Batches that their owner ends: what is not finished of them is cancelled."""

from __future__ import annotations

from velocity_web.accounts.auth import Caller
from velocity_web.database import tallies
from velocity_web.database.entities import (
    Job,
    execute,
    get_existing,
    lock_account,
    lock_job,
    rows,
    writing,
)
from velocity_web.database.now import now_ms
from velocity_web.events.wake import wake
from velocity_web.events.webhooks import News, takers_of
from velocity_web.orders.destinations import end_deliveries_of_batch
from velocity_web.orders.endings import announce_batch
from velocity_web.schemas import states
from velocity_web.schemas.render import BatchDetail
from velocity_web.services.batch_rows import batch_detail, find_batch
from velocity_web.services.render_ends import cancel_job
from velocity_web.storage.objects import Objects

AT_ONCE = 250
"""Rows that are cancelled in one transaction."""
SHOWN_ROWS = 1000  # of the answer


def cancel_batch(caller: Caller, objects: Objects, batch_id: str) -> BatchDetail:
    """Cancel all rows that are not finished, and the queueing of the others. Raises NotFound."""
    with writing():
        lock_account(caller.account_id)
        find_batch(caller, batch_id)
        execute(
            f"UPDATE batch SET status = '{states.CANCELLED}' WHERE id = $id AND status = '{states.QUEUEING}'",
            {"id": batch_id},
        )
        if not takers_of(News(caller.account_id, states.RENDER, "", states.CANCELLED)):
            ended = execute(
                f"UPDATE job SET status = '{states.CANCELLED}', completed_at = $now WHERE lease_owner IS NULL "
                f"AND status IN ({states.listed(states.CLAIMABLE)}) "
                "AND id IN (SELECT id FROM render WHERE batch_id = $id AND webhook_url IS NULL)",
                {"id": batch_id, "now": now_ms()},
            )
            tallies.count(tallies.Tally.ENDED, states.RENDER, states.CANCELLED, ended)
            if ended:
                end_deliveries_of_batch(batch_id)
                announce_batch(batch_id)
    while _cancel_some(caller, objects, batch_id):
        pass
    wake()
    return batch_detail(caller, batch_id, 0, SHOWN_ROWS)


def _cancel_some(caller: Caller, objects: Objects, batch_id: str) -> int:
    """Cancel some hundred rows that are at work or have a webhook to be told. Returns how many."""
    with writing():
        lock_account(caller.account_id)
        active = rows(
            "SELECT job.id FROM job JOIN render ON render.id = job.id WHERE render.batch_id = $id "
            f"AND job.status IN ({states.listed(states.CANCELLABLE)}) ORDER BY render.batch_row DESC LIMIT $most",
            {"id": batch_id, "most": AT_ONCE},
        )
        for (job_id,) in active:
            lock_job(job_id)
            job = get_existing(Job, id=job_id)
            if job.status in states.CANCELLABLE:
                cancel_job(job, objects)
    return len(active)
