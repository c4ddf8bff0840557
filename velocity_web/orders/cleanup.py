"""Clearing away what killed processes left: old temporary files; and Idempotency-Keys and links past their time."""

from __future__ import annotations

import os
import time
from pathlib import Path

from velocity_web.database.entities import execute, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.orders.unqueued import clear_abandoned
from velocity_web.settings import Settings
from velocity_web.storage.copies import make_room
from velocity_web.storage.files import remove
from velocity_web.storage.render_caches import sweep_render_caches


def remove_leftovers(settings: Settings) -> list[Path]:
    """Remove temporary files and folders of a certain age that no job uses, and old keys; returns the removed."""
    horizon = now_ms() - int(settings.idempotency_hours * 3_600_000)
    with writing():
        execute("DELETE FROM idempotent_request WHERE created_at < $horizon", {"horizon": horizon})
        execute("DELETE FROM preview_link WHERE ends_at < $now", {"now": now_ms()})
    clear_abandoned(settings)
    sweep_render_caches(settings)
    make_room(settings)
    with reading():
        active = [row[0] for row in rows("SELECT id FROM job WHERE lease_owner IS NOT NULL", {})]
    idle = [path for path in settings.temporary.iterdir() if not any(job_id in path.name for job_id in active)]
    oldest = time.time() - settings.keep_orphans_seconds
    old = [path for path in idle if _modified(path) <= oldest]
    for path in old:
        remove(path)
    return old


def _modified(path: Path) -> float:
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return float("inf")
