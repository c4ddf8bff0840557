"""Renders of a batch that wait for another one of it, to take over what it leaves in the cache: the whole video where
theirs is the same, else what they have in common.

They are held back like the rows of a batch that is being queued, and let go when the other one ends, however it ends.
"""

from __future__ import annotations

from velocity_web.database.entities import execute
from velocity_web.schemas import states

NOT_YET = 1 << 60
"""When a job may begin that waits for something else than time."""


def release_followers(render_id: str) -> None:
    """Within a transaction: let workers have what waits for a render, which has ended."""
    execute(
        f"UPDATE job SET not_before = 0 WHERE status = '{states.PENDING}' AND not_before = $held "
        "AND id IN (SELECT id FROM render WHERE follows = $id)",
        {"held": NOT_YET, "id": render_id},
    )


def let_lead(render_id: str, batch_id: str) -> None:
    """Within a transaction: let the other renders of a batch wait for this one."""
    execute(
        "UPDATE render SET follows = $id WHERE batch_id = $batch AND follows IS NULL AND id <> $id",
        {"id": render_id, "batch": batch_id},
    )


def release_batch(batch_id: str) -> None:
    """Within a transaction: let workers have the renders of a batch, but for those that wait for another one of it."""
    execute(
        "UPDATE job SET not_before = 0 WHERE id IN (SELECT render.id FROM render "
        "LEFT JOIN job AS other ON other.id = render.follows WHERE render.batch_id = $id "
        f"AND (render.follows IS NULL OR other.status NOT IN ({states.listed(states.ACTIVE)})))",
        {"id": batch_id},
    )
