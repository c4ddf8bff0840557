"""Batches that are being queued, and the clearing of those whose queueing ended before its end."""

from __future__ import annotations

from velocity_web.database.entities import execute, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.processes.identity import is_dead
from velocity_web.schemas import states
from velocity_web.settings import Settings


def clear(batch_id: str) -> None:
    """Take away a batch that was never queued, with its renders, of which none was begun."""
    of_batch = "(SELECT id FROM render WHERE batch_id = $id)"
    for statement in (
        f"DELETE FROM label WHERE subject_id IN {of_batch}",
        "DELETE FROM label WHERE subject_id = $id",
        f"DELETE FROM job WHERE id IN {of_batch}",
        f"DELETE FROM destination WHERE render_id IN {of_batch}",
        f"DELETE FROM remote_source WHERE job_id IN {of_batch}",
        f"DELETE FROM render_asset WHERE render_id IN {of_batch}",
        "DELETE FROM render WHERE batch_id = $id",
        "DELETE FROM batch_row WHERE batch_id = $id",
        "DELETE FROM batch WHERE id = $id",
    ):
        with writing():
            execute(statement, {"id": batch_id})


def clear_abandoned(settings: Settings) -> list[str]:
    """Clear batches whose server died while it queued them. Returns their ids."""
    oldest = now_ms() - int(2000 * settings.batch_seconds)
    with reading():
        found = rows(f"SELECT id, owner, created_at FROM batch WHERE status = '{states.QUEUEING}'", {})
    abandoned = [batch_id for batch_id, owner, created in found if created < oldest or is_dead(owner or "")]
    for batch_id in abandoned:
        clear(batch_id)
    return abandoned
